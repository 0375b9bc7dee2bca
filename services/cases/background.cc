#include "services/cases/background.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "log/log.h"

ABSL_FLAG(absl::Duration, keep_reporters, absl::Hours(24 * 365 * 3),
          "How long after its receipt a report's reporter is kept, at least "
          "720h; always until the case has ended.");
ABSL_FLAG(absl::Duration, audit_pause, absl::Seconds(1),
          "Shortest pause between two pages of 200 cases of the audit in the "
          "background, 10ms to 1h.");

namespace wangge::cases {
namespace {

constexpr int kTimersAtOnce = 100;
constexpr absl::Duration kTimerInterval = absl::Milliseconds(200);
constexpr absl::Duration kSyncInterval = absl::Seconds(10);
constexpr absl::Duration kSearchInterval = absl::Milliseconds(500);
constexpr absl::Duration kDailyInterval = absl::Minutes(1);
constexpr absl::Duration kRetentionInterval = absl::Hours(1);
constexpr absl::Duration kRetentionTime = absl::Minutes(30);
// Often and little: what is not folded yet is summed up by every reader.
constexpr absl::Duration kFoldInterval = absl::Seconds(1);
constexpr int kFirstFold = 1000;
constexpr int kMinFold = 100;
constexpr int kMaxFold = 20'000;
// Cases are reopened within 15 days.
constexpr absl::Duration kMinKept = absl::Hours(24 * 30);
constexpr absl::Duration kTaskTime = absl::Seconds(10);

// The audit never ends, so it rests 39 times as long as a page took, a minute
// at most: under load that is longer.
constexpr int kAuditRest = 39;

// After an outage there is much to do: half of the time is left to people.
void RestAfter(absl::Duration work) {
  std::this_thread::sleep_for(
      absl::ToChronoNanoseconds(std::min(work, absl::Seconds(1))));
}

// The pool has logged what the database said; it is tried again soon.
void Warn(const char* what, const absl::Status& status) {
  log::Warning(what, {{"cause", std::string(status.message())}});
}

}  // namespace

Background::Background(const Parts& parts, std::function<void()> committed)
    : parts_(parts),
      committed_(std::move(committed)),
      timers_(&parts.changes),
      retention_(&parts.changer, &parts.reporters, &parts.city, &parts.clock,
                 std::max(absl::GetFlag(FLAGS_keep_reporters), kMinKept)),
      clock_trusted_(metrics::GetGauge(
          "cases_clock_trusted",
          "1 when the database's clock goes as it should, else 0.")),
      fold_at_once_(kFirstFold) {}

void Background::Start() {
  const auto run = [this](const std::string& name, absl::Duration interval,
                          std::function<bool()> task) {
    running_.push_back(
        std::make_unique<exec::Periodic>(name, interval, std::move(task)));
  };
  run("clock", kSyncInterval, [this] { return SyncClock(); });
  run("timers", kTimerInterval, [this] { return FireTimers(); });
  run("retention", kRetentionInterval, [this] { return EraseExpired(); });
  run("search", kSearchInterval, [this] { return FollowFeed(); });
  run("statistics", kFoldInterval, [this] { return FoldStatistics(); });
  run("daily-root", kDailyInterval, [this] { return MakeDailyRoot(); });
  const absl::Duration pause = std::clamp(
      absl::GetFlag(FLAGS_audit_pause), absl::Milliseconds(10), absl::Hours(1));
  run("audit", pause, [this] { return Audit(); });
}

void Background::Stop() {
  for (const auto& task : running_) task->Stop();
}

bool Background::SyncClock() {
  const absl::Status synced = parts_.clock.Sync();
  clock_trusted_.Set(synced.ok() ? 1 : 0);
  if (!synced.ok()) Warn("clock not synced", synced);
  return false;
}

bool Background::FireTimers() {
  const auto city = parts_.city.Get();
  if (city == nullptr) return false;
  const absl::Time now = parts_.clock.Now();
  const absl::Time started = absl::Now();
  const absl::Time deadline = started + kTaskTime;
  const auto fired = timers_.FireDue(*city, now, kTimersAtOnce, deadline);
  const auto reminded =
      parts_.referrals.FireTimers(now, kTimersAtOnce, deadline);
  if (fired.ok() && fired->written > 0) committed_();
  const bool more = (fired.ok() && fired->due == kTimersAtOnce) ||
                    (reminded.ok() && *reminded == kTimersAtOnce);
  if (more) RestAfter(absl::Now() - started);
  return more;
}

bool Background::EraseExpired() {
  if (parts_.city.Get() == nullptr) return false;
  const auto erased = retention_.Run(absl::Now() + kRetentionTime);
  if (!erased.ok()) {
    Warn("expired reporters not deleted", erased.status());
  } else if (*erased > 0) {
    log::Info("expired reporters deleted", {{"count", absl::StrCat(*erased)}});
    committed_();
  }
  return false;
}

bool Background::FollowFeed() {
  const absl::Time started = absl::Now();
  const auto more = parts_.search.Follow(started + kTaskTime);
  if (!more.ok()) Warn("search not brought up to date", more.status());
  if (more.ok() && *more) RestAfter(absl::Now() - started);
  return more.ok() && *more;
}

bool Background::FoldStatistics() {
  const auto more =
      parts_.statistics.Fold(fold_at_once_, absl::Now() + kTaskTime);
  // What takes too long is done in smaller parts, or it would never be.
  fold_at_once_ = std::clamp(more.ok() ? fold_at_once_ * 2 : fold_at_once_ / 4,
                             kMinFold, kMaxFold);
  if (!more.ok()) Warn("statistics not folded", more.status());
  return more.ok() && *more;
}

bool Background::Audit() {
  const auto started = std::chrono::steady_clock::now();
  if (started < audit_rests_until_) return false;
  parts_.auditor.Step();
  const auto ended = std::chrono::steady_clock::now();
  audit_rests_until_ =
      ended + std::min<std::chrono::steady_clock::duration>(
                  kAuditRest * (ended - started), std::chrono::minutes(1));
  return false;
}

bool Background::MakeDailyRoot() {
  const absl::Status made = parts_.roots.MakeIfDue(parts_.clock.Now());
  if (!made.ok()) Warn("daily root not made", made);
  return false;
}

}  // namespace wangge::cases
