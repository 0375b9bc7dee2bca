// A running suite, as tests and benchmarks see it: its settings come from the
// environment that tests/e2e/run and tests/bench/run make.
#pragma once

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/uuid.h"
#include "city/city.h"
#include "client/client.h"
#include "rpc/identity.h"
#include "wangge/cases/v1/cases.grpc.pb.h"
#include "wangge/command/v1/command.grpc.pb.h"
#include "wangge/intake/v1/intake.grpc.pb.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge {

// Environment variable, or the end of the program: the runner sets all of them.
inline std::string Need(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    std::fprintf(stderr, "%s is not set; run tests/e2e/run\n", name);
    std::exit(2);
  }
  return value;
}

inline client::Settings SuiteSettings() {
  client::Settings settings;
  const std::string state = Need("WANGGE_STATE");
  auto endpoints =
      rpc::ParseEndpoints(absl::StrSplit(Need("WANGGE_ENDPOINTS"), ','));
  if (!endpoints.ok()) {
    std::fprintf(stderr, "WANGGE_ENDPOINTS: %s\n",
                 endpoints.status().ToString().c_str());
    std::exit(2);
  }
  settings.endpoints = *std::move(endpoints);
  settings.certificates = state + "/certs";
  settings.city_folder = state + "/city";
  return settings;
}

// A number that hardly comes twice, even among a million.
inline uint64_t ManyDigits() {
  return std::random_device{}() * uint64_t{1000} +
         std::random_device{}() % 1000;
}

// A report that routes by itself: of another household each time, so that none
// is a duplicate.
inline intake::v1::SubmitReportRequest HeatingReport(
    const std::string& source = "12345") {
  intake::v1::SubmitReportRequest request;
  request.set_request_id(NewUuid());
  auto& report = *request.mutable_report();
  report.set_source_id(source);
  report.set_source_ref("test-" + NewUuid());
  report.set_title("暖气不热");
  report.set_text(
      absl::StrCat("家里暖气不热，室温只有十三度，门牌 ", ManyDigits()));
  report.set_address("诗圣大道开普西一区5号楼");
  report.mutable_reporter()->set_phone("13800000000");
  return request;
}

inline absl::StatusOr<intake::v1::SubmitReportResponse> Submit(
    client::Client& client, const intake::v1::SubmitReportRequest& request,
    const std::string& identity = "") {
  using intake::v1::IntakeService;
  return client::CallAs<IntakeService>(
      client, "intake",
      identity.empty() ? "source/" + request.report().source_id() : identity,
      "", &IntakeService::Stub::SubmitReport, request);
}

// Calls without waiting; a token speaks for an officer. `then` takes the
// status, on a thread of gRPC, within half a minute. Nothing of the call is
// left by then: whoever was told may end the channel, which must not end on
// gRPC's own thread.
template <typename Stub, typename Request, typename Response, typename Then>
void CallLater(Stub* stub,
               void (Stub::*method)(grpc::ClientContext*, const Request*,
                                    Response*,
                                    std::function<void(grpc::Status)>),
               Request request, const std::string& token, Then then) {
  struct Call {
    grpc::ClientContext context;
    Request request;
    Response response;
  };
  auto call = std::make_shared<Call>();
  call->request = std::move(request);
  call->context.set_deadline(
      absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  if (!token.empty()) call->context.AddMetadata(rpc::kTokenKey, token);
  (stub->*method)(&call->context, &call->request, &call->response,
                  [call, then](const grpc::Status& status) mutable {
                    call.reset();
                    then(status);
                  });
}

// Submits without waiting, as CallLater does.
template <typename Then>
void SubmitLater(intake::v1::IntakeService::Stub& stub,
                 intake::v1::SubmitReportRequest request, Then then) {
  using Async = intake::v1::IntakeService::StubInterface::async_interface;
  CallLater<Async>(stub.async(), &Async::SubmitReport, std::move(request), "",
                   std::move(then));
}

inline absl::StatusOr<cases::v1::GetCaseResponse> GetCase(
    client::Client& client, const std::string& case_no,
    const std::string& identity = "admin/wgctl") {
  using cases::v1::CaseService;
  cases::v1::GetCaseRequest request;
  request.set_case_no(case_no);
  request.set_include_timeline(true);
  return client::CallAs<CaseService>(client, "cases", identity, "",
                                     &CaseService::Stub::GetCase, request);
}

// Who may act on a dispatched case: the named officer, a grid worker of the
// place who may check, a dispatcher of the centre above.
struct People {
  std::string handler, checker, dispatcher;
};

inline People PeopleOf(const cases::v1::Case& c, const city::City& city) {
  const auto& lead = c.assignments(0);
  const auto* grid = city.FindGrid(*c.grid_ids().rbegin());
  const auto teams = city.UnitsFor(
      "grid_team", common::v1::UNIT_LEVEL_UNSPECIFIED, city.ChainOf(*grid));
  const auto& centre = city.LowestCommonCentre({lead.unit_id()});
  return {lead.officer_id(),
          city.OfficersOf(teams[0]->unit_id())[0]->officer_id(),
          city.OfficersOf(centre.unit_id())[0]->officer_id()};
}

}  // namespace wangge
