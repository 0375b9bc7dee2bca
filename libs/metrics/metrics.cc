#include "metrics/metrics.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "prometheus/exposer.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace wangge::metrics {
namespace {

const std::shared_ptr<prometheus::Registry>& Registry() {
  static auto* const registry = new std::shared_ptr<prometheus::Registry>(
      std::make_shared<prometheus::Registry>());
  return *registry;
}

const prometheus::Histogram::BucketBoundaries& SecondsBuckets() {
  static const auto* const buckets =
      new prometheus::Histogram::BucketBoundaries{
          0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
          0.2,    0.5,   1,     2,     5,    10,   30,   60};
  return *buckets;
}

const prometheus::Histogram::BucketBoundaries& CountsBuckets() {
  static const auto* const buckets =
      new prometheus::Histogram::BucketBoundaries{
          1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 10000};
  return *buckets;
}

class RunningExposer : public Exposer {
 public:
  explicit RunningExposer(const std::string& address) : exposer_(address, 1) {
    exposer_.RegisterCollectable(Registry());
  }

 private:
  prometheus::Exposer exposer_;
};

}  // namespace

Counter& GetCounter(const std::string& name, const std::string& help,
                    const Labels& labels) {
  return prometheus::BuildCounter()
      .Name(name)
      .Help(help)
      .Register(*Registry())
      .Add(labels);
}

Gauge& GetGauge(const std::string& name, const std::string& help,
                const Labels& labels) {
  return prometheus::BuildGauge()
      .Name(name)
      .Help(help)
      .Register(*Registry())
      .Add(labels);
}

Histogram& GetSeconds(const std::string& name, const std::string& help,
                      const Labels& labels) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(*Registry())
      .Add(labels, SecondsBuckets());
}

Histogram& GetCounts(const std::string& name, const std::string& help,
                     const Labels& labels) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(*Registry())
      .Add(labels, CountsBuckets());
}

std::string Expose() {
  return prometheus::TextSerializer().Serialize(Registry()->Collect());
}

absl::StatusOr<std::unique_ptr<Exposer>> Exposer::Start(
    const std::string& address) {
  try {
    return std::make_unique<RunningExposer>(address);
  } catch (const std::exception& fault) {
    return absl::UnavailableError(absl::StrCat(
        "metrics address ", address, " cannot be served: ", fault.what()));
  }
}

}  // namespace wangge::metrics
