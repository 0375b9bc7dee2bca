#include "city/responsibility.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace wangge::city {
namespace {

constexpr double kAssetRadiusMeters = 60;

class Search {
 public:
  Search(const City& city, const ResponsibilityQuestion& question,
         const Consider& consider)
      : city_(city), question_(question), consider_(consider) {}

  Responsibility Find() {
    FromAsset();
    FromRules();
    if (answer_.lead.unit == nullptr) FallBackToTerritory();
    return std::move(answer_);
  }

 private:
  // Why a unit cannot have the matter; null when it can.
  const char* Objection(const Unit& unit) const {
    const auto& excluded = question_.excluded_unit_ids;
    if (std::any_of(excluded.begin(), excluded.end(),
                    [&](const auto* id) { return *id == unit.unit_id(); })) {
      return "has returned it";
    }
    if (question_.category.department_only() &&
        unit.kind() == registry::v1::UNIT_KIND_GRID_TEAM) {
      return "may not: the category is for departments only";
    }
    return nullptr;
  }

  void Note(std::string subject, std::string finding) const {
    if (consider_) consider_(std::move(subject), std::move(finding));
  }
  void NoteRule(const ResponsibilityRule& rule, std::string finding) const {
    if (consider_) consider_("rule " + rule.rule_id(), std::move(finding));
  }

  // Owner first: an asset close by names its unit, or openly nobody.
  void FromAsset() {
    if (question_.category.kind() != registry::v1::CATEGORY_KIND_ASSET ||
        question_.point == nullptr) {
      return;
    }
    const auto assets = city_.AssetsNear(question_.category.category_code(),
                                         *question_.point, kAssetRadiusMeters);
    if (assets.empty()) return;
    const Asset& asset = *assets.front();
    const std::string& unit_id = asset.maintainer_unit_id().empty()
                                     ? asset.owner_unit_id()
                                     : asset.maintainer_unit_id();
    if (unit_id.empty()) {
      Note(asset.name(), "the asset was never handed to an owner");
      answer_.asset_without_owner = true;
      return;
    }
    const Unit& unit = *city_.FindUnit(unit_id);
    if (const char* objection = Objection(unit)) {
      Note(asset.name(), absl::StrCat(unit.name(), " ", objection));
      return;
    }
    Note(asset.name(), absl::StrCat("belongs to ", unit.name()));
    answer_.lead = {&unit, "asset " + asset.asset_id(),
                    "owner of " + asset.name()};
  }

  void FromRules() {
    for (const auto* rule :
         city_.RulesFor(question_.category, question_.scopes)) {
      const bool lead = rule->role() == registry::v1::RULE_ROLE_LEAD;
      if (lead && answer_.lead.unit != nullptr) {
        NoteRule(*rule, "comes after the one that decided");
        continue;
      }
      const Unit* unit = UnitOf(*rule);
      if (unit == nullptr) continue;
      const ResponsibleUnit found{
          unit, rule->rule_id(),
          rule->basis().empty() ? "responsibility list" : rule->basis()};
      if (lead) {
        answer_.lead = found;
      } else if (!IsCoHandler(*unit)) {
        answer_.co_handlers.push_back(found);
      }
    }
  }

  bool IsCoHandler(const Unit& unit) const {
    return std::any_of(answer_.co_handlers.begin(), answer_.co_handlers.end(),
                       [&](const auto& c) { return c.unit == &unit; });
  }

  const Unit* UnitOf(const ResponsibilityRule& rule) const {
    const auto units =
        city_.UnitsFor(rule.function(), rule.level(), question_.scopes);
    for (const Unit* unit : units) {
      if (const char* objection = Objection(*unit)) {
        NoteRule(rule, absl::StrCat(unit->name(), " ", objection));
      } else {
        NoteRule(rule, "gives it to " + unit->name());
        return unit;
      }
    }
    if (units.empty()) {
      NoteRule(rule, absl::StrCat("no unit with function ", rule.function(),
                                  " here"));
    }
    return nullptr;
  }

  // Nothing is unowned: the operation centre of the street answers.
  void FallBackToTerritory() {
    const Unit& centre = city_.OperationCentreAt(question_.scopes);
    Note(centre.name(), "territorial fallback");
    answer_.lead = {&centre, "territorial fallback", "nothing is unowned"};
    answer_.fallback = true;
  }

  const City& city_;
  const ResponsibilityQuestion& question_;
  const Consider& consider_;
  Responsibility answer_;
};

}  // namespace

Responsibility FindResponsible(const City& city,
                               const ResponsibilityQuestion& question,
                               const Consider& consider) {
  return Search(city, question, consider).Find();
}

}  // namespace wangge::city
