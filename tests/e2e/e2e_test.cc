// The suite as its clients see it: real processes, real sockets, mutual TLS.
#include <filesystem>
#include <thread>

#include "base/file.h"
#include "city/format/folder.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "rpc/identity.h"
#include "services/cases/domain/proof.h"
#include "testing/status.h"
#include "tests/suite.h"

namespace wangge {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class E2eTest : public ::testing::Test {
 protected:
  client::Client client_{SuiteSettings()};

  std::vector<std::string> FaultsOf(
      const intake::v1::SubmitReportRequest& request) {
    return errors::ViolationsOf(Submit(client_, request).status());
  }
};

TEST_F(E2eTest, AReportFindsItsPerson) {
  const auto answer = Submit(client_, HeatingReport());
  ASSERT_OK(answer);
  EXPECT_EQ(answer->state(), cases::v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(answer->unit_name(), "巩义市热力公司");
  EXPECT_FALSE(answer->officer_name().empty());
  const auto read = GetCase(client_, answer->case_no());
  ASSERT_OK(read);
  EXPECT_EQ(read->timeline_size(), 3);
  EXPECT_FALSE(read->timeline(0).admitted().plan().trace().empty());
  // Personal data is never echoed.
  EXPECT_EQ(read->SerializeAsString().find("13800000000"), std::string::npos);
  ASSERT_EQ(read->reporters_size(), 1);
  EXPECT_EQ(read->reporters(0).reporter().phone(), "138****0000");
}

TEST_F(E2eTest, ACaseIsFoundByItsWordsAndItsPlace) {
  auto report = HeatingReport();
  const std::string word = "独一无二" + NewUuid().substr(0, 8);
  report.mutable_report()->set_text("家里暖气不热，" + word);
  const auto answer = Submit(client_, report);
  ASSERT_OK(answer);
  const auto read = GetCase(client_, answer->case_no());
  ASSERT_OK(read);
  const auto find = [&](const cases::v1::ListCasesRequest& request) {
    using cases::v1::CaseService;
    return client::CallAs<CaseService>(client_, "cases", "admin/wgctl", "",
                                       &CaseService::Stub::ListCases, request);
  };
  cases::v1::ListCasesRequest by_text;
  by_text.set_text(word + " 暖气");
  const absl::Time end = absl::Now() + absl::Seconds(20);
  auto found = find(by_text);
  while (found.ok() && found->cases().empty() && absl::Now() < end) {
    found = find(by_text);
  }
  ASSERT_OK(found);
  ASSERT_EQ(found->cases_size(), 1);
  EXPECT_EQ(found->cases(0).case_no(), answer->case_no());
  by_text.set_grid_id(*read->case_().grid_ids().rbegin());
  EXPECT_EQ(find(by_text)->cases_size(), 1);
  by_text.set_grid_id("elsewhere");
  EXPECT_EQ(find(by_text)->cases_size(), 0);
  by_text.set_grid_id(read->case_().grid_ids(0));  // The whole city.
  EXPECT_EQ(find(by_text)->cases_size(), 1);
  cases::v1::ListCasesRequest wrong;
  wrong.set_text("热");
  wrong.set_radius_meters(5);
  EXPECT_EQ(errors::ViolationsOf(find(wrong).status()).size(), 2U);
}

TEST_F(E2eTest, TheSameReportGetsTheSameAnswer) {
  auto request = HeatingReport();
  const auto first = Submit(client_, request);
  ASSERT_OK(first);
  const auto repeated = Submit(client_, request);
  ASSERT_OK(repeated);
  EXPECT_TRUE(repeated->replayed());
  EXPECT_EQ(repeated->case_no(), first->case_no());
  request.set_request_id(NewUuid());
  EXPECT_EQ(Submit(client_, request)->case_no(), first->case_no());
  request.mutable_report()->set_text("换了说法");
  EXPECT_TRUE(Submit(client_, request)->content_differs());
}

TEST_F(E2eTest, TheSameRequestIdWithAnotherBodyIsAnError) {
  auto request = HeatingReport();
  ASSERT_OK(Submit(client_, request));
  request.mutable_report()->set_source_ref("another-" + NewUuid());
  const absl::Status status = Submit(client_, request).status();
  EXPECT_THAT(status, StatusIs(kInvalid, "another body"));
  EXPECT_EQ(errors::ReasonOf(status),
            common::v1::ERROR_REASON_REQUEST_ID_REUSED);
}

TEST_F(E2eTest, EveryFieldFaultIsToldAtOnce) {
  auto request = HeatingReport();
  request.set_request_id("nonsense");
  request.mutable_report()->set_title(std::string("a\0b", 3));
  request.mutable_report()->set_text("");
  request.mutable_report()->set_source_ref(std::string(200, 'x'));
  EXPECT_EQ(FaultsOf(request).size(), 4U);
}

TEST_F(E2eTest, PointsThatCannotBeRightAreRefused) {
  const struct {
    double lat, lng;
    int system;
    const char* words;
  } rows[] = {{113.5, 34.5, 1, "look swapped"},
              {30.0, 123.5, 1, "outside the city"},
              {34.5, 113.5, 0, "not known"},
              {34.5, 113.5, 42, "not known"}};
  for (const auto& row : rows) {
    auto request = HeatingReport();
    auto& point = *request.mutable_report()->mutable_location();
    point.set_latitude_deg(row.lat);
    point.set_longitude_deg(row.lng);
    point.set_coordinate_system(
        static_cast<common::v1::CoordinateSystem>(row.system));
    EXPECT_THAT(FaultsOf(request), Contains(HasSubstr(row.words)));
  }
}

TEST_F(E2eTest, TextsThatAreTooLargeOrNoUtf8AreRefused) {
  auto request = HeatingReport();
  request.mutable_report()->set_text(std::string(5'000'000, 'x'));
  EXPECT_THAT(FaultsOf(request), Contains(HasSubstr("at most 4000")));
  // 10 MB is more than a message may have.
  request.mutable_report()->set_text(std::string(10'000'000, 'x'));
  EXPECT_THAT(Submit(client_, request),
              StatusIs(absl::StatusCode::kResourceExhausted, "larger"));
  // Text that is no UTF-8 does not even parse as a proto3 string.
  request.mutable_report()->set_text("\xff\xfe");
  EXPECT_FALSE(Submit(client_, request).ok());
}

TEST_F(E2eTest, SourcesSpeakOnlyAsThemselves) {
  EXPECT_THAT(Submit(client_, HeatingReport("heating"), "source/12345"),
              StatusIs(kDenied, "source/12345"));
  EXPECT_THAT(Submit(client_, HeatingReport("unknown"), "source/12345"),
              StatusIs(kDenied, "unknown"));
  EXPECT_THAT(Submit(client_, HeatingReport(), "gateway/app"),
              StatusIs(kDenied, "no rule"));
  const auto answer = Submit(client_, HeatingReport());
  ASSERT_OK(answer);
  EXPECT_THAT(GetCase(client_, answer->case_no(), "source/heating"),
              StatusIs(kDenied, answer->case_no()));
  EXPECT_OK(GetCase(client_, answer->case_no(), "source/12345"));
}

TEST_F(E2eTest, OneReviewIsNotTwo) {
  auto request = HeatingReport("110");
  request.mutable_report()->add_review_attestations()->set_level(
      intake::v1::ReviewAttestation::LEVEL_STATION);
  const absl::Status status = Submit(client_, request).status();
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kFailedPrecondition, "STATION"));
  EXPECT_EQ(errors::ReasonOf(status), common::v1::ERROR_REASON_REVIEW_INVALID);
}

// Without attestations the reviews are made here: station, then branch.
TEST_F(E2eTest, AReferralIsReviewedTwiceAndThenFindsItsPerson) {
  using cases::v1::ReferralService;
  const auto answer = Submit(client_, HeatingReport("110"));
  ASSERT_OK(answer);
  EXPECT_EQ(answer->case_no(), "");
  ASSERT_NE(answer->referral_id(), "");
  const auto city = city::LoadFolder(client_.settings().city_folder);
  ASSERT_OK(city);
  cases::v1::GetReferralRequest get;
  get.set_referral_id(answer->referral_id());
  const auto referral =
      client::CallAs<ReferralService>(client_, "cases", "source/110", "",
                                      &ReferralService::Stub::GetReferral, get);
  ASSERT_OK(referral);
  const auto decide = [&](const std::string& unit, auto method) {
    cases::v1::DecideReferralRequest request;
    request.set_referral_id(answer->referral_id());
    request.set_request_id(NewUuid());
    request.set_reason("属实");
    return client::CallAs<ReferralService>(
        client_, "cases", "gateway/app",
        (*city)->OfficersOf(unit)[0]->officer_id(), method, request);
  };
  EXPECT_THAT(
      decide(referral->branch_unit_id(), &ReferralService::Stub::ApproveStation)
          .status(),
      StatusIs(kDenied, answer->referral_id()));
  ASSERT_OK(decide(referral->station_unit_id(),
                   &ReferralService::Stub::ApproveStation));
  const auto pushed =
      decide(referral->branch_unit_id(), &ReferralService::Stub::ApproveBranch);
  ASSERT_OK(pushed);
  EXPECT_EQ(pushed->state(), cases::v1::REFERRAL_STATE_PUSHED);
  const auto read = GetCase(client_, pushed->case_no(), "source/110");
  ASSERT_OK(read);
  EXPECT_EQ(read->case_().state(), cases::v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(read->case_().referral_id(), answer->referral_id());
}

TEST_F(E2eTest, TheSameMatterReportedTwiceIsOneCase) {
  const auto first = HeatingReport("wechat");
  const auto one = Submit(client_, first);
  ASSERT_OK(one);
  auto second = first;
  second.set_request_id(NewUuid());
  second.mutable_report()->set_source_id("12345");
  second.mutable_report()->set_source_ref("other-" + NewUuid());
  const auto two = Submit(client_, second);
  ASSERT_OK(two);
  EXPECT_EQ(two->state(), cases::v1::CASE_STATE_MERGED);
  EXPECT_EQ(two->master_case_no(), one->case_no());
  // Each source sees its own report of it, and not the other's.
  const auto seen = GetCase(client_, one->case_no(), "source/12345");
  ASSERT_OK(seen);
  ASSERT_EQ(seen->case_().reports_size(), 1);
  EXPECT_EQ(seen->case_().reports(0).source_id(), "12345");
  EXPECT_EQ(seen->case_().text(), "");
}

TEST_F(E2eTest, DangerIsASafetyMatterWhereItIsNotSentBack) {
  auto request = HeatingReport();
  request.mutable_report()->set_text("暖气不热，楼上着火了");
  const auto answer = Submit(client_, request);
  ASSERT_OK(answer);
  EXPECT_EQ(GetCase(client_, answer->case_no())->case_().urgency(),
            common::v1::URGENCY_SAFETY);
}

TEST_F(E2eTest, CertificatesDecideWhoMayConnect) {
  // An expired certificate of a known source does not get a connection.
  client::Settings settings = SuiteSettings();
  settings.timeout = absl::Seconds(3);
  client::Client client(settings);
  const absl::Status expired =
      Submit(client, HeatingReport(), "source/expired").status();
  EXPECT_FALSE(expired.ok());
  EXPECT_NE(expired.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(E2eTest, TokensOnlyOverGatewaysAndOnlyValidOnes) {
  using cases::v1::CaseService;
  const auto answer = Submit(client_, HeatingReport());
  ASSERT_OK(answer);
  cases::v1::AcceptAssignmentRequest accept;
  accept.set_case_no(answer->case_no());
  accept.set_request_id(NewUuid());
  const auto as = [&](const std::string& identity, const std::string& officer) {
    return client::CallAs<CaseService>(client_, "cases", identity, officer,
                                       &CaseService::Stub::AcceptAssignment,
                                       accept)
        .status();
  };
  EXPECT_THAT(as("gateway/app", ""), StatusIs(kDenied, "gateway/app"));
  EXPECT_THAT(as("source/12345", "o000001"),
              StatusIs(absl::StatusCode::kUnauthenticated, "for a person"));
  EXPECT_THAT(as("gateway/app", "nobody"), StatusIs(kDenied, "nobody"));
  EXPECT_THAT(as("gateway/app", "o000001"), StatusIs(kDenied, "only"));
}

TEST_F(E2eTest,
       ASourceIsToldEverythingInOrderAndResumesAfterItsAcknowledgement) {
  using cases::v1::CaseService;
  auto channel = client_.Channel("cases", "source/wechat");
  ASSERT_OK(channel);
  const auto stub = CaseService::NewStub(*channel);
  auto request = HeatingReport("wechat");
  const auto answer = Submit(client_, request);
  ASSERT_OK(answer);
  const auto follow = [&](const std::string& until) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    cases::v1::WatchFeedbackRequest watch;
    watch.set_source_id("wechat");
    const auto reader = stub->WatchFeedback(&context, watch);
    std::vector<cases::v1::Feedback> items;
    cases::v1::WatchFeedbackResponse page;
    bool found = false;
    while (!found && reader->Read(&page)) {
      for (const auto& item : page.items()) {
        items.push_back(item);
        found = found || (item.case_no() == until &&
                          item.kind() == cases::v1::FEEDBACK_KIND_DISPATCHED);
      }
    }
    context.TryCancel();
    reader->Finish();
    return items;
  };
  const auto items = follow(answer->case_no());
  ASSERT_GE(items.size(), 3U);
  for (size_t i = 1; i < items.size(); ++i) {
    EXPECT_LT(items[i - 1].cursor(), items[i].cursor());
  }
  cases::v1::AcknowledgeFeedbackRequest acknowledge;
  acknowledge.set_source_id("wechat");
  acknowledge.set_cursor(items.back().cursor());
  ASSERT_OK((client::CallAs<CaseService>(
      client_, "cases", "source/wechat", "",
      &CaseService::Stub::AcknowledgeFeedback, acknowledge)));
  const auto next = Submit(client_, HeatingReport("wechat"));
  ASSERT_OK(next);
  const auto later = follow(next->case_no());
  EXPECT_EQ(later.size(), 3U);
  EXPECT_THAT(client::CallAs<CaseService>(
                  client_, "cases", "source/12345", "",
                  &CaseService::Stub::AcknowledgeFeedback, acknowledge),
              StatusIs(kDenied, "wechat"));
}

TEST_F(E2eTest, AStreamGetsOneAnswerForEachReport) {
  using intake::v1::IntakeService;
  auto channel = client_.Channel("intake", "source/12345");
  ASSERT_OK(channel);
  const auto stub = IntakeService::NewStub(*channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  const auto stream = stub->SubmitReports(&context);
  constexpr int kReports = 3000;
  std::set<std::string> ids;
  std::thread writer([&] {
    for (int i = 0; i < kReports; ++i) {
      auto request = HeatingReport();
      if (i % 100 == 0) request.mutable_report()->set_text("");
      if (!stream->Write(request)) break;
    }
    stream->WritesDone();
  });
  int admitted = 0;
  int refused = 0;
  intake::v1::SubmitReportsResponse answer;
  while (stream->Read(&answer)) {
    EXPECT_TRUE(ids.insert(answer.request_id()).second);
    ++(answer.code() == 0 ? admitted : refused);
  }
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(refused, kReports / 100);
  EXPECT_EQ(admitted, kReports - refused);
}

TEST_F(E2eTest, AnInstructionReachesASubtreeAndNeedsTwoPersonsForADistrict) {
  using command::v1::CommandService;
  const auto city = city::LoadFolder(client_.settings().city_folder);
  ASSERT_OK(city);
  const auto create = [&](const std::string& officer, const std::string& grid) {
    command::v1::CreateInstructionRequest request;
    request.set_request_id(NewUuid());
    request.set_title("防汛");
    request.set_text("排查低洼处");
    request.set_mode(command::v1::INSTRUCTION_MODE_EXERCISE);
    request.set_category(command::v1::INSTRUCTION_CATEGORY_MET);
    request.mutable_audience()->set_subtree_grid_id(grid);
    *request.mutable_expire_time() = [] {
      google::protobuf::Timestamp t;
      t.set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(1)));
      return t;
    }();
    return client::CallAs<CommandService>(
        client_, "command", "gateway/app", officer,
        &CommandService::Stub::CreateInstruction, request);
  };
  const auto& street = (*city)->OfficersOf("oc-s1");
  const auto released = create(street[0]->officer_id(), "s1");
  ASSERT_OK(released);
  EXPECT_EQ(released->state(), command::v1::INSTRUCTION_STATE_RELEASED);
  EXPECT_EQ(released->reach().audience_count(),
            static_cast<int64_t>((*city)->OfficersIn("s1").size()));
  const auto& centre = (*city)->OfficersOf("oc");
  const auto waiting = create(centre[0]->officer_id(), "zz");
  ASSERT_OK(waiting);
  EXPECT_EQ(waiting->state(), command::v1::INSTRUCTION_STATE_PENDING_RELEASE);
  command::v1::ReleaseInstructionRequest release;
  release.set_request_id(NewUuid());
  release.set_instruction_id(waiting->instruction_id());
  const auto release_as = [&](const std::string& officer) {
    return client::CallAs<CommandService>(
        client_, "command", "gateway/app", officer,
        &CommandService::Stub::ReleaseInstruction, release);
  };
  EXPECT_THAT(
      release_as(centre[0]->officer_id()),
      StatusIs(absl::StatusCode::kFailedPrecondition, "another person"));
  EXPECT_THAT(release_as(street[0]->officer_id()), StatusIs(kDenied, "zz"));
  const auto done = release_as(centre[1]->officer_id());
  ASSERT_OK(done);
  EXPECT_EQ(done->reach().audience_count(),
            static_cast<int64_t>((*city)->OfficersIn("zz").size()));
}

// A case from the report over suspension, reopening and audit to its proof, as
// the people of its unit and its district do it.
TEST_F(E2eTest, ACaseIsFollowedUntilItIsReallySolvedAndProved) {
  using cases::v1::CaseService;
  const auto answer = Submit(client_, HeatingReport());
  ASSERT_OK(answer);
  const auto city = city::LoadFolder(client_.settings().city_folder);
  ASSERT_OK(city);
  const auto read = GetCase(client_, answer->case_no());
  ASSERT_OK(read);
  const People people = PeopleOf(read->case_(), **city);
  const auto act = [&](const std::string& officer, auto method, auto request) {
    request.set_case_no(answer->case_no());
    request.set_request_id(NewUuid());
    return client::CallAs<CaseService>(client_, "cases", "gateway/app", officer,
                                       method, request);
  };
  ASSERT_OK(act(people.handler, &CaseService::Stub::AcceptAssignment,
                cases::v1::AcceptAssignmentRequest()));
  cases::v1::SuspendCaseRequest suspend;
  suspend.set_text("管件订货");
  suspend.set_reason(cases::v1::SUSPENSION_REASON_MATERIAL);
  suspend.mutable_review_time()->set_seconds(
      absl::ToUnixSeconds(absl::Now() + absl::Seconds(1)));
  ASSERT_OK(act(people.handler, &CaseService::Stub::SuspendCase, suspend));
  cases::v1::DecideApprovalRequest grant;
  grant.set_approval_number(1);
  grant.set_approved(true);
  grant.set_reason("情况属实");
  EXPECT_THAT(
      act(people.handler, &CaseService::Stub::DecideApproval, grant).status(),
      StatusIs(kDenied, "dispatcher"));
  const auto suspended =
      act(people.dispatcher, &CaseService::Stub::DecideApproval, grant);
  ASSERT_OK(suspended);
  EXPECT_EQ(suspended->state(), cases::v1::CASE_STATE_SUSPENDED);
  // The timer resumes it at the review time.
  const absl::Time until = absl::Now() + absl::Seconds(20);
  cases::v1::CaseState state = suspended->state();
  while (state == cases::v1::CASE_STATE_SUSPENDED && absl::Now() < until) {
    state = GetCase(client_, answer->case_no())->case_().state();
  }
  ASSERT_EQ(state, cases::v1::CASE_STATE_IN_PROGRESS);
  cases::v1::SubmitResultRequest result;
  result.set_outcome(cases::v1::OUTCOME_RESOLVED);
  result.set_text("更换管件");
  result.set_public_reply("已恢复供热");
  cases::v1::CheckResultRequest check;
  check.set_passed(true);
  cases::v1::RecordFollowUpRequest asked;
  asked.set_contacted(cases::v1::ANSWER_YES);
  asked.set_resolved(cases::v1::ANSWER_YES);
  const auto close = [&] {
    EXPECT_OK(act(people.handler, &CaseService::Stub::SubmitResult, result));
    EXPECT_OK(act(people.checker, &CaseService::Stub::CheckResult, check));
    EXPECT_OK(
        act(people.dispatcher, &CaseService::Stub::RecordFollowUp, asked));
    return act(people.dispatcher, &CaseService::Stub::CloseCase,
               cases::v1::CloseCaseRequest());
  };
  ASSERT_OK(close());
  cases::v1::ReopenCaseRequest reopen;
  reopen.set_case_no(answer->case_no());
  reopen.set_request_id(NewUuid());
  reopen.set_reason("又不热了");
  const auto reopened =
      client::CallAs<CaseService>(client_, "cases", "source/12345", "",
                                  &CaseService::Stub::ReopenCase, reopen);
  ASSERT_OK(reopened);
  EXPECT_EQ(reopened->round(), 2);
  EXPECT_EQ(reopened->state(), cases::v1::CASE_STATE_DISPATCHED);
  ASSERT_OK(act(people.handler, &CaseService::Stub::AcceptAssignment,
                cases::v1::AcceptAssignmentRequest()));
  const auto closed = close();
  ASSERT_OK(closed);
  EXPECT_EQ(closed->state(), cases::v1::CASE_STATE_CLOSED);

  cases::v1::RevealReporterRequest reveal;
  reveal.set_purpose("回访");
  EXPECT_THAT(
      act(people.checker, &CaseService::Stub::RevealReporter, reveal).status(),
      StatusIs(kDenied, "dispatcher"));
  const auto reporter =
      act(people.handler, &CaseService::Stub::RevealReporter, reveal);
  ASSERT_OK(reporter);
  EXPECT_EQ(reporter->reporter().phone(), "13800000000");

  cases::v1::GetCaseProofRequest prove;
  prove.set_case_no(answer->case_no());
  const auto proof =
      client::CallAs<CaseService>(client_, "cases", "admin/wgctl", "",
                                  &CaseService::Stub::GetCaseProof, prove);
  ASSERT_OK(proof);
  EXPECT_OK(cases::Prove(*proof));
  EXPECT_EQ(proof->events().rbegin()->body().find("13800000000"),
            std::string::npos);
}

TEST_F(E2eTest, TheAuditOfEverythingThatTheseTestsWroteIsClean) {
  using cases::v1::CaseService;
  auto channel = client_.Channel("cases", "admin/wgctl");
  ASSERT_OK(channel);
  const auto stub = CaseService::NewStub(*channel);
  grpc::ClientContext context;
  const auto reader = stub->AuditCases(&context, {});
  cases::v1::AuditCasesResponse page;
  while (reader->Read(&page)) {
    for (const auto& finding : page.findings()) {
      ADD_FAILURE() << finding.ShortDebugString();
    }
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_TRUE(page.finished());
  EXPECT_GT(page.case_count(), 0);
}

}  // namespace
}  // namespace wangge
