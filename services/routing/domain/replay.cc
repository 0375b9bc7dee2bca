#include "services/routing/domain/replay.h"

#include <utility>

#include "services/routing/domain/route.h"

namespace wangge::routing {
namespace {

v1::RouteOutcome OutcomeOf(const RoutingBasis& basis, const Matter& matter) {
  const RoutePlan plan = Route(*basis.city, *basis.model, matter);
  v1::RouteOutcome outcome;
  outcome.set_disposition(plan.disposition());
  outcome.set_category_code(plan.category_code());
  outcome.set_unit_id(plan.lead().unit_id());
  return outcome;
}

int64_t IsAutomatic(const v1::RouteOutcome& outcome) {
  return outcome.disposition() == v1::DISPOSITION_AUTO ? 1 : 0;
}

}  // namespace

Replay::Replay(RoutingBasis before, RoutingBasis after)
    : before_(std::move(before)), after_(std::move(after)) {}

std::optional<v1::MatterDifference> Replay::Add(
    const v1::ReplayedMatter& matter) {
  const v1::RouteOutcome before = OutcomeOf(before_, matter.matter());
  const v1::RouteOutcome after = OutcomeOf(after_, matter.matter());
  const bool other_unit = before.unit_id() != after.unit_id();
  const bool other_category = before.category_code() != after.category_code();
  sums_.set_matter_count(sums_.matter_count() + 1);
  sums_.set_automatic_count_before(sums_.automatic_count_before() +
                                   IsAutomatic(before));
  sums_.set_automatic_count_after(sums_.automatic_count_after() +
                                  IsAutomatic(after));
  sums_.set_other_unit_count(sums_.other_unit_count() + (other_unit ? 1 : 0));
  sums_.set_other_category_count(sums_.other_category_count() +
                                 (other_category ? 1 : 0));
  v1::UnitLoad& load_before = loads_[before.unit_id()];
  load_before.set_matter_count_before(load_before.matter_count_before() + 1);
  v1::UnitLoad& load_after = loads_[after.unit_id()];
  load_after.set_matter_count_after(load_after.matter_count_after() + 1);
  if (!other_unit && !other_category &&
      before.disposition() == after.disposition()) {
    return std::nullopt;
  }
  v1::MatterDifference difference;
  difference.set_reference(matter.reference());
  *difference.mutable_before() = before;
  *difference.mutable_after() = after;
  return difference;
}

v1::ReplaySummary Replay::Summary() const {
  v1::ReplaySummary summary = sums_;
  for (const auto& [unit_id, load] : loads_) {
    if (load.matter_count_before() == load.matter_count_after()) continue;
    v1::UnitLoad& listed = *summary.add_loads();
    listed = load;
    listed.set_unit_id(unit_id);
  }
  return summary;
}

}  // namespace wangge::routing
