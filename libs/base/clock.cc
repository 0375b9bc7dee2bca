#include "base/clock.h"

#include "absl/time/clock.h"

namespace wangge {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace

const Clock& SystemClock() {
  static const RealClock* const clock = new RealClock;
  return *clock;
}

absl::Time FakeClock::Now() const {
  MutexLock lock(&mutex_);
  return now_;
}

void FakeClock::Advance(absl::Duration by) {
  MutexLock lock(&mutex_);
  now_ += by;
}

absl::TimeZone CityTimeZone() {
  // China has had no daylight saving time since 1991, so that a fixed offset is
  // exact and needs no zone database on the machine.
  static const absl::TimeZone zone = absl::FixedTimeZone(8 * 60 * 60);
  return zone;
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp result;
  const int64_t micros = absl::ToUnixMicros(time);
  int64_t seconds = micros / 1'000'000;
  int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  result.set_seconds(seconds);
  result.set_nanos(static_cast<int32_t>(rest * 1000));
  return result;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

std::string FormatUtc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::string FormatCity(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, CityTimeZone());
}

}  // namespace wangge
