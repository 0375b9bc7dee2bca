#include "tools/wgctl/options.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

absl::StatusOr<int> EnumNumber(const google::protobuf::EnumDescriptor& type,
                               const std::string& prefix,
                               const std::string& option,
                               const std::string& name) {
  const auto* value =
      type.FindValueByName(prefix + absl::AsciiStrToUpper(name));
  if (value != nullptr && value->number() != 0) return value->number();
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    names.push_back(
        absl::AsciiStrToLower(type.value(i)->name().substr(prefix.size())));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      option, " `", name, "` is not one of ", absl::StrJoin(names, ", ")));
}

absl::StatusOr<common::v1::CoordinateSystem> SystemOption(
    const std::string& option, const std::string& name) {
  return EnumOption<common::v1::CoordinateSystem>("COORDINATE_SYSTEM_", option,
                                                  name);
}

}  // namespace wangge::wgctl
