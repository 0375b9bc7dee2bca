#include "services/routing/domain/lint.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "city/responsibility.h"

namespace wangge::routing {
namespace {

using city::Category;
using city::Chain;
using city::City;
using city::Grid;
using city::ResponsibilityRule;
using city::Unit;
using v1::LintFinding;

// A unit is overloaded when it has this many times the grids of the middle one
// of its function, for each of its people.
constexpr double kOverload = 5;
constexpr size_t kMinPeers = 4;

class Linter {
 public:
  explicit Linter(const City& city) : city_(city) {}

  std::vector<LintFinding> Run() {
    Visit(city_.root_grid());
    city_.rows().ForEach([&](const std::string&, const city::RowPtr& row) {
      if (row->has_rule()) CheckRule(row->rule());
    });
    CheckContradictions();
    CheckHoles();
    CheckLoads();
    std::sort(findings_.begin(), findings_.end(),
              [](const LintFinding& a, const LintFinding& b) {
                return std::forward_as_tuple(a.kind(), a.subject(), a.other()) <
                       std::forward_as_tuple(b.kind(), b.subject(), b.other());
              });
    return std::move(findings_);
  }

 private:
  // A lead rule that found a unit, and the one that had decided before.
  struct Use {
    bool decides = false;
    std::set<std::string> after;
  };
  struct Hole {
    int grids = 0;
    std::string example;
  };

  void Visit(const Grid& grid) {
    bool leaf = true;
    for (const Grid* child : city_.ChildrenOf(grid.grid_id())) {
      if (child->layer() != common::v1::GRID_LAYER_GOVERNANCE) continue;
      leaf = false;
      Visit(*child);
    }
    if (!leaf) return;
    const Chain chain = city_.ChainOf(grid);
    for (const Category* category : city_.categories()) {
      Ask(*category, chain, grid);
    }
  }

  void Ask(const Category& category, Chain chain, const Grid& grid) {
    const auto answer = city::FindResponsible(city_, {category, chain});
    ++loads_[answer.lead.unit];
    if (answer.fallback) {
      Hole& hole = holes_[category.category_code()];
      ++hole.grids;
      if (hole.example.empty()) hole.example = grid.grid_id();
    }
    for (const ResponsibilityRule* rule : city_.RulesFor(category, chain)) {
      const auto units = city_.UnitsFor(rule->function(), rule->level(), chain);
      if (units.empty()) continue;
      Use& use = uses_[rule->rule_id()];
      if (rule->role() != registry::v1::RULE_ROLE_LEAD ||
          answer.lead.rule_id == rule->rule_id()) {
        use.decides = true;
      } else {
        use.after.insert(answer.lead.rule_id);
      }
    }
  }

  void Add(v1::LintKind kind, const std::string& subject,
           const std::string& other, const std::string& description) {
    LintFinding finding;
    finding.set_kind(kind);
    finding.set_subject(subject);
    finding.set_other(other);
    finding.set_description(description);
    findings_.push_back(std::move(finding));
  }

  void CheckRule(const ResponsibilityRule& rule) {
    const auto use = uses_.find(rule.rule_id());
    if (use == uses_.end()) {
      Add(v1::LINT_KIND_UNREACHABLE, rule.rule_id(), "",
          absl::StrCat("no unit with function ", rule.function(),
                       rule.grid_id().empty() ? "" : " in grid ",
                       rule.grid_id(), " could ever be given ",
                       rule.category_code()));
    } else if (!use->second.decides) {
      const std::string& other = *use->second.after.begin();
      Add(v1::LINT_KIND_SHADOWED, rule.rule_id(), other,
          absl::StrCat("never decides on ", rule.category_code(), ": ", other,
                       " does before it"));
    }
  }

  // Rules that only their ids put in order.
  void CheckContradictions() {
    std::map<std::pair<std::string, std::string>, const ResponsibilityRule*>
        first;
    for (const auto& [key, row] : city_.rows().Sorted()) {
      if (!row->has_rule() ||
          row->rule().role() != registry::v1::RULE_ROLE_LEAD) {
        continue;
      }
      const ResponsibilityRule& rule = row->rule();
      const auto [known, fresh] = first.emplace(
          std::make_pair(rule.category_code(), rule.grid_id()), &rule);
      const ResponsibilityRule& before = *known->second;
      const auto use = uses_.find(rule.rule_id());
      // Where the first finds no unit the second may well answer.
      if (fresh || use == uses_.end() ||
          !use->second.after.contains(before.rule_id()) ||
          (before.function() == rule.function() &&
           before.level() == rule.level())) {
        continue;
      }
      Add(v1::LINT_KIND_CONTRADICTION, rule.rule_id(), before.rule_id(),
          absl::StrCat("both lead ", rule.category_code(), ", one by ",
                       before.function(), ", the other by ", rule.function(),
                       "; only the order of their ids decides"));
    }
  }

  void CheckHoles() {
    for (const auto& [code, hole] : holes_) {
      Add(v1::LINT_KIND_HOLE, code, hole.example,
          absl::StrCat("has no owner in ", hole.grids, " grids, one of them ",
                       hole.example, "; the operation centre there answers"));
    }
  }

  void CheckLoads() {
    std::map<std::string, std::vector<std::pair<double, const Unit*>>> peers;
    for (const auto& [unit, cells] : loads_) {
      const auto people = city_.OfficersOf(unit->unit_id()).size();
      peers[absl::StrCat(unit->function(), "/", unit->level())].emplace_back(
          static_cast<double>(cells) /
              static_cast<double>(std::max<size_t>(people, 1)),
          unit);
    }
    for (auto& [function, loads] : peers) {
      if (loads.size() < kMinPeers) continue;
      std::sort(loads.begin(), loads.end());
      const double middle = loads[loads.size() / 2].first;
      for (const auto& [load, unit] : loads) {
        if (load <= kOverload * middle) continue;
        Add(v1::LINT_KIND_OVERLOADED, unit->unit_id(), "",
            absl::StrFormat("%s answers for %.0f cells a person (grid and "
                            "category), the middle unit of its function for "
                            "%.0f",
                            unit->name(), load, middle));
      }
    }
  }

  const City& city_;
  std::vector<LintFinding> findings_;
  std::map<std::string, Use> uses_;    // By rule.
  std::map<std::string, Hole> holes_;  // By category.
  std::map<const Unit*, int64_t> loads_;
};

}  // namespace

std::vector<LintFinding> Lint(const City& city) { return Linter(city).Run(); }

}  // namespace wangge::routing
