#include "exec/concurrency_limit.h"

#include <algorithm>

namespace wangge::exec {
namespace {

// Bounds of one adjustment: a single stall is no overload.
constexpr double kMaxShrink = 0.5;
constexpr double kMaxGrowth = 1.1;
// Below this share of the limit nothing can be learned about a higher one.
constexpr double kReached = 0.9;
// Up to this multiple of the average, a rate is usual.
constexpr double kUsual = 1.5;
// Weight of a new rate in the moving average.
constexpr double kNewWeight = 0.2;

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(const std::string& name,
                                   const Options& options)
    : options_(options),
      gauge_(metrics::GetGauge("concurrency_limit",
                               "Calls that may be in flight.",
                               {{"limit", name}})),
      rate_(options.initial_limit /
            absl::ToDoubleSeconds(options.target_latency)) {
  const MutexLock lock(&mutex_);
  Set(options.initial_limit);
}

void ConcurrencyLimit::Set(double limit) {
  limit_ = std::clamp<double>(limit,
                              std::min(options_.min_limit, options_.max_limit),
                              options_.max_limit);
  gauge_.Set(limit_);
}

bool ConcurrencyLimit::TryBegin(absl::Time now) {
  const MutexLock lock(&mutex_);
  max_in_flight_ = std::max(max_in_flight_, in_flight_ + 1);
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
    excess_ = 0;
  }
  const absl::Duration over = now - over_since_;
  // Calls come in bursts too: up to the initial limit at once.
  const double usual = options_.initial_limit +
                       kUsual * usual_rate_ * absl::ToDoubleSeconds(over);
  if (in_flight_ >= options_.max_limit || over >= options_.grace ||
      now - refused_at_ < options_.grace || excess_ >= usual) {
    return false;
  }
  ++excess_;
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
  // The clock may have been set back.
  since_ = std::min(since_, now);
  refused_at_ = std::min(refused_at_, now);
  // Long enough for calls that began under the last limit to end.
  const absl::Duration window = now - since_;
  if (window < options_.target_latency) return;
  Learn(window);
  since_ = now;
  max_in_flight_ = in_flight_;
  ended_ = 0;
  took_ = absl::ZeroDuration();
}

// By Little's law, once the server is saturated, latency is proportional to the
// calls in flight.
void ConcurrencyLimit::Learn(absl::Duration window) {
  rate_ += kNewWeight * (ended_ / absl::ToDoubleSeconds(window) - rate_);
  const double change =
      absl::FDivDuration(options_.target_latency, took_ / ended_);
  if (change > 1 && max_in_flight_ < kReached * limit_) return;
  Set(limit_ * std::clamp(change, kMaxShrink, kMaxGrowth));
}

int ConcurrencyLimit::limit() const {
  const MutexLock lock(&mutex_);
  return static_cast<int>(limit_);
}

}  // namespace wangge::exec
