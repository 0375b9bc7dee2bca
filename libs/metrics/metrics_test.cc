#include "metrics/metrics.h"

#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::metrics {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameCounter) {
  GetCounter("test_total", "Help.", {{"code", "OK"}}).Increment();
  GetCounter("test_total", "Help.", {{"code", "OK"}}).Increment();
  EXPECT_THAT(Expose(), HasSubstr("test_total{code=\"OK\"} 2"));
}

TEST(MetricsTest, SecondsFallIntoBuckets) {
  GetSeconds("test_seconds", "Help.").Observe(0.003);
  EXPECT_THAT(Expose(), HasSubstr("test_seconds_bucket{le=\"0.005\"} 1"));
}

TEST(MetricsTest, ATakenAddressIsAnError) {
  const auto first = Exposer::Start("127.0.0.1:7299");
  ASSERT_OK(first);
  EXPECT_THAT(Exposer::Start("127.0.0.1:7299").status(),
              StatusIs(absl::StatusCode::kUnavailable, "127.0.0.1:7299"));
}

}  // namespace
}  // namespace wangge::metrics
