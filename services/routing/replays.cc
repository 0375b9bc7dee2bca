#include "services/routing/replays.h"

#include "base/status_macros.h"

namespace wangge::routing {

absl::StatusOr<std::shared_ptr<ReplayStream>> Replays::Open(
    const rpc::Call& call) {
  ASSIGN_OR_RETURN(auto stream,
                   ReplayStream::Open(deps_, call.caller, call.deadline));
  MutexLock lock(&mutex_);
  std::erase_if(open_, [](const auto& weak) { return weak.expired(); });
  open_.push_back(stream);
  return stream;
}

void Replays::Close() {
  MutexLock lock(&mutex_);
  for (const auto& weak : open_) {
    if (const auto stream = weak.lock()) stream->Close(rpc::NotServing());
  }
}

}  // namespace wangge::routing
