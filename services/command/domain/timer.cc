#include "services/command/domain/timer.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/time/civil_time.h"
#include "base/clock.h"

namespace wangge::command {
namespace {

// Receipts may be on their way when the ten seconds end.
constexpr absl::Duration kMeasureAfter = absl::Seconds(13);
// From the release to each escalation stage.
constexpr std::array<absl::Duration, kLastEscalationStage> kStageAfter = {
    absl::Minutes(2),  absl::Minutes(5),  absl::Minutes(10),
    absl::Minutes(15), absl::Minutes(20), absl::Minutes(25)};

// The same day and time a month later; the last day of a shorter month.
absl::Time MonthAfter(absl::Time time) {
  const absl::TimeZone zone = CityTimeZone();
  const absl::CivilSecond t = absl::ToCivilSecond(time, zone);
  const absl::CivilMonth next = absl::CivilMonth(t) + 1;
  const absl::CivilDay last = absl::CivilDay(next + 1) - 1;
  const absl::CivilDay day = std::min(
      absl::CivilDay(next.year(), next.month(), 1) + (t.day() - 1), last);
  return absl::FromCivil(absl::CivilSecond(day.year(), day.month(), day.day(),
                                           t.hour(), t.minute(), t.second()),
                         zone);
}

}  // namespace

std::optional<Timer> NextTimer(const StoredInstruction& stored) {
  const v1::Instruction& i = stored.instruction;
  const bool waits = i.state() == v1::INSTRUCTION_STATE_DRAFT ||
                     i.state() == v1::INSTRUCTION_STATE_PENDING_RELEASE;
  const bool released = i.state() == v1::INSTRUCTION_STATE_RELEASED;
  const absl::Time release = FromProto(i.release_time());
  std::vector<Timer> timers;
  if (released && !stored.reach_measured) {
    timers.push_back({release + kMeasureAfter, TimerAction::kMeasureReach});
  }
  if (released && !i.acknowledgement_optional() &&
      i.mode() != v1::INSTRUCTION_MODE_TEST &&
      i.escalation_stage() < kLastEscalationStage) {
    timers.push_back(
        {release + kStageAfter[static_cast<size_t>(i.escalation_stage())],
         TimerAction::kEscalate});
  }
  if (waits || released) {
    timers.push_back({FromProto(i.expire_time()), TimerAction::kExpire});
  }
  if (i.monthly() && stored.successor_id.empty() &&
      (released || i.state() == v1::INSTRUCTION_STATE_EXPIRED) &&
      i.has_release_time()) {
    timers.push_back({MonthAfter(release), TimerAction::kRepeat});
  }
  if (timers.empty()) return std::nullopt;
  return *std::min_element(
      timers.begin(), timers.end(),
      [](const Timer& a, const Timer& b) { return a.time < b.time; });
}

}  // namespace wangge::command
