#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "services/routing/domain/route.h"

namespace wangge::routing {
namespace {

using Scopes = std::vector<const city::Grid*>;

constexpr double kAssetRadiusMeters = 60;

class Assigner {
 public:
  Assigner(const city::City& city, const city::Category& category,
           const Scopes& scopes, const Matter& matter, RoutePlan* plan)
      : city_(city),
        category_(category),
        scopes_(scopes),
        matter_(matter),
        plan_(*plan) {}

  Ownership Assign() {
    const Ownership ownership = FromAsset();
    FromRules();
    if (!plan_.has_lead()) FallBackToTerritory();
    SetFlags();
    return ownership;
  }

 private:
  // Why a unit cannot have the matter; empty when it can.
  std::string Objection(const city::Unit& unit) const {
    const auto& excluded = matter_.excluded_unit_ids();
    if (std::find(excluded.begin(), excluded.end(), unit.unit_id()) !=
        excluded.end()) {
      return "has returned it";
    }
    if (category_.department_only() &&
        unit.kind() == registry::v1::UNIT_KIND_GRID_TEAM) {
      return "the category is for departments only";
    }
    return "";
  }

  v1::Responsible Describe(const city::Unit& unit, const std::string& rule_id,
                           const std::string& reason) const {
    v1::Responsible responsible;
    responsible.set_unit_id(unit.unit_id());
    responsible.set_unit_name(unit.name());
    responsible.set_rule_id(rule_id);
    responsible.set_reason(reason);
    const city::Duty duty =
        city_.OfficerOnDuty(unit.unit_id(), FromProto(matter_.time()));
    if (duty.officer != nullptr) {
      responsible.set_officer_id(duty.officer->officer_id());
      responsible.set_officer_name(duty.officer->name());
      responsible.set_substitute(duty.substitute);
    }
    AddTrace("duty", unit.name(),
             duty.officer == nullptr
                 ? "nobody is on duty: the unit's desk"
                 : absl::StrCat(duty.officer->name(),
                                duty.substitute ? " stands in" : " is on duty"),
             &plan_);
    return responsible;
  }

  // Owner first: an asset close by names its unit, or openly nobody.
  Ownership FromAsset() {
    if (category_.kind() != registry::v1::CATEGORY_KIND_ASSET ||
        !plan_.place().has_point()) {
      return Ownership::kFound;
    }
    const geo::Point point{plan_.place().point().latitude_deg(),
                           plan_.place().point().longitude_deg()};
    const auto assets =
        city_.AssetsNear(category_.category_code(), point, kAssetRadiusMeters);
    if (assets.empty()) return Ownership::kFound;
    const city::Asset& asset = *assets.front();
    if (asset.owner_unit_id().empty() && asset.maintainer_unit_id().empty()) {
      AddTrace("responsibility", asset.name(),
               "the asset was never handed to an owner", &plan_);
      return Ownership::kNoOwner;
    }
    const city::Unit& unit = *city_.FindUnit(asset.maintainer_unit_id().empty()
                                                 ? asset.owner_unit_id()
                                                 : asset.maintainer_unit_id());
    const std::string objection = Objection(unit);
    AddTrace("responsibility", asset.name(),
             objection.empty() ? absl::StrCat("belongs to ", unit.name())
                               : absl::StrCat(unit.name(), " ", objection),
             &plan_);
    if (objection.empty()) {
      *plan_.mutable_lead() = Describe(unit, "asset " + asset.asset_id(),
                                       "owner of " + asset.name());
    }
    return Ownership::kFound;
  }

  void FromRules() {
    std::set<std::string> co_handlers;
    for (const auto* rule : city_.RulesFor(category_, scopes_)) {
      const bool lead = rule->role() == registry::v1::RULE_ROLE_LEAD;
      if (lead && plan_.has_lead()) {
        AddTrace("responsibility", "rule " + rule->rule_id(),
                 "comes after the one that decided", &plan_);
        continue;
      }
      const city::Unit* unit = UnitOf(*rule);
      if (unit == nullptr) continue;
      const std::string reason =
          rule->basis().empty() ? "responsibility list" : rule->basis();
      if (lead) {
        *plan_.mutable_lead() = Describe(*unit, rule->rule_id(), reason);
      } else if (co_handlers.insert(unit->unit_id()).second) {
        *plan_.add_co_handlers() = Describe(*unit, rule->rule_id(), reason);
      }
    }
  }

  const city::Unit* UnitOf(const city::ResponsibilityRule& rule) {
    const auto units = city_.UnitsFor(rule.function(), rule.level(), scopes_);
    const std::string subject = "rule " + rule.rule_id();
    for (const auto* unit : units) {
      const std::string objection = Objection(*unit);
      AddTrace("responsibility", subject,
               objection.empty() ? absl::StrCat("gives it to ", unit->name())
                                 : absl::StrCat(unit->name(), " ", objection),
               &plan_);
      if (objection.empty()) return unit;
    }
    if (units.empty()) {
      AddTrace("responsibility", subject,
               absl::StrCat("no unit with function ", rule.function(), " here"),
               &plan_);
    }
    return nullptr;
  }

  // Nothing is unowned: the operation centre of the street answers.
  void FallBackToTerritory() {
    const city::Unit& centre = city_.OperationCentreAt(scopes_);
    AddTrace("responsibility", centre.name(), "territorial fallback", &plan_);
    *plan_.mutable_lead() =
        Describe(centre, "territorial fallback", "nothing is unowned");
  }

  void SetFlags() {
    std::vector<std::string> unit_ids = {plan_.lead().unit_id()};
    for (const auto& co_handler : plan_.co_handlers()) {
      unit_ids.push_back(co_handler.unit_id());
    }
    const city::CrossFlags flags = city_.CrossFlagsOf(unit_ids);
    plan_.set_cross_region(flags.region);
    plan_.set_cross_level(flags.level);
    plan_.set_cross_department(flags.department);
  }

  const city::City& city_;
  const city::Category& category_;
  const Scopes& scopes_;
  const Matter& matter_;
  RoutePlan& plan_;
};

}  // namespace

Ownership AssignResponsibility(const city::City& city,
                               const city::Category& category,
                               const Scopes& scopes, const Matter& matter,
                               RoutePlan* plan) {
  return Assigner(city, category, scopes, matter, plan).Assign();
}

}  // namespace wangge::routing
