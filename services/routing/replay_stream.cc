#include "services/routing/replay_stream.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "log/log.h"
#include "rpc/unary.h"
#include "services/routing/handlers.h"
#include "services/routing/proposed_city.h"

namespace wangge::routing {
namespace {

constexpr char kMethod[] = "/wangge.routing.v1.RoutingService/ReplayMatters";
// With a little room for a client's clock and the way here.
constexpr absl::Duration kMaxTime = absl::Seconds(3605);
// One answer is written while the next is made; more wait for a slow reader
// only when it sends without reading.
constexpr size_t kMaxOutbox = 64;

absl::Status CheckDeadline(absl::Time deadline) {
  errors::Violations v;
  v.Require(deadline <= absl::Now() + kMaxTime, "deadline",
            "is missing or too far away; set one of at most an hour");
  return v.ToStatus();
}

// What a call needs to begin.
struct Start {
  RoutingBasis current;
  std::shared_ptr<void> slot;
};

absl::StatusOr<Start> TryStart(const RoutingDeps& deps,
                               const rpc::Caller& caller, absl::Time deadline) {
  RETURN_IF_ERROR(CheckDeadline(deadline));
  Start start;
  ASSIGN_OR_RETURN(start.current.city, city::Current(deps.city));
  RETURN_IF_ERROR(RequirePlanner(*start.current.city, caller));
  start.current.model = deps.model.Get();
  start.slot = deps.analyses.TryTake();
  if (start.slot == nullptr) return errors::Overloaded(kAnalysisRetryDelay);
  return start;
}

}  // namespace

absl::StatusOr<std::shared_ptr<ReplayStream>> ReplayStream::Open(
    const RoutingDeps& deps, const rpc::Caller& caller, absl::Time deadline) {
  ASSIGN_OR_RETURN(Start start, TryStart(deps, caller, deadline));
  auto stream = std::make_shared<ReplayStream>(
      deps, caller, deadline, std::move(start.current), std::move(start.slot));
  stream->weak_self_ = stream;
  return stream;
}

ReplayStream::ReplayStream(const RoutingDeps& deps, rpc::Caller caller,
                           absl::Time deadline, RoutingBasis current,
                           std::shared_ptr<void> slot)
    : BidiStream(kMaxOutbox),
      deps_(deps),
      caller_(std::move(caller)),
      deadline_(deadline),
      current_(std::move(current)),
      slot_(std::move(slot)) {}

void ReplayStream::OnMessage(v1::ReplayMattersRequest message) {
  auto shared = std::make_shared<v1::ReplayMattersRequest>(std::move(message));
  Post([this, shared] { return Route(*shared); }, /*read_next=*/true);
}

void ReplayStream::OnReadsEnd() {
  Post([this] { return Summarize(); }, /*read_next=*/false);
}

void ReplayStream::Post(std::function<absl::Status()> step, bool read_next) {
  const bool posted = deps_.runtime.executor().TryPost(
      [self = weak_self_.lock(), step = std::move(step), read_next] {
        absl::Status status;
        try {
          status = step();
        } catch (const std::exception& fault) {
          status = rpc::HandlerThrew(kMethod, fault);
        }
        if (status.ok() && read_next) {
          self->ReadNext();
        } else {
          // Whoever is told of the end may begin another one.
          self->slot_.reset();
          self->Close(status);
        }
      });
  if (!posted) Close(errors::Overloaded(deps_.runtime.retry_delay()));
}

absl::Status ReplayStream::Route(const v1::ReplayMattersRequest& message) {
  if (deps_.runtime.draining()) return rpc::NotServing();
  RETURN_IF_ERROR(input_.Take(message));
  if (message.matters().empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Prepare());
  v1::ReplayMattersResponse response;
  for (const v1::ReplayedMatter& matter : message.matters()) {
    auto difference = replay_->Add(matter);
    if (difference.has_value()) {
      *response.add_differences() = *std::move(difference);
    }
  }
  Send(std::move(response));
  return absl::OkStatus();
}

absl::Status ReplayStream::Summarize() {
  RETURN_IF_ERROR(Prepare());
  v1::ReplayMattersResponse response;
  *response.mutable_summary() = replay_->Summary();
  log::Info("replay", {{"caller", caller_.Text()},
                       {"matters", response.summary().matter_count()}});
  Send(std::move(response));
  return absl::OkStatus();
}

absl::Status ReplayStream::Prepare() {
  if (replay_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      RoutingBasis proposed,
      input_.Propose(deps_, current_,
                     std::min(deadline_, absl::Now() + kAnalysisTime)));
  replay_.emplace(current_, std::move(proposed));
  return absl::OkStatus();
}

}  // namespace wangge::routing
