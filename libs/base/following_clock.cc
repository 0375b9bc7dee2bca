#include "base/following_clock.h"

#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"

namespace wangge {
namespace {

// Clocks that differ by less agree.
constexpr absl::Duration kAgreement = absl::Seconds(1);

constexpr int kReadings = 3;

bool Agree(absl::Time a, absl::Time b) {
  return absl::AbsDuration(a - b) <= kAgreement;
}

absl::Duration SystemUptime() {
  timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return absl::DurationFromTimespec(time);
}

}  // namespace

TimeSources SystemTimeSources(
    std::function<absl::StatusOr<absl::Time>()> shared) {
  return {std::move(shared), &absl::Now, &SystemUptime};
}

FollowingClock::FollowingClock(TimeSources sources)
    : sources_(std::move(sources)),
      base_(sources_.machine() - sources_.uptime()) {}

absl::Time FollowingClock::Now() const {
  const absl::Duration uptime = sources_.uptime();
  MutexLock lock(&mutex_);
  return base_ + uptime;
}

absl::Status FollowingClock::Sync() {
  // It was read somewhere between the question and the answer, so the quickest
  // answer says best when.
  absl::Duration quickest = absl::InfiniteDuration();
  absl::Time base;
  for (int reading = 0; reading < kReadings; ++reading) {
    const absl::Duration asked = sources_.uptime();
    ASSIGN_OR_RETURN(const absl::Time shared, sources_.shared());
    const absl::Duration took = sources_.uptime() - asked;
    if (took >= quickest) continue;
    quickest = took;
    base = shared - asked - took / 2;
  }
  const absl::Time machine = sources_.machine() - sources_.uptime();
  MutexLock lock(&mutex_);
  if (synced_ && !Agree(base, base_) && !Agree(base, machine)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the shared clock has jumped by ", absl::FormatDuration(base - base_),
        " and this machine's does not agree; it is not followed"));
  }
  base_ = base;
  synced_ = true;
  return absl::OkStatus();
}

}  // namespace wangge
