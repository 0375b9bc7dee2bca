// How long single calls take, to be compared with a larger database.
#include <fstream>
#include <map>

#include "city/folder.h"
#include "tests/bench/bench.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using cases::v1::CaseService;
using cases::v1::StatisticsService;

// One client, one call after the other, so that it is the call that is measured
// and not the queue before it.
class Calls {
 public:
  explicit Calls(int count) : count_(count) {}

  absl::Status Run(const city::City& city) {
    absl::Status status = Time("submit", [this](int) {
      const auto answer = Submit(client_, ReportFromAnywhere());
      if (answer.ok()) case_nos_.push_back(answer->case_no());
      return answer.status();
    });
    if (!status.ok()) return status;
    const auto first = GetCase(client_, case_nos_[0]);
    if (!first.ok()) return first.status();
    handler_ = PeopleOf(first->case_(), city).handler;
    unit_ = first->case_().assignments(0).unit_id();
    for (const auto& [name, call] :
         std::map<std::string, absl::Status (Calls::*)(int)>{
             {"accept", &Calls::Accept},
             {"get", &Calls::Get},
             {"list", &Calls::List},
             {"statistics", &Calls::Statistics}}) {
      status =
          Time(name, [this, call = call](int i) { return (this->*call)(i); });
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const std::map<std::string, double>& medians() const { return medians_; }

 private:
  template <typename Call>
  absl::Status Time(const std::string& name, const Call& call) {
    std::vector<double> milliseconds;
    for (int i = 0; i < count_; ++i) {
      const absl::Time start = absl::Now();
      const absl::Status status = call(i);
      if (!status.ok()) return status;
      milliseconds.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
    }
    medians_[name] = Percentile(&milliseconds, 0.5);
    return absl::OkStatus();
  }

  absl::Status Accept(int i) {
    cases::v1::AcceptAssignmentRequest request;
    request.set_case_no(case_nos_[static_cast<size_t>(i)]);
    request.set_request_id(NewUuid());
    return wgctl::CallAs<CaseService>(client_, "cases", "gateway/app", handler_,
                                      &CaseService::Stub::AcceptAssignment,
                                      request)
        .status();
  }
  absl::Status Get(int i) {
    return GetCase(client_, case_nos_[static_cast<size_t>(i)]).status();
  }
  absl::Status List(int) {
    cases::v1::ListCasesRequest request;
    request.set_open(true);
    request.set_lead_unit_id(unit_);
    request.set_light(common::v1::LIGHT_GREEN);
    return wgctl::CallAs<CaseService>(client_, "cases", "admin/wgctl", "",
                                      &CaseService::Stub::ListCases, request)
        .status();
  }
  absl::Status Statistics(int) {
    cases::v1::GetStatisticsRequest request;
    request.set_group(cases::v1::STATISTICS_GROUP_DISTRICT);
    return wgctl::CallAs<StatisticsService>(
               client_, "cases", "admin/wgctl", "",
               &StatisticsService::Stub::GetStatistics, request)
        .status();
  }

  const int count_;
  wgctl::Client client_{SuiteSettings()};
  std::vector<std::string> case_nos_;
  std::string handler_, unit_;
  std::map<std::string, double> medians_;
};

}  // namespace

int RunGrowth(const Options& options) {
  const auto city = city::LoadFolder(SuiteSettings().city_folder);
  if (!city.ok()) return Report(city.status());
  Calls calls(300);
  const absl::Status status = calls.Run(**city);
  if (!status.ok()) return Report(status);
  std::map<std::string, double> before;
  std::ifstream in(options.baseline);
  std::string name;
  for (double value = 0; in >> name >> value;) before[name] = value;
  const bool compares = !before.empty();
  std::ofstream out;
  if (!compares) out.open(options.baseline);
  for (const auto& [call, median] : calls.medians()) {
    if (out.is_open()) out << call << ' ' << median << '\n';
    Print("growth", call + "_p50", median, "ms",
          compares ? "with 10,000 cases" : "", before[call]);
  }
  return 0;
}

}  // namespace wangge::bench
