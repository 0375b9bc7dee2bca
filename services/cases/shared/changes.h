// How a method of CaseService changes cases: who acts in which city, the
// command of its request, and the answer. What a change does to its case is
// Decide's (domain/decide*.cc); how it is carried out, the change room's.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status_macros.h"
#include "city/watch.h"
#include "rpc/unary.h"
#include "services/cases/shared/change.h"

namespace wangge::cases {

// Who acts, when, in a city that is kept as long as this lives.
struct ChangeContext {
  std::shared_ptr<const city::City> city;
  Actor actor;
  absl::Time now;

  Context With(const RoutePlan* plan) const {
    return {*city, actor, now, plan};
  }
};

// Thread-safe.
class Changes {
 public:
  // All must outlive it.
  Changes(Changer* changer, const city::Holder* city, const Clock* clock)
      : changer_(*changer), city_(*city), clock_(*clock) {}

  // Carries out a request that changes one case, without waiting. Call and
  // request must live until the reply. The hook may be null.
  template <typename Request>
  void Run(const rpc::Call& call, const Request& request, TransactionHook hook,
           rpc::Reply<Case> reply) {
    auto context = ContextFor(call);
    if (!context.ok()) return reply(context.status());
    Start(changer_.Run(
              CommandFor(call, request, *std::move(context), std::move(hook))),
          std::move(reply));
  }

  // Starts a change unless 1,000 run already: then the answer is OVERLOADED.
  void Start(exec::Task<absl::StatusOr<Outcome>> change,
             rpc::Reply<Case> reply);

  // The command of a request that changes one case.
  template <typename Request>
  static Command CommandFor(const rpc::Call& call, const Request& request,
                            ChangeContext context, TransactionHook hook) {
    Command command;
    command.case_nos = {request.case_no()};
    command.key = KeyOf(call.caller.Text(), request);
    command.matter = MatterOf(request, context.now);
    command.decide =
        [context = std::move(context), &request](
            const std::vector<Case>& cases,
            const RoutePlan* plan) -> absl::StatusOr<std::vector<Events>> {
      ASSIGN_OR_RETURN(Events events,
                       Decide(cases[0], request, context.With(plan)));
      return std::vector<Events>{std::move(events)};
    };
    command.hook = std::move(hook);
    command.deadline = call.deadline;
    return command;
  }

  // What must be routed before a request can be decided; null when its Decide
  // never wants a plan.
  template <typename Request>
  static std::function<std::optional<Matter>(const Case& c)> MatterOf(
      const Request& request, absl::Time now) {
    if constexpr (MayWantPlan<Request>) {
      return
          [&request, now](const Case& c) { return MatterFor(c, request, now); };
    } else {
      return nullptr;
    }
  }

  // UNAVAILABLE before the first city; NOT_YOURS when the caller's officer is
  // not in it.
  absl::StatusOr<ChangeContext> ContextFor(const rpc::Call& call) const;

  Changer& changer() const { return changer_; }

 private:
  Changer& changer_;
  const city::Holder& city_;
  const Clock& clock_;
  std::atomic<int> running_ = 0;
};

}  // namespace wangge::cases
