#include "services/cases/statistics_service.h"

#include <algorithm>

#include "log/log.h"

namespace wangge::cases {
namespace {

// Often and little: what is not folded yet is summed up by every reader.
constexpr absl::Duration kFoldInterval = absl::Seconds(1);
constexpr absl::Duration kFoldTime = absl::Seconds(10);
constexpr int kMaxAtOnce = 20'000;
constexpr int kMinAtOnce = 100;

}  // namespace

void StatisticsService::Start() {
  folding_ =
      std::make_unique<exec::Periodic>("statistics", kFoldInterval, [this] {
        const auto more = store_.Fold(fold_at_once_, absl::Now() + kFoldTime);
        // What takes too long is done in smaller parts, or it would never be.
        fold_at_once_ =
            std::clamp(more.ok() ? fold_at_once_ * 2 : fold_at_once_ / 4,
                       kMinAtOnce, kMaxAtOnce);
        if (!more.ok()) {
          log::Warning("statistics not folded",
                       {{"cause", std::string(more.status().message())}});
        }
        return more.ok() && *more;
      });
}

}  // namespace wangge::cases
