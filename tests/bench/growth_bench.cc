// How long single calls take, to be compared with a larger database.
#include <fstream>
#include <map>
#include <pqxx/pqxx>

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
  Calls(int count, std::string dsn) : count_(count), dsn_(std::move(dsn)) {}

  absl::Status Run() {
    absl::Status status = Time("submit", count_, [this](int) {
      const auto answer = Submit(client_, ReportFromAnywhere());
      if (answer.ok()) case_nos_.push_back(answer->case_no());
      return answer.status();
    });
    if (status.ok()) status = FindHandlers();
    if (!status.ok()) return status;
    for (const auto& [name, call] :
         std::map<std::string, absl::Status (Calls::*)(int)>{
             {"accept", &Calls::Accept},
             {"get", &Calls::Get},
             {"list", &Calls::List},
             {"statistics", &Calls::Statistics}}) {
      WaitForFold();
      status = Time(name, static_cast<int>(case_nos_.size()),
                    [this, call = call](int i) { return (this->*call)(i); });
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const std::map<std::string, double>& medians() const { return medians_; }

 private:
  // What is not folded yet is added up by every reader: all or nothing of it,
  // and not what the last second happened to leave.
  void WaitForFold() const {
    pqxx::connection connection(dsn_);
    pqxx::nontransaction work(connection);
    while (work.exec1("SELECT EXISTS (SELECT FROM statistic_change)")[0]
               .as<bool>()) {
    }
  }

  // Who may accept; cases that no officer has yet are left out.
  absl::Status FindHandlers() {
    std::vector<std::string> dispatched;
    for (const std::string& case_no : case_nos_) {
      const auto read = GetCase(client_, case_no);
      if (!read.ok()) return read.status();
      if (read->case_().state() != cases::v1::CASE_STATE_DISPATCHED) continue;
      dispatched.push_back(case_no);
      handlers_.push_back(read->case_().assignments(0).officer_id());
      unit_ = read->case_().assignments(0).unit_id();
    }
    case_nos_ = std::move(dispatched);
    return absl::OkStatus();
  }

  template <typename Call>
  absl::Status Time(const std::string& name, int count, const Call& call) {
    std::vector<double> milliseconds;
    for (int i = 0; i < count; ++i) {
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
    return client::CallAs<CaseService>(client_, "cases", "gateway/app",
                                       handlers_[static_cast<size_t>(i)],
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
    // The unit gets more cases with each run; the page stays as long.
    request.set_page_size(10);
    return client::CallAs<CaseService>(client_, "cases", "admin/wgctl", "",
                                       &CaseService::Stub::ListCases, request)
        .status();
  }
  absl::Status Statistics(int) {
    cases::v1::GetStatisticsRequest request;
    request.set_group(cases::v1::STATISTICS_GROUP_DISTRICT);
    return client::CallAs<StatisticsService>(
               client_, "cases", "admin/wgctl", "",
               &StatisticsService::Stub::GetStatistics, request)
        .status();
  }

  const int count_;
  const std::string dsn_;  // Of the suite's cases.
  client::Client client_{SuiteSettings()};
  std::vector<std::string> case_nos_;
  std::vector<std::string> handlers_;  // Of each of them.
  std::string unit_;
  std::map<std::string, double> medians_;
};

}  // namespace

int RunGrowth(const Options& options) {
  Calls calls(300, options.dsn);
  const absl::Status status = calls.Run();
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
