#include "services/cases/domain/statistics.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "base/clock.h"
#include "services/cases/domain/limits.h"

namespace wangge::cases {
namespace {

using google::protobuf::Timestamp;

constexpr int kDistrict = 1;
constexpr int kStreet = 2;
constexpr int kUnit = 4;
constexpr int kCategory = 8;
constexpr int kSource = 16;
constexpr int kOfMonths = 32;
constexpr auto kInState = static_cast<int64_t>(Measure::kInState);

Measure InState(CaseState state) {
  return static_cast<Measure>(kInState + state);
}

class Counter {
 public:
  void Add(Measure measure) { measures_.push_back(measure); }
  void AddIf(bool condition, Measure measure) {
    if (condition) Add(measure);
  }
  void AddTimes(int64_t times, Measure measure) {
    measures_.insert(measures_.end(),
                     static_cast<size_t>(std::max<int64_t>(times, 0)), measure);
  }
  // What has happened, and whether it had by `due`.
  void AddTimely(bool happened, const Timestamp& time, absl::Time due,
                 Measure measure, Measure on_time) {
    AddIf(happened, measure);
    AddIf(happened && FromProto(time) <= due, on_time);
  }
  // What was said of a question, and whether it was yes.
  void AddAnswer(v1::Answer answer, Measure said, Measure yes) {
    AddIf(answer != v1::ANSWER_UNSPECIFIED, said);
    AddIf(answer == v1::ANSWER_YES, yes);
  }
  std::vector<Measure> Take() { return std::move(measures_); }

 private:
  std::vector<Measure> measures_;
};

bool IsHandled(CaseState state) {
  return state == v1::CASE_STATE_HANDLED || state == v1::CASE_STATE_CHECKED ||
         state == v1::CASE_STATE_CLOSED;
}

void AddLight(const Case& c, Counter* counter) {
  switch (FoundLight(c)) {
    case common::v1::LIGHT_GREEN:
      return counter->Add(Measure::kGreen);
    case common::v1::LIGHT_YELLOW:
      return counter->Add(Measure::kYellow);
    case common::v1::LIGHT_RED:
      return counter->Add(Measure::kRed);
    default:
      return;
  }
}

void AddTimeliness(const Case& c, Counter* counter) {
  const absl::Time file_due = FromProto(c.receive_time()) + kFileLimit;
  counter->AddTimely(c.has_file_time(), c.file_time(), file_due,
                     Measure::kFiled, Measure::kFiledOnTime);
  counter->AddTimely(c.has_dispatch_time(), c.dispatch_time(), file_due,
                     Measure::kDispatched, Measure::kDispatchedOnTime);
  counter->AddTimely(c.has_handle_time() && IsHandled(c.state()),
                     c.handle_time(), FromProto(c.due_time()),
                     Measure::kHandled, Measure::kHandledOnTime);
}

void AddMistakes(const Case& c, Counter* counter) {
  counter->AddIf(c.wrong_dispatch_count() > 0, Measure::kWrongDispatch);
  counter->AddTimes(std::count_if(c.approvals().begin(), c.approvals().end(),
                                  [](const v1::Approval& approval) {
                                    return approval.kind() ==
                                           v1::APPROVAL_KIND_RETURN;
                                  }),
                    Measure::kReturn);
  counter->AddTimes(c.rework_count(), Measure::kRework);
  counter->AddTimes(c.round() - 1, Measure::kReopen);
}

void AddJoint(const Case& c, Counter* counter) {
  counter->AddIf(c.cross_region(), Measure::kCrossRegion);
  counter->AddIf(c.cross_level(), Measure::kCrossLevel);
  counter->AddIf(c.cross_department(), Measure::kCrossDepartment);
  if (!c.joint() || c.state() == v1::CASE_STATE_CANCELLED) return;
  counter->Add(Measure::kJoint);
  counter->AddIf(c.state() == v1::CASE_STATE_CLOSED, Measure::kJointClosed);
}

absl::CivilDay ParseDay(const std::string& day) {
  absl::CivilDay parsed;
  absl::ParseCivilTime(day, &parsed);
  return parsed;
}

void AddPart(int64_t count, v1::Share* share) {
  share->set_count(share->count() + count);
}

void AddWhole(int64_t count, v1::Share* share) {
  share->set_of_count(share->of_count() + count);
}

void AddState(int64_t state, int64_t count, v1::Statistics* statistics) {
  auto& states = *statistics->mutable_states();
  auto at = std::find_if(
      states.begin(), states.end(),
      [&](const v1::StateCount& one) { return one.state() == state; });
  v1::StateCount& one = at == states.end() ? *states.Add() : *at;
  one.set_state(static_cast<CaseState>(state));
  one.set_count(one.count() + count);
}

}  // namespace

std::vector<Measure> MeasuresOf(const Case& c) {
  Counter counter;
  counter.Add(Measure::kReceived);
  counter.Add(InState(c.state()));
  if (c.state() == v1::CASE_STATE_MERGED) return counter.Take();
  AddLight(c, &counter);
  AddTimeliness(c, &counter);
  AddMistakes(c, &counter);
  AddJoint(c, &counter);
  const v1::FollowUp& follow_up = c.follow_up();
  counter.AddAnswer(follow_up.contacted(), Measure::kAsked,
                    Measure::kContacted);
  counter.AddAnswer(follow_up.resolved(), Measure::kSaidResolved,
                    Measure::kResolved);
  counter.AddAnswer(follow_up.satisfied(), Measure::kSaidSatisfied,
                    Measure::kSatisfied);
  return counter.Take();
}

std::string ToText(const std::vector<Measure>& measures) {
  return absl::StrCat("{",
                      absl::StrJoin(measures, ",",
                                    [](std::string* out, Measure measure) {
                                      absl::StrAppend(
                                          out, static_cast<int16_t>(measure));
                                    }),
                      "}");
}

int DimensionsOf(const v1::GetStatisticsRequest& request) {
  const auto bit = [&](int dimension, const std::string& filter,
                       v1::StatisticsGroup group) {
    return !filter.empty() || request.group() == group ? dimension : 0;
  };
  return bit(kDistrict, request.district_code(),
             v1::STATISTICS_GROUP_DISTRICT) |
         bit(kStreet, request.street_grid_id(), v1::STATISTICS_GROUP_STREET) |
         bit(kUnit, request.unit_id(), v1::STATISTICS_GROUP_UNIT) |
         bit(kCategory, request.category_code(),
             v1::STATISTICS_GROUP_CATEGORY) |
         bit(kSource, request.source_id(), v1::STATISTICS_GROUP_SOURCE);
}

bool AreKept(int dimensions) {
  constexpr int kKept[] = {0,
                           kDistrict,
                           kStreet,
                           kUnit,
                           kCategory,
                           kSource,
                           kDistrict | kCategory,
                           kUnit | kCategory};
  return std::find(std::begin(kKept), std::end(kKept), dimensions) !=
         std::end(kKept);
}

std::vector<Span> SpansOf(const v1::GetStatisticsRequest& request) {
  const int dimensions = DimensionsOf(request);
  const bool begins = !request.first_day().empty();
  const bool ends = !request.last_day().empty();
  const Span all{begins ? request.first_day() : "-infinity",
                 ends ? request.last_day() : "infinity", dimensions};
  if (request.group() == v1::STATISTICS_GROUP_DAY) return {all};
  // Whole months: from the one that begins on the first day or next after it,
  // to the one before that of the day after the last.
  const absl::CivilDay first = ParseDay(request.first_day());
  const absl::CivilDay last = ParseDay(request.last_day());
  const absl::CivilDay from(absl::CivilMonth(first - 1) + 1);
  const absl::CivilDay to(absl::CivilMonth(last + 1));
  if (begins && ends && from >= to) return {all};
  std::vector<Span> spans{{begins ? absl::FormatCivilTime(from) : all.first_day,
                           ends ? absl::FormatCivilTime(to - 1) : all.last_day,
                           dimensions | kOfMonths}};
  if (begins && first < from) {
    spans.push_back(
        {all.first_day, absl::FormatCivilTime(from - 1), dimensions});
  }
  if (ends && to <= last) {
    spans.push_back({absl::FormatCivilTime(to), all.last_day, dimensions});
  }
  return spans;
}

void AddSum(int64_t measure, int64_t count, v1::Statistics* statistics) {
  v1::Statistics& s = *statistics;
  if (measure > kInState) return AddState(measure - kInState, count, &s);
  switch (static_cast<Measure>(measure)) {
    case Measure::kReceived:
      return s.set_case_count(s.case_count() + count);
    case Measure::kGreen:
      return s.set_green_count(s.green_count() + count);
    case Measure::kYellow:
      return s.set_yellow_count(s.yellow_count() + count);
    case Measure::kRed:
      return s.set_red_count(s.red_count() + count);
    case Measure::kReturn:
      return s.set_return_count(s.return_count() + count);
    case Measure::kRework:
      return s.set_rework_count(s.rework_count() + count);
    case Measure::kReopen:
      return s.set_reopen_count(s.reopen_count() + count);
    case Measure::kCrossRegion:
      return s.set_cross_region_count(s.cross_region_count() + count);
    case Measure::kCrossLevel:
      return s.set_cross_level_count(s.cross_level_count() + count);
    case Measure::kCrossDepartment:
      return s.set_cross_department_count(s.cross_department_count() + count);
    case Measure::kFiledOnTime:
      return AddPart(count, s.mutable_filed_on_time());
    case Measure::kFiled:
      return AddWhole(count, s.mutable_filed_on_time());
    case Measure::kDispatchedOnTime:
      return AddPart(count, s.mutable_dispatched_on_time());
    case Measure::kDispatched:
      AddWhole(count, s.mutable_dispatched_on_time());
      AddWhole(count, s.mutable_wrong_dispatch());
      return;
    case Measure::kHandledOnTime:
      return AddPart(count, s.mutable_handled_on_time());
    case Measure::kHandled:
      return AddWhole(count, s.mutable_handled_on_time());
    case Measure::kWrongDispatch:
      return AddPart(count, s.mutable_wrong_dispatch());
    case Measure::kJointClosed:
      return AddPart(count, s.mutable_joint_closed());
    case Measure::kJoint:
      return AddWhole(count, s.mutable_joint_closed());
    case Measure::kContacted:
      return AddPart(count, s.mutable_contacted());
    case Measure::kAsked:
      return AddWhole(count, s.mutable_contacted());
    case Measure::kResolved:
      return AddPart(count, s.mutable_resolved());
    case Measure::kSaidResolved:
      return AddWhole(count, s.mutable_resolved());
    case Measure::kSatisfied:
      return AddPart(count, s.mutable_satisfied());
    case Measure::kSaidSatisfied:
      return AddWhole(count, s.mutable_satisfied());
    case Measure::kInState:
      return;
  }
}

}  // namespace wangge::cases
