#include "city/duty_check.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "city/certificate.h"
#include "city/ground_check.h"
#include "city/responsibility.h"
#include "city/shift.h"

namespace wangge::city {
namespace {

using registry::v1::CityFault;
using registry::v1::CityFaultKind;

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M", time, CityTimeZone());
}

class DutyCheck {
 public:
  DutyCheck(const City& city, absl::Time now)
      : city_(city), now_(now), until_(now + kRosterHorizon) {}

  DutyFindings Check() {
    ReadRules();
    Gather();
    std::vector<Answer> answers(city_.categories().size());
    for (size_t i = 0; i < answers.size(); ++i) answers[i] = AnswerTo(i, {});
    Visit(city_.root_grid(), "", answers);
    ReportFallbacks();
    ReachSuperiors();
    CheckRosters();
    CheckPeople();
    return std::move(findings_);
  }

 private:
  // Who answers for a category in a grid.
  struct Answer {
    const Unit* unit = nullptr;
    bool fallback = false;
  };

  CityFault& AddFault(CityFaultKind kind, const std::string& row_kind,
                      const std::string& id, const std::string& description) {
    CityFault& fault = findings_.faults.emplace_back();
    fault.set_kind(kind);
    fault.mutable_row()->set_kind(row_kind);
    fault.mutable_row()->set_id(id);
    fault.set_description(description);
    return fault;
  }

  // Which categories a unit's function or a rule's grid can matter for.
  void ReadRules() {
    const auto categories = city_.categories();
    for (size_t i = 0; i < categories.size(); ++i) {
      std::set<std::string> functions;
      std::set<std::string> grids;
      for (const Category* c = categories[i]; c != nullptr;
           c = city_.FindCategory(c->parent_category_code())) {
        for (const ResponsibilityRule* rule :
             city_.RulesNaming(c->category_code())) {
          functions.insert(rule->function());
          if (!rule->grid_id().empty()) grids.insert(rule->grid_id());
        }
      }
      for (const auto& function : functions)
        by_function_[function].push_back(i);
      for (const auto& grid : grids) by_grid_[grid].push_back(i);
    }
  }

  // What the checks look at, in one walk over all rows: a large city's rows are
  // slower to come by than to check.
  void Gather() {
    city_.rows().ForEach([&](const std::string&, const RowPtr& row) {
      if (row->has_asset()) {
        assets_.push_back(&row->asset());
      } else if (row->has_unit()) {
        const auto kind = row->unit().kind();
        if (kind == registry::v1::UNIT_KIND_OPERATION_CENTRE ||
            kind == registry::v1::UNIT_KIND_POLICE) {
          own_dispatchers_.push_back(&row->unit());
        }
      } else if (row->has_officer()) {
        if (row->officer().grid_id().empty()) {
          officers_without_grid_.push_back(&row->officer());
        }
      } else if (row->has_duty_shift() &&
                 row->duty_shift().role() == registry::v1::DUTY_ROLE_PRIMARY) {
        primary_shifts_[row->duty_shift().officer_id()].push_back(
            &row->duty_shift());
      }
    });
  }

  Answer AnswerTo(size_t category, Scopes scopes) {
    const Responsibility found =
        FindResponsible(city_, {*city_.categories()[category], scopes});
    reached_.insert(found.lead.unit);
    for (const auto& c : found.co_handlers) reached_.insert(c.unit);
    return {found.lead.unit, found.fallback};
  }

  // The categories whose answer may differ from the one in the grid above.
  std::vector<size_t> AffectedAt(const Grid& grid) const {
    std::vector<size_t> affected;
    const auto add = [&](const auto& map, const std::string& key) {
      const auto found = map.find(key);
      if (found == map.end()) return;
      affected.insert(affected.end(), found->second.begin(),
                      found->second.end());
    };
    add(by_grid_, grid.grid_id());
    for (const Unit* unit : city_.UnitsAt(grid.grid_id())) {
      if (unit->kind() == registry::v1::UNIT_KIND_OPERATION_CENTRE) {
        affected.resize(city_.categories().size());
        for (size_t i = 0; i < affected.size(); ++i) affected[i] = i;
        return affected;
      }
      add(by_function_, unit->function());
    }
    std::sort(affected.begin(), affected.end());
    affected.erase(std::unique(affected.begin(), affected.end()),
                   affected.end());
    return affected;
  }

  void Visit(const Grid& grid, const std::string& district,
             const std::vector<Answer>& above) {
    const std::vector<size_t> affected = AffectedAt(grid);
    std::vector<Answer> own;
    if (!affected.empty()) {
      own = above;
      const Chain chain = city_.ChainOf(grid);
      for (const size_t i : affected) own[i] = AnswerTo(i, chain);
    }
    const std::vector<Answer>& answers = affected.empty() ? above : own;
    const std::string& here = grid.level() == common::v1::GRID_LEVEL_DISTRICT
                                  ? grid.grid_id()
                                  : district;
    auto& cells = findings_.cells_by_district[here];
    ++cells.grids;
    bool leaf = true;
    for (const Grid* child : city_.ChildrenOf(grid.grid_id())) {
      if (child->layer() != common::v1::GRID_LAYER_GOVERNANCE) continue;
      leaf = false;
      Visit(*child, here, answers);
    }
    if (leaf) CountLeaf(here, answers, &cells);
  }

  void CountLeaf(const std::string& district,
                 const std::vector<Answer>& answers,
                 DutyFindings::Cells* cells) {
    ++cells->leaves;
    cells->cells += static_cast<int64_t>(answers.size());
    for (size_t i = 0; i < answers.size(); ++i) {
      if (!IsManned(*answers[i].unit)) ++cells->unmanned;
      if (!answers[i].fallback) continue;
      ++cells->fallbacks;
      ++fallbacks_[{district, i}];
    }
  }

  bool IsManned(const Unit& unit) {
    const auto [known, fresh] = manned_.emplace(&unit, false);
    if (fresh) {
      known->second =
          city_.OfficerOnDuty(unit.unit_id(), now_).officer != nullptr;
    }
    return known->second;
  }

  void ReportFallbacks() {
    for (const auto& [key, count] : fallbacks_) {
      const Category& category = *city_.categories()[key.second];
      AddFault(registry::v1::CITY_FAULT_KIND_NO_UNIT, "category",
               category.category_code(),
               absl::StrCat("no unit answers for ", category.name(), " in ",
                            count, " grids; their operation centre does"))
          .set_district_grid_id(key.first);
    }
  }

  // Owners of assets, operation centres, the police, whom 110 dispatches by
  // itself, and whoever stands above one who answers: supervision reaches them.
  void ReachSuperiors() {
    std::vector<const Unit*> all(reached_.begin(), reached_.end());
    all.insert(all.end(), own_dispatchers_.begin(), own_dispatchers_.end());
    for (const Asset* asset : assets_) {
      all.push_back(city_.FindUnit(asset->owner_unit_id()));
      all.push_back(city_.FindUnit(asset->maintainer_unit_id()));
    }
    for (const Unit* unit : all) {
      for (; unit != nullptr; unit = city_.FindUnit(unit->parent_unit_id())) {
        if (reached_.contains(unit) && unit->parent_unit_id().empty()) break;
        reached_.insert(unit);
      }
    }
  }

  void CheckRosters() {
    std::vector<const Unit*> units(reached_.begin(), reached_.end());
    std::sort(units.begin(), units.end(), [](const Unit* a, const Unit* b) {
      return a->unit_id() < b->unit_id();
    });
    for (const Unit* unit : units) CheckRoster(*unit);
  }

  void CheckRoster(const Unit& unit) {
    const auto shifts = city_.ShiftsOf(unit.unit_id());
    if (shifts.empty()) {
      // Without a roster whoever is of the unit answers.
      if (city_.OfficersOf(unit.unit_id()).empty()) {
        AddFault(registry::v1::CITY_FAULT_KIND_NO_OFFICER, "unit",
                 unit.unit_id(), unit.name() + " has nobody")
            .set_district_grid_id(city_.DistrictOf(unit));
      }
      return;
    }
    std::vector<Span> spans;
    for (const DutyShift* shift : shifts) {
      const auto own = SpansOf(*shift, now_, until_);
      spans.insert(spans.end(), own.begin(), own.end());
    }
    for (const Span& hole : GapsIn(std::move(spans), now_, until_)) {
      CityFault& fault = AddFault(
          registry::v1::CITY_FAULT_KIND_ROSTER_HOLE, "unit", unit.unit_id(),
          absl::StrCat("nobody is on duty at ", unit.name(), " from ",
                       TimeText(hole.start), " to ", TimeText(hole.end)));
      fault.set_district_grid_id(city_.DistrictOf(unit));
      *fault.mutable_start_time() = ToProto(hole.start);
      *fault.mutable_end_time() = ToProto(hole.end);
    }
  }

  void CheckPeople() {
    for (const Officer* officer : officers_without_grid_) CheckReach(*officer);
    for (const auto& [officer_id, shifts] : primary_shifts_) {
      for (size_t i = 0; i < shifts.size(); ++i) {
        for (size_t k = i + 1; k < shifts.size(); ++k) {
          CheckDoubleDuty(*shifts[i], *shifts[k]);
        }
      }
    }
  }

  void CheckReach(const Officer& officer) {
    const Unit* unit = city_.FindUnit(officer.unit_id());
    if (reached_.contains(unit)) return;
    AddFault(
        registry::v1::CITY_FAULT_KIND_UNREACHABLE_OFFICER, "officer",
        officer.officer_id(),
        absl::StrCat(officer.name(), " of ", unit->name(),
                     " has no grid, and nothing is ever given to the unit"))
        .set_district_grid_id(city_.DistrictOf(*unit));
  }

  void CheckDoubleDuty(const DutyShift& a, const DutyShift& b) {
    if (a.unit_id() == b.unit_id()) return;
    const auto of_a = SpansOf(a, now_, until_);
    const auto of_b = SpansOf(b, now_, until_);
    for (auto i = of_a.begin(), k = of_b.begin();
         i != of_a.end() && k != of_b.end();) {
      const Span both{std::max(i->start, k->start), std::min(i->end, k->end)};
      if (both.start < both.end) {
        CityFault& fault = AddFault(
            registry::v1::CITY_FAULT_KIND_DOUBLE_DUTY, "officer",
            a.officer_id(),
            absl::StrCat("is on duty at ", a.unit_id(), " and ", b.unit_id(),
                         " at once from ", TimeText(both.start), " to ",
                         TimeText(both.end)));
        for (const DutyShift* shift : {&a, &b}) {
          auto* other = fault.add_other_rows();
          other->set_kind("duty_shift");
          other->set_id(shift->shift_id());
        }
        *fault.mutable_start_time() = ToProto(both.start);
        *fault.mutable_end_time() = ToProto(both.end);
        return;  // The first time says it.
      }
      i->end < k->end ? ++i : ++k;
    }
  }

  const City& city_;
  const absl::Time now_;
  const absl::Time until_;
  DutyFindings findings_;
  // Positions in categories(), by function and by grid of a rule.
  absl::flat_hash_map<std::string, std::vector<size_t>> by_function_;
  absl::flat_hash_map<std::string, std::vector<size_t>> by_grid_;
  std::vector<const Asset*> assets_;
  // Operation centres and the police.
  std::vector<const Unit*> own_dispatchers_;
  std::vector<const Officer*> officers_without_grid_;
  // By officer.
  absl::flat_hash_map<std::string, std::vector<const DutyShift*>>
      primary_shifts_;
  absl::flat_hash_set<const Unit*> reached_;
  absl::flat_hash_map<const Unit*, bool> manned_;
  std::map<std::pair<std::string, size_t>, int64_t> fallbacks_;
};

}  // namespace

DutyFindings CheckDuty(const City& city, absl::Time now) {
  return DutyCheck(city, now).Check();
}

}  // namespace wangge::city
