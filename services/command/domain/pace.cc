#include "services/command/domain/pace.h"

#include <algorithm>

namespace wangge::command {
namespace {

constexpr absl::Duration kRecordWithin = absl::Seconds(3);
constexpr int kRestTimes = 6;

}  // namespace

absl::Duration RestAfter(absl::Duration statement, absl::Duration waited,
                         int64_t statements_left) {
  const absl::Duration spare =
      (kRecordWithin - waited) / std::max<int64_t>(statements_left, 1) -
      statement;
  return std::max(absl::ZeroDuration(),
                  std::min({kRestTimes * statement, kMaxRest, spare}));
}

}  // namespace wangge::command
