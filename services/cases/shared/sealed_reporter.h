// What is stored of a reporter.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

struct SealedReporter {
  std::string key_id;
  std::string sealed;  // wangge.cases.v1.Reporter, AES-256-GCM.
};

// Seals a reporter for a report: it opens for no other.
using Seal = std::function<absl::StatusOr<SealedReporter>(
    const v1::Reporter& reporter, const std::string& report_id)>;

}  // namespace wangge::cases
