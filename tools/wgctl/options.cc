#include "tools/wgctl/options.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/status_macros.h"

namespace wangge::wgctl {

absl::StatusOr<google::protobuf::Timestamp> ParseTimeOption(
    const std::string& option, const std::string& text) {
  absl::Time parsed;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d %H:%M", text, CityTimeZone(), &parsed,
                       &error) &&
      !absl::ParseTime(absl::RFC3339_full, text, &parsed, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(option, " `", text,
                     "` is neither `YYYY-MM-DD HH:MM` (Asia/Shanghai) nor "
                     "RFC 3339"));
  }
  return ToProto(parsed);
}

absl::StatusOr<TimeRange> ParseTimeRange(const std::string& from,
                                         const std::string& to) {
  const absl::Time now = absl::Now();
  TimeRange range{now - absl::Hours(30 * 24), now};
  if (!from.empty()) {
    ASSIGN_OR_RETURN(const auto time, ParseTimeOption("--from", from));
    range.from = FromProto(time);
  }
  if (!to.empty()) {
    ASSIGN_OR_RETURN(const auto time, ParseTimeOption("--to", to));
    range.to = FromProto(time);
  }
  return range;
}

absl::StatusOr<common::v1::CoordinateSystem> SystemOption(
    const std::string& option, const std::string& name) {
  common::v1::CoordinateSystem system;
  if (common::v1::CoordinateSystem_Parse(
          "COORDINATE_SYSTEM_" + absl::AsciiStrToUpper(name), &system) &&
      system != common::v1::COORDINATE_SYSTEM_UNSPECIFIED) {
    return system;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      option, " `", name, "` is not one of wgs84, cgcs2000, gcj02, bd09"));
}

}  // namespace wangge::wgctl
