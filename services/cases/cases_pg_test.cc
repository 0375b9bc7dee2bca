// The service as its clients see it: started in this process as main() starts
// it, on a real socket, over real tables.
#include <future>
#include <map>
#include <set>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "base/file.h"
#include "city/test_registry.h"
#include "gmock/gmock.h"
#include "google/protobuf/dynamic_message.h"
#include "grpcpp/generic/generic_stub.h"
#include "rpc/bytes.h"
#include "rpc/test_host.h"
#include "services/cases/cases.h"
#include "services/cases/test_rooms.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

ABSL_DECLARE_FLAG(std::string, personal_key);

namespace wangge::cases {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using v1::BatchService;
using v1::CaseService;
using v1::ReferralService;

// Calls a method in the name of an identity; `officer` speaks over it when it
// is named.
struct Caller {
  std::string identity = "gateway-app";
  std::string officer = {};
};
const Caller kIntake{"service-intake"};
const Caller kHotline{"source-12345"};
const Caller kPolice{"source-110"};
const Caller kAdmin{"admin-wgctl"};
const Caller kHandler{"gateway-app", "u1"};
const Caller kDispatcher{"gateway-app", "disp"};

class CasesServiceTest : public RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    registry_ = std::make_unique<city::TestRegistry>(*city_);
    const std::string keys = ::testing::TempDir() + "/personal.key";
    ASSERT_OK(WriteFile(keys, "k1 " + std::string(64, 'a') + "\n"));
    absl::SetFlag(&FLAGS_personal_key, keys);
    rpc::Environment environment;
    environment.dsn = database_->dsn();
    environment.db_connections = 4;
    environment.endpoints = {{"registry", registry_->address()},
                             {"routing", "127.0.0.1:1"}};  // Nobody is there.
    auto host =
        rpc::TestHost::Start("cases", environment, CasesService::Create);
    ASSERT_OK(host);
    host_ = *std::move(host);
    ASSERT_TRUE(host_->WaitUntilReady());
  }

  static void Prepare(const Caller& caller, grpc::ClientContext* context) {
    context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    if (!caller.officer.empty()) {
      context->AddMetadata(rpc::kTokenKey,
                           rpc::TestHost::TokenOf(caller.officer));
    }
  }

  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      const Caller& caller,
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
      const Request& request) {
    const auto stub = Service::NewStub(host_->Channel(caller.identity));
    grpc::ClientContext context;
    Prepare(caller, &context);
    Response response;
    const absl::Status status =
        rpc::FromGrpc(((*stub).*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> CallCases(
      const Caller& caller,
      grpc::Status (CaseService::Stub::*method)(grpc::ClientContext*,
                                                const Request&, Response*),
      const Request& request) {
    return Call<CaseService>(caller, method, request);
  }

  // The numbers of new cases, which intake has admitted.
  std::vector<std::string> AdmitCases(int count, const std::string& prefix) {
    v1::AdmitReportsRequest request;
    for (int i = 0; i < count; ++i) {
      *request.add_admissions() = Admission(absl::StrCat(prefix, i));
    }
    const auto response =
        CallCases(kIntake, &CaseService::Stub::AdmitReports, request);
    EXPECT_OK(response);
    std::vector<std::string> case_nos;
    if (!response.ok()) return case_nos;
    for (const auto& result : response->results()) {
      case_nos.push_back(result.case_no());
    }
    return case_nos;
  }

  absl::StatusOr<Case> Accept(const std::string& case_no,
                              const std::string& request_id) {
    v1::AcceptAssignmentRequest request;
    request.set_case_no(case_no);
    request.set_request_id(request_id);
    return CallCases(kHandler, &CaseService::Stub::AcceptAssignment, request);
  }

  std::unique_ptr<city::TestRegistry> registry_;
  std::unique_ptr<rpc::TestHost> host_;
};

// ---- Validators: each row has the one of its request.

// Who may call a method, for those that not everybody in the office may.
Caller CallerOf(const std::string& method) {
  static const auto* callers =
      new std::map<std::string, Caller>{{"AdmitReports", kIntake},
                                        {"WatchFeedback", kHotline},
                                        {"AcknowledgeFeedback", kHotline},
                                        {"ListOwedFeedback", kHotline},
                                        {"AcknowledgeBounce", kPolice},
                                        {"ReclaimReferral", kPolice},
                                        {"AuditCases", kAdmin},
                                        {"WatchEvents", kAdmin},
                                        {"ListDailyRoots", kAdmin}};
  const auto found = callers->find(method);
  return found == callers->end() ? kDispatcher : found->second;
}

// Methods whose empty request asks for something.
bool TakesAnEmptyRequest(const std::string& method) {
  static const auto* methods = new std::set<std::string>{
      "ListCases",   "ListOwedFeedback", "ListDailyRoots", "AuditCases",
      "WatchEvents", "GetStatistics",    "ListBatches",    "ListReferrals"};
  return methods->contains(method);
}

TEST_F(CasesServiceTest, EveryMethodNamesWhatAnEmptyRequestLacks) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  int checked = 0;
  for (const char* name : {"CaseService", "ReferralService",
                           "StatisticsService", "BatchService"}) {
    const auto* service =
        pool->FindServiceByName(absl::StrCat("wangge.cases.v1.", name));
    ASSERT_NE(service, nullptr);
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string& method = service->method(i)->name();
      SCOPED_TRACE(method);
      if (TakesAnEmptyRequest(method)) continue;
      const Caller caller = CallerOf(method);
      grpc::GenericStub stub(host_->Channel(caller.identity));
      grpc::ClientContext context;
      Prepare(caller, &context);
      const grpc::Slice nothing("");
      const grpc::ByteBuffer request(&nothing, 1);
      grpc::ByteBuffer response;
      std::promise<grpc::Status> ended;
      stub.UnaryCall(
          &context, absl::StrCat("/", service->full_name(), "/", method), {},
          &request, &response,
          [&](grpc::Status status) { ended.set_value(std::move(status)); });
      const absl::Status status = rpc::FromGrpc(ended.get_future().get());
      EXPECT_THAT(status, StatusIs(StatusCode::kInvalidArgument, ""));
      EXPECT_EQ(errors::ReasonOf(status),
                common::v1::ERROR_REASON_INVALID_FIELDS);
      ++checked;
    }
  }
  EXPECT_GE(checked, 50);
}

TEST_F(CasesServiceTest, EveryFaultOfARequestIsNamedWithItsField) {
  v1::ListCasesRequest list;
  list.set_page_size(-1);
  list.set_page_token("foreign");
  list.set_radius_meters(5);
  list.set_text("短");
  const auto status =
      CallCases(kDispatcher, &CaseService::Stub::ListCases, list).status();
  for (const char* fault : {"page_size is -1", "page_token", "radius_meters",
                            "text `短` has 1 character"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(fault));
  }
  v1::ListDailyRootsRequest roots;
  roots.set_first_day("yesterday");
  EXPECT_THAT(
      CallCases(kAdmin, &CaseService::Stub::ListDailyRoots, roots).status(),
      StatusIs(StatusCode::kInvalidArgument, "`yesterday`"));
  v1::WatchEventsRequest watch;
  watch.set_cursor("not a cursor");
  const auto stub = CaseService::NewStub(host_->Channel("admin-wgctl"));
  grpc::ClientContext context;
  v1::WatchEventsResponse page;
  const auto stream = stub->WatchEvents(&context, watch);
  EXPECT_FALSE(stream->Read(&page));
  EXPECT_THAT(rpc::FromGrpc(stream->Finish()),
              StatusIs(StatusCode::kInvalidArgument, "cursor"));
}

// ---- Errors.

TEST_F(CasesServiceTest, ErrorsSayWhatIsWrong) {
  const std::string case_no = AdmitCases(1, "a")[0];
  v1::GetCaseRequest get;
  get.set_case_no("410105-20260101-999999");
  EXPECT_THAT(CallCases(kDispatcher, &CaseService::Stub::GetCase, get).status(),
              StatusIs(StatusCode::kNotFound, "410105-20260101-999999"));
  get.set_case_no(case_no);
  EXPECT_OK(CallCases(kHotline, &CaseService::Stub::GetCase, get));
  EXPECT_THAT(CallCases(kPolice, &CaseService::Stub::GetCase, get).status(),
              StatusIs(StatusCode::kPermissionDenied, "source/110"));
  // What the policy does not allow never reaches the room.
  EXPECT_EQ(
      errors::ReasonOf(
          CallCases(kPolice, &CaseService::Stub::AdmitReports, {}).status()),
      common::v1::ERROR_REASON_NOT_ALLOWED);
  v1::AcknowledgeFeedbackRequest acknowledge;
  acknowledge.set_source_id("12345");
  acknowledge.set_cursor("1-1");
  EXPECT_EQ(errors::ReasonOf(CallCases(kPolice,
                                       &CaseService::Stub::AcknowledgeFeedback,
                                       acknowledge)
                                 .status()),
            common::v1::ERROR_REASON_NOT_YOURS);
  v1::GetReferralRequest referral;
  referral.set_referral_id("none");
  EXPECT_THAT(Call<ReferralService>(
                  kDispatcher, &ReferralService::Stub::GetReferral, referral)
                  .status(),
              StatusIs(StatusCode::kNotFound, "none"));
  v1::GetBatchRequest batch;
  batch.set_batch_id("none");
  EXPECT_THAT(
      Call<BatchService>(kDispatcher, &BatchService::Stub::GetBatch, batch)
          .status(),
      StatusIs(StatusCode::kNotFound, "none"));
}

TEST_F(CasesServiceTest, AChangeIsAnsweredOnceWhoeverAsksAgain) {
  const std::string case_no = AdmitCases(1, "a")[0];
  const std::string id = NewUuid();
  const auto first = Accept(case_no, id);
  ASSERT_OK(first);
  EXPECT_EQ(first->state(), v1::CASE_STATE_IN_PROGRESS);
  const auto again = Accept(case_no, id);
  ASSERT_OK(again);
  EXPECT_EQ(again->version(), first->version());
  v1::AcceptAssignmentRequest other;
  other.set_case_no(AdmitCases(1, "b")[0]);
  other.set_request_id(NewUuid());
  other.set_etag("\"1\"");
  EXPECT_THAT(
      CallCases(kHandler, &CaseService::Stub::AcceptAssignment, other).status(),
      StatusIs(StatusCode::kAborted, "\"3\""));
  other.clear_etag();
  EXPECT_EQ(
      errors::ReasonOf(
          CallCases(kDispatcher, &CaseService::Stub::AcceptAssignment, other)
              .status()),
      common::v1::ERROR_REASON_NOT_YOURS);
}

// Routing is away: a change that needs it says so before the deadline, and
// changes nothing.
TEST_F(CasesServiceTest, AChangeThatNeedsRoutingSaysThatItIsAway) {
  const std::string case_no = AdmitCases(1, "a")[0];
  v1::ReclassifyCaseRequest reclassify;
  reclassify.set_case_no(case_no);
  reclassify.set_request_id(NewUuid());
  reclassify.set_category_code("other");
  reclassify.set_reason("分错了");
  const auto stub = CaseService::NewStub(host_->Channel("gateway-app"));
  grpc::ClientContext context;
  Prepare(kDispatcher, &context);
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(2)));
  Case c;
  const absl::Status status =
      rpc::FromGrpc(stub->ReclassifyCase(&context, reclassify, &c));
  EXPECT_THAT(status.code(), ::testing::AnyOf(StatusCode::kUnavailable,
                                              StatusCode::kDeadlineExceeded));
  EXPECT_EQ(Load(case_no)->version(), 3);
}

// ---- Pages.

TEST_F(CasesServiceTest, AListGoesPageByPageToItsEnd) {
  AdmitCases(25, "a");
  v1::ListCasesRequest list;
  list.set_page_size(10);
  std::set<std::string> seen;
  std::vector<int> sizes;
  do {
    const auto page =
        CallCases(kDispatcher, &CaseService::Stub::ListCases, list);
    ASSERT_OK(page);
    sizes.push_back(page->cases_size());
    for (const Case& c : page->cases()) seen.insert(c.case_no());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty() && sizes.size() < 10);
  EXPECT_THAT(sizes, ::testing::ElementsAre(10, 10, 5));
  EXPECT_EQ(seen.size(), 25U);
  // A token is good for its own question only.
  const auto first = [&] {
    list.clear_page_token();
    return CallCases(kDispatcher, &CaseService::Stub::ListCases, list)
        ->next_page_token();
  }();
  list.set_page_token(first);
  list.set_state(v1::CASE_STATE_CLOSED);
  EXPECT_THAT(
      CallCases(kDispatcher, &CaseService::Stub::ListCases, list).status(),
      StatusIs(StatusCode::kInvalidArgument, "page_token"));
}

// ---- Streams.

// Reads events until there are `count`.
std::vector<v1::FeedEvent> ReadEvents(
    grpc::ClientReader<v1::WatchEventsResponse>* stream, size_t count,
    std::string* cursor) {
  std::vector<v1::FeedEvent> events;
  v1::WatchEventsResponse page;
  while (events.size() < count && stream->Read(&page)) {
    events.insert(events.end(), page.events().begin(), page.events().end());
    *cursor = page.cursor();
  }
  return events;
}

TEST_F(CasesServiceTest, AFeedGoesOnWhereItsReaderStopped) {
  AdmitCases(2, "a");
  const auto stub = CaseService::NewStub(host_->Channel("admin-wgctl"));
  std::string cursor;
  {
    grpc::ClientContext context;
    Prepare(kAdmin, &context);
    const auto stream = stub->WatchEvents(&context, {});
    EXPECT_EQ(ReadEvents(stream.get(), 6, &cursor).size(), 6U);
    context.TryCancel();
  }
  const std::string case_no = AdmitCases(1, "b")[0];
  v1::WatchEventsRequest resume;
  resume.set_cursor(cursor);
  grpc::ClientContext context;
  Prepare(kAdmin, &context);
  const auto stream = stub->WatchEvents(&context, resume);
  const auto events = ReadEvents(stream.get(), 3, &cursor);
  ASSERT_EQ(events.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(events[static_cast<size_t>(i)].event().case_no(), case_no);
    EXPECT_EQ(events[static_cast<size_t>(i)].event().sequence(), i + 1);
  }
  // The end of the service ends its streams, and says that it is no fault.
  host_->host().Stop(absl::Seconds(5));
  v1::WatchEventsResponse page;
  while (stream->Read(&page)) {
  }
  EXPECT_THAT(rpc::FromGrpc(stream->Finish()),
              StatusIs(StatusCode::kUnavailable, "stopping"));
}

TEST_F(CasesServiceTest, ASourceReadsItsOwnFeedbackFromWhereItAcknowledged) {
  AdmitCases(1, "a");
  const auto stub = CaseService::NewStub(host_->Channel("source-12345"));
  v1::WatchFeedbackRequest own;
  own.set_source_id("12345");
  const auto read = [&](size_t count) {
    grpc::ClientContext context;
    Prepare(kHotline, &context);
    const auto stream = stub->WatchFeedback(&context, own);
    std::vector<v1::Feedback> items;
    v1::WatchFeedbackResponse page;
    while (items.size() < count && stream->Read(&page)) {
      items.insert(items.end(), page.items().begin(), page.items().end());
    }
    context.TryCancel();
    return items;
  };
  const auto items = read(3);
  ASSERT_EQ(items.size(), 3U);
  v1::AcknowledgeFeedbackRequest acknowledge;
  acknowledge.set_source_id("12345");
  acknowledge.set_cursor(items[1].cursor());
  ASSERT_OK(CallCases(kHotline, &CaseService::Stub::AcknowledgeFeedback,
                      acknowledge));
  const auto rest = read(1);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].cursor(), items[2].cursor());
  v1::WatchFeedbackRequest foreign;
  foreign.set_source_id("110");
  grpc::ClientContext context;
  Prepare(kHotline, &context);
  const auto stream = stub->WatchFeedback(&context, foreign);
  v1::WatchFeedbackResponse page;
  EXPECT_FALSE(stream->Read(&page));
  EXPECT_THAT(rpc::FromGrpc(stream->Finish()),
              StatusIs(StatusCode::kPermissionDenied, "source/12345"));
}

TEST_F(CasesServiceTest, AnAuditStreamsWhatItHasSeen) {
  const auto case_nos = AdmitCases(3, "a");
  const auto stub = CaseService::NewStub(host_->Channel("admin-wgctl"));
  v1::AuditCasesRequest one;
  one.set_case_no(case_nos[1]);
  grpc::ClientContext context;
  Prepare(kAdmin, &context);
  const auto stream = stub->AuditCases(&context, one);
  v1::AuditCasesResponse page, last;
  while (stream->Read(&page)) last = page;
  EXPECT_OK(rpc::FromGrpc(stream->Finish()));
  EXPECT_TRUE(last.finished());
  EXPECT_EQ(last.case_count(), 1);
  EXPECT_EQ(last.event_count(), 3);
}

// ---- Personal data.

TEST_F(CasesServiceTest, AReporterIsMaskedUntilSomebodyStatesAPurpose) {
  const std::string case_no = AdmitCases(1, "a")[0];
  v1::GetCaseRequest get;
  get.set_case_no(case_no);
  const auto masked = CallCases(kHandler, &CaseService::Stub::GetCase, get);
  ASSERT_OK(masked);
  ASSERT_EQ(masked->reporters_size(), 1);
  EXPECT_EQ(masked->reporters(0).reporter().phone(), "138****0000");
  v1::RevealReporterRequest reveal;
  reveal.set_case_no(case_no);
  reveal.set_request_id(NewUuid());
  reveal.set_purpose("上门核实");
  const auto revealed =
      CallCases(kHandler, &CaseService::Stub::RevealReporter, reveal);
  ASSERT_OK(revealed);
  EXPECT_EQ(revealed->reporter().phone(), "13800000000");
  EXPECT_EQ(Load(case_no)->version(), 4);  // The reveal is on record.
}

}  // namespace
}  // namespace wangge::cases
