// Values of options that several commands take.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"
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

// The number of an enum's value by its name without `prefix`, in any case.
// INVALID_ARGUMENT names the option and the names there are; the value 0 is
// none of them.
absl::StatusOr<int> EnumNumber(const google::protobuf::EnumDescriptor& type,
                               const std::string& prefix,
                               const std::string& option,
                               const std::string& name);

// The same, typed.
template <typename Enum>
absl::StatusOr<Enum> EnumOption(const std::string& prefix,
                                const std::string& option,
                                const std::string& name) {
  const auto number = EnumNumber(*google::protobuf::GetEnumDescriptor<Enum>(),
                                 prefix, option, name);
  if (!number.ok()) return number.status();
  return static_cast<Enum>(*number);
}

// A coordinate system by its name.
absl::StatusOr<common::v1::CoordinateSystem> SystemOption(
    const std::string& option, const std::string& name);

}  // namespace wangge::wgctl
