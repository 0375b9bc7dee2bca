// The streams of ReplayMatters that are open.
#pragma once

#include <memory>
#include <vector>

#include "base/mutex.h"
#include "services/routing/deps.h"
#include "services/routing/replay_stream.h"

namespace wangge::routing {

// Thread-safe.
class Replays {
 public:
  explicit Replays(const RoutingDeps* deps) : deps_(*deps) {}

  // The stream of a caller whom the policy admitted; why not, when it may not
  // begin.
  absl::StatusOr<std::shared_ptr<ReplayStream>> Open(const rpc::Call& call);
  // Ends all of them.
  void Close();

 private:
  const RoutingDeps& deps_;
  Mutex mutex_;
  std::vector<std::weak_ptr<ReplayStream>> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::routing
