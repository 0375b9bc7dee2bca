#include "services/cases/statistics_service.h"

#include "log/log.h"

namespace wangge::cases {
namespace {

// Often and little: what is not folded yet is summed up by every reader.
constexpr absl::Duration kFoldInterval = absl::Seconds(1);
constexpr absl::Duration kFoldTime = absl::Seconds(10);
constexpr int kFoldAtOnce = 20'000;

}  // namespace

void StatisticsService::Start() {
  folding_ =
      std::make_unique<exec::Periodic>("statistics", kFoldInterval, [this] {
        const auto more = store_.Fold(kFoldAtOnce, absl::Now() + kFoldTime);
        if (!more.ok()) {
          log::Warning("statistics not folded",
                       {{"cause", std::string(more.status().message())}});
        }
        return more.ok() && *more;
      });
}

}  // namespace wangge::cases
