// Values of options that several commands take.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "wangge/common/v1/common.pb.h"

namespace wangge::wgctl {

// A moment, `YYYY-MM-DD HH:MM` in Asia/Shanghai or RFC 3339. INVALID_ARGUMENT
// names the option.
absl::StatusOr<google::protobuf::Timestamp> ParseTimeOption(
    const std::string& option, const std::string& text);

// From `from` up to `to`.
struct TimeRange {
  absl::Time from;
  absl::Time to;
};

// What --from and --to say; when they are empty, the last 30 days.
absl::StatusOr<TimeRange> ParseTimeRange(const std::string& from,
                                         const std::string& to);

// A coordinate system by its name in lower case. INVALID_ARGUMENT names the
// option.
absl::StatusOr<common::v1::CoordinateSystem> SystemOption(
    const std::string& option, const std::string& name);

}  // namespace wangge::wgctl
