// What proves a case's timeline: the chain of its events. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/cases/domain/apply.h"

namespace wangge::cases {

// Checks the chain: events numbered without a gap, each naming the hash of the
// one before, each hashing to what is stored unless a later event says that it
// was redacted. Returns the case that they fold to. DATA_LOSS names the first
// broken link.
absl::StatusOr<Case> FoldProven(const std::vector<v1::StoredEvent>& events);

// OK when the events prove the case, that of the row included.
absl::Status Prove(const v1::GetCaseProofResponse& proof);

}  // namespace wangge::cases
