#include "exec/concurrency_limit.h"

#include <algorithm>

namespace wangge::exec {
namespace {

// At most so much of a change at a time: a single stall is no overload.
constexpr double kMostShrink = 0.5;
constexpr double kMostGrowth = 1.1;
// A limit that is not reached says nothing of whether a higher one would do.
constexpr double kReached = 0.9;
// So many times as many as have ended of late are usual.
constexpr double kUsual = 1.5;
// The weight of what is new in what was of late.
constexpr double kNew = 0.2;

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(const std::string& name,
                                   const Options& options)
    : options_(options),
      gauge_(metrics::GetGauge("concurrency_limit",
                               "Calls that may be worked on at once.",
                               {{"limit", name}})),
      rate_(options.at_first / absl::ToDoubleSeconds(options.wanted)) {
  const MutexLock lock(&mutex_);
  Set(options.at_first);
}

void ConcurrencyLimit::Set(double limit) {
  limit_ = std::clamp<double>(limit, std::min(options_.fewest, options_.most),
                              options_.most);
  gauge_.Set(limit_);
}

bool ConcurrencyLimit::TryBegin(absl::Time now) {
  const MutexLock lock(&mutex_);
  most_in_flight_ = std::max(most_in_flight_, in_flight_ + 1);
  if (in_flight_ + 1 <= limit_) {
    over_since_ = absl::InfiniteFuture();
  } else if (!MayExceed(now)) {
    refused_at_ = now;
    return false;
  }
  ++in_flight_;
  return true;
}

bool ConcurrencyLimit::MayExceed(absl::Time now) {
  if (over_since_ > now) {
    over_since_ = now;
    usual_rate_ = rate_;
    beyond_ = 0;
  }
  const absl::Duration over = now - over_since_;
  // Calls also come in clumps: as many at once as nobody has learned from yet.
  const double usual =
      options_.at_first + kUsual * usual_rate_ * absl::ToDoubleSeconds(over);
  if (in_flight_ >= options_.most || over >= options_.patience ||
      now - refused_at_ < options_.patience || beyond_ >= usual) {
    return false;
  }
  ++beyond_;
  return true;
}

void ConcurrencyLimit::Cancel() {
  const MutexLock lock(&mutex_);
  --in_flight_;
}

void ConcurrencyLimit::End(absl::Duration took, absl::Time now) {
  const MutexLock lock(&mutex_);
  --in_flight_;
  ++ended_;
  took_ += took;
  // When the clock is set back, what was is not to come yet.
  since_ = std::min(since_, now);
  refused_at_ = std::min(refused_at_, now);
  // Long enough for calls that began under the last limit to end.
  const absl::Duration window = now - since_;
  if (window < options_.wanted) return;
  Learn(window);
  since_ = now;
  most_in_flight_ = in_flight_;
  ended_ = 0;
  took_ = absl::ZeroDuration();
}

// By Little's law a call takes in proportion to how many there are, once there
// are enough of them to keep everything busy.
void ConcurrencyLimit::Learn(absl::Duration window) {
  rate_ += kNew * (ended_ / absl::ToDoubleSeconds(window) - rate_);
  const double change = absl::FDivDuration(options_.wanted, took_ / ended_);
  if (change > 1 && most_in_flight_ < kReached * limit_) return;
  Set(limit_ * std::clamp(change, kMostShrink, kMostGrowth));
}

int ConcurrencyLimit::limit() const {
  const MutexLock lock(&mutex_);
  return static_cast<int>(limit_);
}

}  // namespace wangge::exec
