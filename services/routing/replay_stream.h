// ReplayMatters over the wire: one message is worked on at a time, so that a
// caller who does not read holds nothing up but itself.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "rpc/stream.h"
#include "services/routing/deps.h"
#include "services/routing/domain/replay.h"
#include "services/routing/replay_input.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

class ReplayStream final : public rpc::BidiStream<v1::ReplayMattersRequest,
                                                  v1::ReplayMattersResponse> {
 public:
  // The stream of a caller whom the policy admitted; the error to refuse the
  // call with when it may not begin.
  static absl::StatusOr<std::shared_ptr<ReplayStream>> Open(
      const RoutingDeps& deps, const rpc::Caller& caller, absl::Time deadline);

  ReplayStream(const RoutingDeps& deps, rpc::Caller caller, absl::Time deadline,
               RoutingBasis current, std::shared_ptr<void> slot);

 private:
  void OnMessage(v1::ReplayMattersRequest message) override;
  void OnReadsEnd() override;

  // Runs `step` on a worker; the next message is read when it was OK.
  void Post(std::function<absl::Status()> step, bool read_next);
  absl::Status Route(const v1::ReplayMattersRequest& message);
  absl::Status Summarize();
  // Makes the replay of what was proposed, once.
  absl::Status Prepare();

  const RoutingDeps deps_;
  const rpc::Caller caller_;
  const absl::Time deadline_;
  const RoutingBasis current_;
  std::shared_ptr<void> slot_;  // Until the last step.
  std::weak_ptr<ReplayStream> weak_self_;
  // Of the one step that runs at a time.
  ReplayInput input_;
  std::optional<Replay> replay_;
};

}  // namespace wangge::routing
