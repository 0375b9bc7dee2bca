// A small city for the tests of cases: one district with a street, three
// departments, a grid team and people.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "city/city.h"
#include "gtest/gtest.h"
#include "services/cases/domain/decide.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::cases {

inline std::shared_ptr<const city::City> TestCity() {
  city::RowMap rows;
  const std::string box =
      "polygons { rings { coordinates_e7: [1130000000,340000000,1140000000,"
      "340000000,1140000000,350000000,1130000000,350000000] } }";
  const auto add = [&](const std::string& row) {
    city::AddRow(FromText<city::CityRow>(row), &rows);
  };
  add("grid { grid_id: 'c' grid_code: '410100' layer: GRID_LAYER_GOVERNANCE "
      "level: GRID_LEVEL_CITY " +
      box + "}");
  add("grid { grid_id: 'd' grid_code: '410105' parent_grid_id: 'c' layer: "
      "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_DISTRICT " +
      box + "}");
  add("grid { grid_id: 'm' grid_code: '410105001' parent_grid_id: 'd' layer: "
      "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_MICRO " +
      box + "}");
  const auto unit = [&](const std::string& id, const std::string& parent,
                        const std::string& kind, const std::string& function) {
    add("unit { unit_id: '" + id + "' name: '" + id + "' parent_unit_id: '" +
        parent + "' kind: UNIT_KIND_" + kind +
        " level: UNIT_LEVEL_DISTRICT "
        "function: '" +
        function + "' jurisdiction_grid_ids: 'd' }");
  };
  unit("oc", "", "OPERATION_CENTRE", "city_centre");
  unit("od", "oc", "OPERATION_CENTRE", "operation_centre");
  unit("urban", "od", "DEPARTMENT", "urban");
  unit("power", "od", "UTILITY", "power");
  unit("water", "od", "UTILITY", "water");
  unit("team", "od", "GRID_TEAM", "grid_team");
  unit("branch", "od", "POLICE", "police_branch");
  unit("station", "branch", "POLICE", "police_station");
  const auto officer = [&](const std::string& id, const std::string& unit_id,
                           const std::string& post) {
    add("officer { officer_id: '" + id + "' name: '" + id + "' unit_id: '" +
        unit_id + "' posts: '" + post + "' }");
  };
  officer("chief", "oc", "dispatcher");
  officer("boss", "od", "dispatcher' posts: 'leader");
  officer("disp", "od", "dispatcher");
  officer("disp2", "od", "dispatcher");
  officer("u1", "urban", "duty_officer");
  officer("u2", "urban", "duty_officer");
  officer("p1", "power", "duty_officer");
  officer("w1", "water", "duty_officer");
  officer("g1", "team", "grid_worker");
  officer("s1", "station", "reviewer");
  officer("b1", "branch", "reviewer");
  add("category { category_code: 'road' name: '道路' kind: CATEGORY_KIND_ASSET "
      "handle_limit_minutes: 480 department_only: true divertible: true }");
  add("category { category_code: 'hazard' name: '隐患' kind: "
      "CATEGORY_KIND_INCIDENT urgency: URGENCY_SAFETY handle_limit_minutes: "
      "120 }");
  auto city = city::City::Build({}, rows);
  EXPECT_OK(city);
  return *city;
}

// Drives one case through commands, folding its events.
class CaseDriver {
 public:
  CaseDriver() : city_(TestCity()) {}

  static RoutePlan Plan(const std::string& disposition,
                        const std::vector<std::string>& units) {
    RoutePlan plan = FromText<RoutePlan>(
        "disposition: DISPOSITION_" + disposition +
        " category_code: 'road' category_name: '道路' district_code: '410105' "
        "place { grid_ids: 'c' grid_ids: 'd' } handle_limit_minutes: 480");
    if (disposition == "NEEDS_OPERATOR") plan.set_operator_reason("unsure");
    for (size_t i = 0; i < units.size(); ++i) {
      auto& to = i == 0 ? *plan.mutable_lead() : *plan.add_co_handlers();
      to.set_unit_id(units[i]);
      to.set_unit_name(units[i]);
      to.set_officer_id(units[i].substr(0, 1) + "1");
    }
    return plan;
  }

  void Admit(const RoutePlan& plan, const std::string& source = "12345",
             const std::string& case_no = "410105-1") {
    v1::Report report;
    report.mutable_key()->set_source_id(source);
    report.set_verify_when_unsure(source == "wechat");
    report.mutable_key()->set_source_ref("r");
    report.mutable_key()->set_report_id("id-" + case_no);
    *report.mutable_receive_time() = ToProto(now_);
    Take(DecideAdmit(
        case_no, report, plan,
        {*city_, {"source/" + source, source, nullptr}, now_, nullptr}));
  }

  // Acts as an officer (`u1`) or a source (`source/12345`).
  template <typename Request>
  absl::Status Do(const std::string& who, const Request& request,
                  const RoutePlan* plan = nullptr) {
    auto events = Decide(case_, request, {*city_, ActorNamed(who), now_, plan});
    if (events.ok()) Take(*events);
    return events.status();
  }

  // The same for the commands that change a second case too.
  template <typename Request>
  absl::Status DoBoth(const std::string& who, const Request& request,
                      CaseDriver* master, const RoutePlan* plan = nullptr) {
    auto events = Decide(case_, master->case_, request,
                         {*city_, ActorNamed(who), now_, plan});
    if (!events.ok()) return events.status();
    Take(events->merged);
    master->Take(events->master);
    return absl::OkStatus();
  }

  size_t FireTimers() {
    const Events events =
        DecideTimers(case_, {*city_, {"timer", "", nullptr}, now_, nullptr});
    Take(events);
    return events.size();
  }

  void EraseReporter() {
    const auto events =
        DecideErase(case_, case_.reports(0).report_id(),
                    {*city_, {"retention", "", nullptr}, now_, nullptr});
    if (events.ok()) Take(*events);
  }

  void Take(const Events& events) {
    for (const CaseEvent& event : events) {
      EXPECT_EQ(event.sequence(), case_.version() + 1);
      EXPECT_EQ(event.previous_hash(), case_.chain_hash());
      before_.push_back(case_);
      ApplyLinked(event, &case_);
      all_.push_back(event);
    }
  }

  void Advance(absl::Duration by) { now_ += by; }
  const Case& now() const { return case_; }
  absl::Time time() const { return now_; }
  const Events& events() const { return all_; }
  // The case before and after the event at `index`.
  const Case& before(size_t index) const { return before_[index]; }
  const Case& after(size_t index) const {
    return index + 1 < before_.size() ? before_[index + 1] : case_;
  }
  const city::City& city() const { return *city_; }

 private:
  Actor ActorNamed(const std::string& who) const {
    if (who.rfind("source/", 0) == 0) return {who, who.substr(7), nullptr};
    return {"officer/" + who, "", city_->FindOfficer(who)};
  }

  std::shared_ptr<const city::City> city_;
  Case case_;
  Events all_;
  std::vector<Case> before_;
  // Monday 23 November 2026, 10:00 in Zhengzhou.
  absl::Time now_ = absl::FromUnixSeconds(1795399200);
};

}  // namespace wangge::cases
