// What the first messages of a replay add up to: the city and the model to
// compare with.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "errors/errors.h"
#include "services/routing/deps.h"
#include "services/routing/domain/replay.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

inline constexpr int64_t kMaxReplayRows = 500'000;
inline constexpr int64_t kMaxReplayMatters = 2'000'000;
inline constexpr size_t kMaxModelBytes = 64 << 20;

// Not thread-safe.
class ReplayInput {
 public:
  // Checks a message and takes the proposal and the piece of a model in it.
  // INVALID_ARGUMENT names every fault; the stream is to end then.
  absl::Status Take(const v1::ReplayMattersRequest& message);

  // What `current` becomes by all that was taken. Blocks. Errors as
  // RoutingService.ReplayMatters.
  absl::StatusOr<RoutingBasis> Propose(const RoutingDeps& deps,
                                       const RoutingBasis& current,
                                       absl::Time deadline) const;

 private:
  void CheckProposalOf(const v1::ReplayMattersRequest& message,
                       errors::Violations* violations) const;

  bool proposes_ = false;
  v1::CityProposal proposal_;
  std::string model_;
  int64_t matter_count_ = 0;
};

}  // namespace wangge::routing
