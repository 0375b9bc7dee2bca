// Intake in a process as main() starts it, between sources and stand-ins for
// the services that it calls.
#include "services/intake/service.h"

#include <filesystem>
#include <future>
#include <map>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/uuid.h"
#include "city/test_registry.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rpc/test_host.h"
#include "testing/proto.h"
#include "testing/status.h"
#include "wangge/cases/v1/cases.grpc.pb.h"
#include "wangge/intake/v1/intake.grpc.pb.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

ABSL_DECLARE_FLAG(std::string, sources);

namespace wangge::intake {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::shared_ptr<const city::City> SmallCity() {
  city::RowMap rows;
  for (const char* text :
       {"grid { grid_id: 'c' layer: GRID_LAYER_GOVERNANCE level: "
        "GRID_LEVEL_CITY polygons { rings { coordinates_e7: "
        "[1130000000,340000000,1140000000,340000000,1140000000,350000000,"
        "1130000000,350000000] } } }",
        "unit { unit_id: 'oc' kind: UNIT_KIND_OPERATION_CENTRE }"}) {
    const auto row = FromText<city::CityRow>(text);
    rows[city::KeyText(city::KeyOf(row))] =
        std::make_shared<const city::CityRow>(row);
  }
  city::CityVersion version;
  version.set_version(1);
  return *city::City::Build(version, rows);
}

// Sees danger in fire, and can be held.
class RoutingForTest : public routing::v1::RoutingService::Service {
 public:
  // From now on calls wait for Release.
  void Hold() {
    MutexLock lock(&mutex_);
    held_ = true;
  }
  void Release() {
    MutexLock lock(&mutex_);
    held_ = false;
    changed_.SignalAll();
  }
  // Until so many calls have come.
  void WaitForCalls(size_t count) {
    MutexLock lock(&mutex_);
    while (deadlines_.size() < count) changed_.Wait(&mutex_);
  }
  std::vector<absl::Time> deadlines() {
    MutexLock lock(&mutex_);
    return deadlines_;
  }
  std::vector<std::string> texts() {
    MutexLock lock(&mutex_);
    return texts_;
  }

 private:
  grpc::Status RouteMatters(
      grpc::ServerContext* context,
      const routing::v1::RouteMattersRequest* request,
      routing::v1::RouteMattersResponse* response) override {
    MutexLock lock(&mutex_);
    deadlines_.push_back(absl::FromChrono(context->deadline()));
    for (const auto& matter : request->matters()) {
      texts_.push_back(matter.text());
      auto& plan = *response->add_plans();
      if (absl::StrContains(matter.text(), "起火")) {
        plan.add_danger_words("起火");
      }
    }
    changed_.SignalAll();
    while (held_) changed_.Wait(&mutex_);
    return grpc::Status::OK;
  }

  Mutex mutex_;
  CondVar changed_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<absl::Time> deadlines_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> texts_ ABSL_GUARDED_BY(mutex_);
};

// Admits everything once.
class CasesForTest : public cases::v1::CaseService::Service {
 public:
  void FailWith(grpc::Status status) {
    MutexLock lock(&mutex_);
    failure_ = std::move(status);
  }

 private:
  grpc::Status AdmitReports(
      grpc::ServerContext*, const cases::v1::AdmitReportsRequest* request,
      cases::v1::AdmitReportsResponse* response) override {
    MutexLock lock(&mutex_);
    if (!failure_.ok()) return failure_;
    for (const auto& admission : request->admissions()) {
      const auto [known, is_new] =
          digests_.try_emplace(admission.request_id(), admission.digest());
      auto& result = *response->add_results();
      result.set_replayed(!is_new);
      result.set_request_id_reused(known->second != admission.digest());
      result.set_case_no("c-" + admission.report().key().source_ref());
      result.set_lead_unit_name("西区城管");
    }
    return grpc::Status::OK;
  }

  Mutex mutex_;
  grpc::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> digests_ ABSL_GUARDED_BY(mutex_);
};

v1::SubmitReportRequest Report(const std::string& source_id,
                               const std::string& text = "路面破损") {
  v1::SubmitReportRequest request;
  request.set_request_id(NewUuid());
  request.mutable_report()->set_source_id(source_id);
  request.mutable_report()->set_source_ref(NewUuid());
  request.mutable_report()->set_text(text);
  return request;
}

class IntakeServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    registry_ = std::make_unique<city::TestRegistry>(*SmallCity());
    Start(registry_->address());
    ASSERT_TRUE(host_->WaitUntilReady());
  }
  void TearDown() override { routing_.Release(); }

  void Start(const std::string& registry) {
    rpc::Environment environment;
    environment.endpoints = {
        {"registry", registry}, {"routing", Callees()}, {"cases", Callees()}};
    WriteProfiles();
    auto host =
        rpc::TestHost::Start("intake", environment, IntakeService::Create);
    ASSERT_OK(host);
    host_ = *std::move(host);
  }

  // The address of routing and cases.
  std::string Callees() {
    if (callees_ == nullptr) {
      rpc::ServerOptions options;
      options.address = "127.0.0.1:0";
      options.tls = rpc::TestTls("service-routing");
      callees_ = *rpc::Server::Start(options, {&routing_, &cases_});
    }
    return absl::StrCat("127.0.0.1:", callees_->port());
  }

  static void WriteProfiles() {
    const std::string folder = ::testing::TempDir() + "/intake-sources";
    std::filesystem::create_directory(folder);
    const std::map<std::string, std::string> profiles = {
        {"12345", ""},
        {"heating", "refuses_danger: true"},
        {"wechat", "max_in_flight_count: 1"},
        {"110", "requires_review: true"}};
    for (const auto& [id, rest] : profiles) {
      EXPECT_OK(WriteFile(absl::StrCat(folder, "/", id, ".textproto"),
                          absl::StrCat("source_id: '", id, "' ", rest)));
    }
    absl::SetFlag(&FLAGS_sources, folder);
  }

  std::unique_ptr<v1::IntakeService::Stub> StubOf(
      const std::string& identity) const {
    return v1::IntakeService::NewStub(host_->Channel(identity));
  }

  // Once, as the source of the report, without the retries of Invoke.
  absl::StatusOr<v1::SubmitReportResponse> Submit(
      const v1::SubmitReportRequest& request,
      absl::Duration timeout = absl::Seconds(20)) const {
    return SubmitAs("source-" + request.report().source_id(), request, timeout);
  }
  absl::StatusOr<v1::SubmitReportResponse> SubmitAs(
      const std::string& identity, const v1::SubmitReportRequest& request,
      absl::Duration timeout = absl::Seconds(20)) const {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    if (timeout < absl::InfiniteDuration()) {
      context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    }
    v1::SubmitReportResponse response;
    const absl::Status status = rpc::FromGrpc(
        StubOf(identity)->SubmitReport(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  std::future<absl::StatusOr<v1::SubmitReportResponse>> SubmitMeanwhile(
      const v1::SubmitReportRequest& request) const {
    return std::async(std::launch::async,
                      [this, request] { return Submit(request); });
  }

  std::unique_ptr<city::TestRegistry> registry_;
  RoutingForTest routing_;
  CasesForTest cases_;
  std::unique_ptr<rpc::Server> callees_;
  std::unique_ptr<rpc::TestHost> host_;
};

TEST_F(IntakeServiceTest, AReportBecomesACaseOnce) {
  auto request = Report("12345");
  request.mutable_report()->set_source_ref("r1");
  const auto first = Submit(request);
  ASSERT_OK(first);
  EXPECT_EQ(first->case_no(), "c-r1");
  EXPECT_EQ(first->unit_name(), "西区城管");
  EXPECT_FALSE(first->replayed());
  EXPECT_TRUE(Submit(request)->replayed());
  request.mutable_report()->set_text("别的");
  const auto reused = Submit(request);
  EXPECT_THAT(reused, StatusIs(kInvalid, request.request_id()));
  EXPECT_EQ(errors::ReasonOf(reused.status()),
            common::v1::ERROR_REASON_REQUEST_ID_REUSED);
}

TEST_F(IntakeServiceTest, FaultyFieldsAreNamedAndNothingIsRouted) {
  const auto with = [](const std::string& fields) {
    auto request = Report("12345");
    request.mutable_report()->MergeFrom(FromText<v1::SourceReport>(fields));
    return request;
  };
  auto nameless = Report("12345");
  nameless.set_request_id("7");
  auto textless = Report("12345");
  textless.mutable_report()->clear_text();
  auto refless = Report("12345");
  refless.mutable_report()->clear_source_ref();
  auto crowded = Report("12345");
  for (int i = 0; i < 51; ++i) crowded.mutable_report()->add_evidence("e");
  const std::vector<std::pair<v1::SubmitReportRequest, std::string>> table = {
      {nameless, "request_id is not a UUID"},
      {textless, "report.text is empty"},
      {refless, "report.source_ref is empty"},
      {crowded, "report.evidence has 51 items"},
      {with("evidence: ''"), "report.evidence[0] is empty"},
      {with("title: '" + std::string(201, 'x') + "'"), "report.title has 201"},
      {with("address: 'a\\000b'"), "report.address contains a NUL"},
      {with("reporter { phone: '" + std::string(31, '1') + "' }"),
       "report.reporter.phone has 31"},
      {with("reporter_grid_id: 'nowhere'"), "report.reporter_grid_id"},
      {with("claimed_time { seconds: -1 }"), "report.claimed_time is -1 s"},
      {with("claimed_time { seconds: 253402300799 }"),
       "report.claimed_time is more than a day ahead"},
      {with("location { latitude_deg: 34.5 longitude_deg: 113.5 }"),
       "report.location"},
      {with("location { latitude_deg: 30 longitude_deg: 120 "
            "coordinate_system: COORDINATE_SYSTEM_WGS84 }"),
       "lies outside the city"},
  };
  for (const auto& [request, fault] : table) {
    EXPECT_THAT(Submit(request), StatusIs(kInvalid, fault)) << fault;
  }
  EXPECT_THAT(routing_.texts(), SizeIs(0));
}

TEST_F(IntakeServiceTest, ASourceSpeaksForItself) {
  const auto status = SubmitAs("source-heating", Report("12345")).status();
  EXPECT_THAT(status, StatusIs(kDenied, "source `12345`"));
  EXPECT_EQ(errors::ReasonOf(status), common::v1::ERROR_REASON_NOT_YOURS);
  EXPECT_THAT(SubmitAs("service-routing", Report("12345")),
              StatusIs(kDenied, "service/routing"));
  EXPECT_THAT(Submit(Report("city_management")),
              StatusIs(kInvalid, "has no source profile"));
}

TEST_F(IntakeServiceTest, DangerGoesBackToTheSourceThatHandlesIt) {
  const auto refused = Submit(Report("heating", "三楼起火了"));
  EXPECT_THAT(refused, StatusIs(kWrongState, "起火"));
  EXPECT_EQ(errors::ReasonOf(refused.status()),
            common::v1::ERROR_REASON_DANGER);
  EXPECT_OK(Submit(Report("12345", "三楼起火了")));
}

TEST_F(IntakeServiceTest, AReportWithoutItsReviewsIsRefused) {
  const auto refused = Submit(Report("110"));
  EXPECT_THAT(refused, StatusIs(kWrongState, "review"));
  EXPECT_EQ(errors::ReasonOf(refused.status()),
            common::v1::ERROR_REASON_REVIEW_INVALID);
}

TEST_F(IntakeServiceTest, WhatCasesSaysIsHandedOn) {
  cases_.FailWith(grpc::Status(grpc::StatusCode::ABORTED, "not today"));
  EXPECT_THAT(Submit(Report("12345")),
              StatusIs(StatusCode::kAborted, "not today"));
}

TEST_F(IntakeServiceTest, ASourceThatSendsTooMuchTakesNothingFromOthers) {
  routing_.Hold();
  auto first = SubmitMeanwhile(Report("wechat"));
  routing_.WaitForCalls(1);
  const auto second = Submit(Report("wechat"));
  EXPECT_THAT(second, StatusIs(StatusCode::kResourceExhausted, ""));
  EXPECT_EQ(errors::ReasonOf(second.status()),
            common::v1::ERROR_REASON_OVERLOADED);
  EXPECT_GT(errors::RetryDelayOf(second.status()), absl::ZeroDuration());
  auto other = SubmitMeanwhile(Report("12345"));
  routing_.WaitForCalls(2);
  routing_.Release();
  EXPECT_OK(first.get());
  EXPECT_OK(other.get());
  EXPECT_OK(Submit(Report("wechat")));
}

// Regression: a faulty report kept its place among those in flight.
TEST_F(IntakeServiceTest, AFaultyReportTakesNoPlace) {
  auto faulty = Report("wechat");
  faulty.mutable_report()->clear_text();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Submit(faulty), StatusIs(kInvalid, "report.text"));
  }
  EXPECT_OK(Submit(Report("wechat")));
}

// Regression: the callees got eight seconds, whatever the caller's deadline.
TEST_F(IntakeServiceTest, TheCallersDeadlineReachesTheCallees) {
  const absl::Time before = absl::Now();
  ASSERT_OK(Submit(Report("12345"), absl::Seconds(5)));
  // gRPC sends what is left, to the millisecond.
  EXPECT_LE(routing_.deadlines()[0],
            absl::Now() + absl::Seconds(5) + absl::Milliseconds(50));
  EXPECT_GT(routing_.deadlines()[0], before);
}

TEST_F(IntakeServiceTest, WithoutADeadlineTheCalleesHaveEightSeconds) {
  ASSERT_OK(Submit(Report("12345"), absl::InfiniteDuration()));
  EXPECT_LE(routing_.deadlines()[0],
            absl::Now() + absl::Seconds(8) + absl::Milliseconds(50));
}

TEST_F(IntakeServiceTest, WhatIsTooLateIsNotCarriedOutWithOthers) {
  routing_.Hold();
  std::vector<std::future<absl::StatusOr<v1::SubmitReportResponse>>> running;
  for (size_t lane = 1; lane <= 2; ++lane) {
    running.push_back(SubmitMeanwhile(Report("12345", "占道")));
    routing_.WaitForCalls(lane);
  }
  EXPECT_THAT(Submit(Report("12345", "太晚"), absl::Milliseconds(500)),
              StatusIs(StatusCode::kDeadlineExceeded, ""));
  running.push_back(SubmitMeanwhile(Report("12345", "及时")));
  routing_.Release();
  for (auto& call : running) EXPECT_OK(call.get());
  EXPECT_THAT(routing_.texts(), Contains("及时"));
  EXPECT_THAT(routing_.texts(), Not(Contains("太晚")));
}

// An open stream of a source.
class Submitting {
 public:
  explicit Submitting(std::unique_ptr<v1::IntakeService::Stub> stub,
                      absl::Duration timeout = absl::Seconds(30))
      : stub_(std::move(stub)) {
    context_.set_wait_for_ready(true);
    context_.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    stream_ = stub_->SubmitReports(&context_);
  }

  bool Send(const v1::SubmitReportRequest& request) {
    return stream_->Write(request);
  }
  // The next answer; an empty one at the end.
  v1::SubmitReportsResponse Next() {
    v1::SubmitReportsResponse answer;
    stream_->Read(&answer);
    return answer;
  }
  // Sends nothing more; all answers that are left, by request_id.
  std::map<std::string, v1::SubmitReportsResponse> Rest() {
    stream_->WritesDone();
    std::map<std::string, v1::SubmitReportsResponse> answers;
    v1::SubmitReportsResponse answer;
    while (stream_->Read(&answer)) {
      EXPECT_TRUE(answers.emplace(answer.request_id(), answer).second)
          << answer.request_id() << " was answered twice";
    }
    return answers;
  }
  absl::Status Finish() { return rpc::FromGrpc(stream_->Finish()); }

 private:
  std::unique_ptr<v1::IntakeService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::SubmitReportRequest,
                                           v1::SubmitReportsResponse>>
      stream_;
};

TEST_F(IntakeServiceTest, AStreamAnswersEveryReportByItsId) {
  Submitting stream(StubOf("source-heating"));
  const auto good = Report("heating");
  const auto danger = Report("heating", "三楼起火了");
  const auto foreign = Report("12345");
  auto faulty = Report("heating");
  faulty.mutable_report()->clear_text();
  for (const auto& request : {good, danger, foreign, faulty}) {
    ASSERT_TRUE(stream.Send(request));
  }
  auto answers = stream.Rest();
  EXPECT_OK(stream.Finish());
  ASSERT_THAT(answers, SizeIs(4));
  EXPECT_EQ(answers[good.request_id()].code(), 0);
  EXPECT_EQ(answers[good.request_id()].response().case_no(),
            "c-" + good.report().source_ref());
  const auto expect = [&](const v1::SubmitReportRequest& request,
                          grpc::StatusCode code, const std::string& reason,
                          const std::string& message) {
    const auto& answer = answers[request.request_id()];
    EXPECT_EQ(answer.code(), code) << reason;
    EXPECT_EQ(answer.reason(), reason);
    EXPECT_THAT(answer.message(), HasSubstr(message));
    EXPECT_FALSE(answer.has_response());
  };
  expect(danger, grpc::StatusCode::FAILED_PRECONDITION, "DANGER", "起火");
  expect(foreign, grpc::StatusCode::PERMISSION_DENIED, "NOT_YOURS", "12345");
  expect(faulty, grpc::StatusCode::INVALID_ARGUMENT, "INVALID_FIELDS",
         "report.text");
}

TEST_F(IntakeServiceTest, AStreamReadsOnWhileReportsAreCommitted) {
  routing_.Hold();
  Submitting stream(StubOf("source-12345"));
  constexpr size_t kReports = 300;
  for (size_t i = 0; i < kReports; ++i) {
    ASSERT_TRUE(stream.Send(Report("12345")));
  }
  routing_.WaitForCalls(2);  // Two groups at a time.
  routing_.Release();
  const auto answers = stream.Rest();
  EXPECT_OK(stream.Finish());
  EXPECT_THAT(answers, SizeIs(kReports));
  for (const auto& [id, answer] : answers) EXPECT_EQ(answer.code(), 0);
}

TEST_F(IntakeServiceTest, AStreamGoesOnAfterAFailure) {
  Submitting stream(StubOf("source-12345"));
  cases_.FailWith(grpc::Status(grpc::StatusCode::ABORTED, "not today"));
  ASSERT_TRUE(stream.Send(Report("12345")));
  EXPECT_EQ(stream.Next().code(), grpc::StatusCode::ABORTED);
  cases_.FailWith(grpc::Status::OK);
  ASSERT_TRUE(stream.Send(Report("12345")));
  EXPECT_EQ(stream.Next().code(), grpc::StatusCode::OK);
  EXPECT_THAT(stream.Rest(), SizeIs(0));
  EXPECT_OK(stream.Finish());
}

// Regression: groups of a stream got eight seconds, whatever its deadline.
TEST_F(IntakeServiceTest, AStreamsDeadlineReachesTheCallees) {
  Submitting stream(StubOf("source-12345"), absl::Seconds(5));
  ASSERT_TRUE(stream.Send(Report("12345")));
  EXPECT_EQ(stream.Next().code(), 0);
  EXPECT_LE(routing_.deadlines()[0],
            absl::Now() + absl::Seconds(5) + absl::Milliseconds(50));
}

TEST_F(IntakeServiceTest, OnlySourcesOpenStreams) {
  Submitting stream(StubOf("service-routing"));
  EXPECT_THAT(stream.Rest(), SizeIs(0));
  EXPECT_THAT(stream.Finish(), StatusIs(kDenied, "service/routing"));
}

TEST_F(IntakeServiceTest, TheEndClosesStreamsAndFinishesWhatRuns) {
  Submitting stream(StubOf("source-12345"));
  ASSERT_TRUE(stream.Send(Report("12345")));
  EXPECT_EQ(stream.Next().code(), 0);
  routing_.Hold();
  auto running = SubmitMeanwhile(Report("12345"));
  routing_.WaitForCalls(2);
  auto end = std::async(std::launch::async,
                        [this] { host_->host().Stop(absl::Seconds(20)); });
  EXPECT_EQ(stream.Next().request_id(), "");
  EXPECT_THAT(stream.Finish(), StatusIs(StatusCode::kUnavailable, "stopping"));
  routing_.Release();
  EXPECT_OK(running.get());
  end.get();
}

class IntakeWithoutCityTest : public IntakeServiceTest {
 protected:
  // Nobody answers for the registry there.
  void SetUp() override { Start(Callees()); }
};

TEST_F(IntakeWithoutCityTest, ItIsNotReadyAndSaysSo) {
  EXPECT_FALSE(host_->host().UpdateHealth());
  EXPECT_THAT(Submit(Report("12345")),
              StatusIs(StatusCode::kUnavailable, "city"));
}

}  // namespace
}  // namespace wangge::intake
