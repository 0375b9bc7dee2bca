#include "services/cases/domain/proof.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "services/cases/domain/meaning.h"
#include "services/cases/domain/merkle.h"

namespace wangge::cases {
namespace {

absl::Status Broken(int64_t sequence, const std::string& why) {
  return absl::DataLossError(absl::StrCat("event ", sequence, ": ", why));
}

absl::StatusOr<std::vector<CaseEvent>> ParseAll(
    const std::vector<v1::StoredEvent>& stored) {
  std::vector<CaseEvent> events(stored.size());
  for (size_t i = 0; i < stored.size(); ++i) {
    if (!events[i].ParseFromString(stored[i].body())) {
      return Broken(static_cast<int64_t>(i + 1), "is no event");
    }
  }
  return events;
}

// Events whose values a later event says were deleted.
std::set<int64_t> RedactedOf(const std::vector<CaseEvent>& events) {
  std::set<int64_t> redacted;
  for (const CaseEvent& event : events) {
    for (const int64_t sequence : event.redacted().event_sequences()) {
      if (sequence < event.sequence()) redacted.insert(sequence);
    }
  }
  return redacted;
}

}  // namespace

absl::StatusOr<Case> FoldProven(const std::vector<v1::StoredEvent>& stored) {
  ASSIGN_OR_RETURN(const std::vector<CaseEvent> events, ParseAll(stored));
  const std::set<int64_t> redacted = RedactedOf(events);
  Case c;
  for (size_t i = 0; i < events.size(); ++i) {
    const auto number = static_cast<int64_t>(i + 1);
    const CaseEvent& event = events[i];
    if (event.sequence() != number) {
      return Broken(number, absl::StrCat("is missing; the one stored in its "
                                         "place is number ",
                                         event.sequence()));
    }
    if (i > 0 && event.case_no() != events[0].case_no()) {
      return Broken(number, "belongs to case " + event.case_no());
    }
    if (event.body_case() == CaseEvent::BODY_NOT_SET) {
      return Broken(number,
                    "is of a kind that this program does not know; use a newer "
                    "one");
    }
    if (event.previous_hash() != (i == 0 ? "" : stored[i - 1].hash())) {
      return Broken(number, "does not name the event before it");
    }
    if (redacted.count(number) == 0 &&
        Sha256(stored[i].body()) != stored[i].hash()) {
      return Broken(number, "is not what was written");
    }
    Apply(event, &c);
  }
  if (!stored.empty()) c.set_chain_hash(stored.back().hash());
  return c;
}

absl::Status Prove(const v1::GetCaseProofResponse& proof) {
  ASSIGN_OR_RETURN(const Case folded,
                   FoldProven({proof.events().begin(), proof.events().end()}));
  if (const std::string difference = DifferenceOf(folded, proof.case_());
      !difference.empty()) {
    return Broken(
        folded.version(),
        absl::StrCat("the case is at version ", proof.case_().version(),
                     " and not what its events say: ", difference));
  }
  for (int i = 0; i < proof.events_size(); ++i) {
    const auto& event = proof.events(i);
    if (event.has_proof() && !Leads(event.proof(), event.hash())) {
      return Broken(i + 1, absl::StrCat("does not lead to the Merkle root of ",
                                        event.proof().day()));
    }
  }
  return absl::OkStatus();
}

}  // namespace wangge::cases
