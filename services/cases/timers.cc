#include "services/cases/timers.h"

#include <utility>

#include "base/status_macros.h"
#include "log/log.h"

namespace wangge::cases {
namespace {

// None when no timer is due any more.
ChangeGroup DecideFiring(Case c, const Context& context) {
  Change change;
  change.expected_version = c.version();
  change.events = DecideTimers(c, context);
  if (change.events.empty()) return {};
  change.folded = std::move(c);
  ApplyAll(change.events, &change.folded);
  return {std::move(change)};
}

}  // namespace

Timers::Timers(Store* store)
    : store_(*store),
      fired_(metrics::GetCounter("cases_timers_fired_total",
                                 "Events made by timers.")) {}

absl::StatusOr<Timers::Fired> Timers::FireDue(const city::City& city,
                                              absl::Time now, int limit,
                                              absl::Time deadline) {
  ASSIGN_OR_RETURN(DueCases due, store_.ClaimDueCases(now, limit, deadline));
  Fired fired{due.seen, 0};
  if (due.claimed.empty()) return fired;
  const Context context{city, {"timer", "", nullptr}, now, nullptr};
  std::vector<ChangeGroup> groups;
  std::vector<std::string> done;
  for (Case& c : due.claimed) {
    done.push_back(c.case_no());
    ChangeGroup group = DecideFiring(std::move(c), context);
    if (!group.empty()) groups.push_back(std::move(group));
  }
  const auto results = store_.CommitAll(std::move(groups));
  for (const auto& result : results) {
    RETURN_IF_ERROR(result.status());  // The leases end by themselves.
    if (!*result) continue;
    ++fired.written;
    fired_.Increment();
  }
  RETURN_IF_ERROR(store_.EndTimerLeases(done, deadline));
  return fired;
}

}  // namespace wangge::cases
