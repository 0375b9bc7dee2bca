// Time as a dependency, so that tests can move it.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "base/mutex.h"
#include "google/protobuf/timestamp.pb.h"

namespace wangge {

// Tells the time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's clock; lives for ever.
const Clock& SystemClock();

// A clock that stands still until it is moved. Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override;
  void Advance(absl::Duration by);

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

// The city's time zone, Asia/Shanghai.
absl::TimeZone CityTimeZone();

// Conversions with microsecond precision, which is PostgreSQL's.
google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& time);

// RFC 3339 in UTC with microseconds: what PostgreSQL and logs take.
std::string FormatUtc(absl::Time time);
// `2026-11-23 09:05:07` in the city's zone: what people read.
std::string FormatCity(absl::Time time);

}  // namespace wangge
