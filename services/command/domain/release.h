// How an instruction goes out. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "city/city.h"
#include "services/command/domain/audience.h"
#include "services/command/domain/instruction.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

struct Release {
  StoredInstruction released;  // As it is from now on.
  FrozenAudience audience;     // Empty for a cancel: that of what it cancels.
  std::vector<MicroGridTarget> micro_grids;
  std::optional<v1::Delivery> notice;  // To former recipients of an update.
};

// The release of an instruction to its audience as it is now; `reference` is
// what it replaces or cancels, null for nothing.
Release ReleaseOf(StoredInstruction stored, const v1::Instruction* reference,
                  const std::string& releaser, const city::City& city,
                  absl::Time now);

// INVALID_ARGUMENT when nobody would get it, or a mobilisation has nothing to
// cover.
absl::Status CheckReachesSomebody(const Release& release);

}  // namespace wangge::command
