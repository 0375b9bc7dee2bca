// OASIS Common Alerting Protocol, version 1.2
// (http://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html): alerts of
// other systems become instructions, and ours can be read by them. Pure.
//
// What CAP has no element for stands in its own extension points: the grid in
// a geocode, the rest of the audience in parameters, all named `wangge:…`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

// How one alert refers to another.
struct CapReference {
  std::string text;  // `sender,identifier,sent`
  std::string identifier;
};

// What an alert asks for.
struct CapImport {
  v1::InstructionType type = v1::INSTRUCTION_TYPE_ALERT;
  // Of a cancel only the text counts. Without request_id and references.
  v1::CreateInstructionRequest request;
  std::vector<CapReference> references;  // One, of an update or a cancel.
  std::string reference;                 // How others refer to this alert.
};

// Of several languages the city's is taken, else the first. INVALID_ARGUMENT
// names every element, with its line, that breaks the form of CAP 1.2 (cap.xsd)
// or else lacks what an instruction needs.
absl::StatusOr<CapImport> ParseCap(const std::string& xml, absl::Time now);

// The instruction as an alert that ParseCap accepts: `sender` is ours, without
// blanks and commas; `reference` the instruction that it updates or cancels,
// null when there is none.
std::string ToCap(const v1::Instruction& instruction,
                  const v1::Instruction* reference, const std::string& sender,
                  const std::string& area_name);

}  // namespace wangge::command
