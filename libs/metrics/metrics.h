// Numbers for Prometheus, with labels from closed sets only: methods, codes,
// statements, states; never ids or error texts, because series are never
// forgotten.
//
// Look a handle up once and keep it: a look-up takes a lock, an increment does
// not. Handles live for ever. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace wangge::metrics {

using Labels = std::map<std::string, std::string>;
using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;

Counter& GetCounter(const std::string& name, const std::string& help,
                    const Labels& labels = {});
Gauge& GetGauge(const std::string& name, const std::string& help,
                const Labels& labels = {});
// A histogram of seconds, from 0.5 ms to 60 s.
Histogram& GetSeconds(const std::string& name, const std::string& help,
                      const Labels& labels = {});
// A histogram of counts, from 1 to 10,000.
Histogram& GetCounts(const std::string& name, const std::string& help,
                     const Labels& labels = {});

// Everything in Prometheus' text format.
std::string Expose();

// Serves Expose() at http://ADDRESS/metrics while it lives. Its destructor may
// take two seconds, so destroy it last.
class Exposer {
 public:
  // UNAVAILABLE when the address is taken. `address` is host:port.
  static absl::StatusOr<std::unique_ptr<Exposer>> Start(
      const std::string& address);
  virtual ~Exposer() = default;
};

}  // namespace wangge::metrics
