// RoutingService over a real socket, with a registry that the test plays.
#include "services/routing/service.h"

#include <thread>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/uuid.h"
#include "gmock/gmock.h"
#include "rpc/client.h"
#include "rpc/test_host.h"
#include "services/routing/domain/test_city.h"
#include "services/routing/handlers.h"
#include "services/routing/proposed_city.h"
#include "testing/proto.h"
#include "testing/status.h"
#include "text/train/trainer.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

ABSL_DECLARE_FLAG(std::string, model);

namespace wangge::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::RoutingService::Stub;

constexpr char kOtherRule[] =
    "rule { rule_id: 'r1' category_code: 'heat' function: 'property' role: "
    "RULE_ROLE_LEAD }";

// Has version 3 of the city and knows one change set.
class Registry final : public registry::v1::RegistryService::Service {
 public:
  explicit Registry(const city::City& city) {
    *piece_.mutable_version() = city.version();
    piece_.mutable_version()->set_version(3);
    piece_.set_reset(true);
    piece_.set_complete(true);
    for (const auto& [key, row] : city.rows().Sorted()) {
      *piece_.add_rows() = *row;
    }
  }

  grpc::Status WatchCity(
      grpc::ServerContext* context, const registry::v1::WatchCityRequest*,
      grpc::ServerWriter<registry::v1::WatchCityResponse>* writer) override {
    writer->Write(piece_);
    MutexLock lock(&mutex_);
    while (!ended_ && !context->IsCancelled()) {
      changed_.WaitUntil(&mutex_, std::chrono::steady_clock::now() +
                                      std::chrono::milliseconds(20));
    }
    return grpc::Status::OK;
  }

  grpc::Status GetChangeSet(grpc::ServerContext*,
                            const registry::v1::GetChangeSetRequest* request,
                            registry::v1::ChangeSet* response) override {
    if (request->change_set_id() != id_) {
      return rpc::ToGrpc(
          errors::NotFound("change set", request->change_set_id()));
    }
    *response->add_rows() = FromText<city::CityRow>(kOtherRule);
    return grpc::Status::OK;
  }

  // Version 1 had the other rule, and no second keeper of the list.
  grpc::Status DiffCityVersions(
      grpc::ServerContext*,
      const registry::v1::DiffCityVersionsRequest* request,
      registry::v1::DiffCityVersionsResponse* response) override {
    if (request->to_version() != 1) {
      return rpc::ToGrpc(errors::NotFound("city version",
                                          absl::StrCat(request->to_version())));
    }
    const bool first = request->page_token().empty();
    auto& difference = *response->add_differences();
    if (first) {
      *difference.mutable_after() = FromText<city::CityRow>(kOtherRule);
      response->set_next_page_token("second");
    } else {
      difference.mutable_key()->set_kind("rule");
      difference.mutable_key()->set_id("r2");
    }
    return grpc::Status::OK;
  }

  void End() {
    MutexLock lock(&mutex_);
    ended_ = true;
  }
  const std::string& change_set_id() const { return id_; }

 private:
  const std::string id_ = NewUuid();
  registry::v1::WatchCityResponse piece_;
  Mutex mutex_;
  CondVar changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    rpc::ServerOptions options;
    options.address = "127.0.0.1:0";
    options.tls = rpc::TestTls("service-registry");
    auto registry = rpc::Server::Start(options, {&registry_});
    ASSERT_OK(registry);
    registry_server_ = *std::move(registry);
    const std::string model = ::testing::TempDir() + "/service_test.model";
    ASSERT_OK(Learned("heat", "light")->Save(model));
    absl::SetFlag(&FLAGS_model, model);
    rpc::Environment environment;
    environment.endpoints = {
        {"registry", absl::StrCat("127.0.0.1:", registry_server_->port())}};
    auto host =
        rpc::TestHost::Start("routing", environment, RoutingService::Create);
    ASSERT_OK(host);
    host_ = *std::move(host);
    ASSERT_TRUE(host_->WaitUntilReady());
    stub_ = v1::RoutingService::NewStub(host_->Channel("admin-wgctl"));
  }

  void TearDown() override {
    host_->host().Stop(absl::Seconds(10));
    registry_.End();
    registry_server_->Shutdown(absl::Seconds(10));
  }

  static std::shared_ptr<const text::Classifier> Learned(
      const std::string& heat, const std::string& light) {
    std::vector<text::Example> examples;
    for (const std::string where : {"一号院", "二号院", "三号院"}) {
      examples.push_back({where + "暖气不热热力管道漏水", heat});
      examples.push_back({where + "路灯坏了灯不亮", light});
    }
    return *text::Train(examples);
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

  static v1::ReplayedMatter Matter(const std::string& reference) {
    auto matter = FromText<v1::ReplayedMatter>(
        "matter { text: '3单元热力管道漏水' address: "
        "'诗圣大道开普西一区5号楼' time { seconds: 1795400000 } }");
    matter.set_reference(reference);
    return matter;
  }

  // The answers to messages that are sent one after the other, each with
  // matters answered before the next; the status that ended the call.
  absl::StatusOr<std::vector<v1::ReplayMattersResponse>> Replayed(
      const std::vector<v1::ReplayMattersRequest>& messages,
      absl::Time deadline = Soon()) {
    grpc::ClientContext context;
    if (deadline != absl::InfiniteFuture()) {
      context.set_deadline(absl::ToChronoTime(deadline));
    }
    const auto stream = stub_->ReplayMatters(&context);
    std::vector<v1::ReplayMattersResponse> answers;
    v1::ReplayMattersResponse answer;
    for (const auto& message : messages) {
      if (!stream->Write(message)) break;
      if (message.matters().empty()) continue;
      if (!stream->Read(&answer)) break;
      answers.push_back(answer);
    }
    stream->WritesDone();
    while (stream->Read(&answer)) answers.push_back(answer);
    const absl::Status status = rpc::FromGrpc(stream->Finish());
    if (!status.ok()) return status;
    return answers;
  }

  absl::StatusOr<v1::PreviewChangeResponse> Preview(
      const std::string& proposal) {
    v1::PreviewChangeRequest request;
    ParseText(proposal, request.mutable_proposal());
    return rpc::Invoke(&Stub::PreviewChange, *stub_, request, Soon());
  }

  Registry registry_{*MakeCity()};
  std::unique_ptr<rpc::Server> registry_server_;
  std::unique_ptr<rpc::TestHost> host_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(ServiceTest, AChangeSetOfTheRegistryIsPreviewed) {
  const auto impact =
      Preview(absl::StrCat("change_set_id: '", registry_.change_set_id(), "'"));
  ASSERT_OK(impact);
  EXPECT_EQ(impact->city_version(), 3);
  EXPECT_EQ(impact->place_move_count(), 2);
  EXPECT_EQ(impact->place_moves(0).unit_id_after(), "lift");
  EXPECT_THAT(Preview(absl::StrCat("change_set_id: '", NewUuid(), "'")),
              StatusIs(absl::StatusCode::kNotFound, "change set"));
}

TEST_F(ServiceTest, ChangesThatNobodyProposedArePreviewed) {
  const auto impact = Preview(
      absl::StrCat("changes { base_version: 3 rows { ", kOtherRule, " } }"));
  ASSERT_OK(impact);
  EXPECT_EQ(impact->place_move_count(), 2);
  EXPECT_THAT(Preview(absl::StrCat("changes { base_version: 2 rows { ",
                                   kOtherRule, " } }")),
              StatusIs(absl::StatusCode::kAborted, "3"));
  EXPECT_THAT(Preview("changes { base_version: 3 removed_rows { kind: 'grid' "
                      "id: 's1' } }"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "s1"));
}

TEST_F(ServiceTest, EveryFaultOfAProposalIsNamed) {
  const auto refused = Preview(
      "changes { rows { } removed_rows { kind: 'rule' id: 'x' } removed_rows { "
      "kind: 'rule' id: 'x' } replaced_kinds: 'rules' }");
  EXPECT_THAT(
      errors::ViolationsOf(refused.status()),
      ElementsAre(HasSubstr("proposal.changes.base_version: is 0"),
                  HasSubstr("proposal.changes.rows[0]: has no kind or no id"),
                  HasSubstr("proposal.changes.removed_rows[1]: names `rule/x` "
                            "a second time"),
                  HasSubstr("proposal.changes.replaced_kinds[0]: `rules`")));
  EXPECT_THAT(errors::ViolationsOf(Preview("").status()),
              ElementsAre(HasSubstr("proposal: is missing")));
  EXPECT_THAT(errors::ViolationsOf(Preview("change_set_id: 'x'").status()),
              ElementsAre(HasSubstr("proposal.change_set_id")));
  EXPECT_THAT(errors::ViolationsOf(Preview("city_version: -1").status()),
              ElementsAre(HasSubstr("proposal.city_version: is -1")));
}

TEST_F(ServiceTest, TheListIsLintedAsItIsAndAsItWouldBe) {
  const auto kinds = [&](const v1::LintRulesRequest& request) {
    const auto response =
        rpc::Invoke(&Stub::LintRules, *stub_, request, Soon());
    EXPECT_OK(response);
    std::vector<v1::LintKind> found;
    if (!response.ok()) return found;
    for (const auto& finding : response->findings()) {
      found.push_back(finding.kind());
    }
    EXPECT_EQ(response->finding_count(), response->findings_size());
    return found;
  };
  EXPECT_THAT(kinds({}), ElementsAre(v1::LINT_KIND_SHADOWED, v1::LINT_KIND_HOLE,
                                     v1::LINT_KIND_HOLE));
  // A list of one rule, for a unit that its district does not have.
  v1::LintRulesRequest request;
  ParseText(
      "proposal { changes { base_version: 3 replaced_kinds: 'rule' rows { rule "
      "{ rule_id: 'only' category_code: 'heat' grid_id: 'd2' function: "
      "'property' role: RULE_ROLE_LEAD } } } }",
      &request);
  const auto edited = kinds(request);
  EXPECT_THAT(edited, ::testing::Contains(v1::LINT_KIND_UNREACHABLE));
  EXPECT_THAT(edited,
              ::testing::Not(::testing::Contains(v1::LINT_KIND_SHADOWED)));
}

TEST_F(ServiceTest, AReplayAnswersEachPageAndEndsWithTheSums) {
  v1::ReplayMattersRequest proposal;
  proposal.mutable_proposal()->set_change_set_id(registry_.change_set_id());
  v1::ReplayMattersRequest two;
  *two.add_matters() = Matter("1");
  *two.add_matters() = Matter("2");
  v1::ReplayMattersRequest one;
  *one.add_matters() = Matter("3");
  const auto answers = Replayed({proposal, two, one});
  ASSERT_OK(answers);
  ASSERT_EQ(answers->size(), 3U);
  EXPECT_EQ((*answers)[0].differences_size(), 2);
  EXPECT_FALSE((*answers)[0].has_summary());
  EXPECT_EQ((*answers)[1].differences(0).reference(), "3");
  EXPECT_EQ((*answers)[2].differences_size(), 0);
  EXPECT_THAT((*answers)[2].summary(),
              EqualsProto(FromText<v1::ReplaySummary>(
                  "matter_count: 3 automatic_count_before: 3 "
                  "automatic_count_after: 3 other_unit_count: 3 "
                  "loads { unit_id: 'h1' matter_count_before: 3 } "
                  "loads { unit_id: 'lift' matter_count_after: 3 }")));
}

TEST_F(ServiceTest, AnEarlierVersionIsReplayedFromItsDifferences) {
  v1::ReplayMattersRequest message;
  message.mutable_proposal()->set_city_version(1);
  *message.add_matters() = Matter("1");
  const auto answers = Replayed({message});
  ASSERT_OK(answers);
  EXPECT_EQ((*answers)[0].differences(0).after().unit_id(), "lift");
  message.mutable_proposal()->set_city_version(2);
  EXPECT_THAT(Replayed({message}),
              StatusIs(absl::StatusCode::kNotFound, "city version"));
}

TEST_F(ServiceTest, AProposalAndAModelMayComeInPieces) {
  const std::string path = ::testing::TempDir() + "/other.model";
  ASSERT_OK(Learned("light", "heat")->Save(path));
  const std::string model = *ReadFile(path);
  std::vector<v1::ReplayMattersRequest> messages(4);
  ParseText(absl::StrCat("proposal { changes { base_version: 3 rows { ",
                         kOtherRule, " } } }"),
            &messages[0]);
  ParseText(
      "proposal { changes { base_version: 3 rows { category { category_code: "
      "'light' name: '路灯' kind: CATEGORY_KIND_ASSET handle_limit_minutes: 60 "
      "} } } }",
      &messages[1]);
  messages[1].set_model_piece(model.substr(0, 100));
  messages[2].set_model_piece(model.substr(100));
  *messages[3].add_matters() = Matter("1");
  messages[3].mutable_matters(0)->mutable_matter()->set_text("一号院管道漏水");
  const auto answers = Replayed(messages);
  ASSERT_OK(answers);
  ASSERT_EQ((*answers)[0].differences_size(), 1);
  EXPECT_EQ((*answers)[0].differences(0).before().category_code(), "heat");
  EXPECT_EQ((*answers)[0].differences(0).after().category_code(), "light");
  messages[2].set_model_piece("no model");
  EXPECT_THAT(Replayed(messages),
              StatusIs(absl::StatusCode::kInvalidArgument, "model_piece"));
}

TEST_F(ServiceTest, EveryFaultOfAMessageIsNamed) {
  v1::ReplayMattersRequest message;
  message.add_matters();
  EXPECT_THAT(errors::ViolationsOf(Replayed({message}).status()),
              ElementsAre(HasSubstr("matters[0].reference"),
                          HasSubstr("matters[0].matter.time: is missing")));
  for (int i = 0; i < kMaxMatters; ++i) *message.add_matters() = Matter("1");
  message.mutable_matters()->DeleteSubrange(0, 1);
  ASSERT_OK(Replayed({message}));
  *message.add_matters() = Matter("1");
  EXPECT_THAT(errors::ViolationsOf(Replayed({message}).status()),
              ElementsAre(HasSubstr("matters: has 1001; at most 1000")));
}

TEST_F(ServiceTest, AProposalMustComeBeforeMattersAndContinueItself) {
  v1::ReplayMattersRequest matters;
  *matters.add_matters() = Matter("1");
  v1::ReplayMattersRequest version;
  version.mutable_proposal()->set_city_version(1);
  EXPECT_THAT(Replayed({matters, version, matters}),
              StatusIs(absl::StatusCode::kInvalidArgument, "first matters"));
  EXPECT_THAT(Replayed({version, version, matters}),
              StatusIs(absl::StatusCode::kInvalidArgument, "continue"));
}

TEST_F(ServiceTest, AReplayNeedsADeadlineOfAtMostAnHour) {
  EXPECT_THAT(Replayed({}, absl::InfiniteFuture()),
              StatusIs(absl::StatusCode::kInvalidArgument, "deadline"));
  EXPECT_THAT(Replayed({}, absl::Now() + absl::Hours(2)),
              StatusIs(absl::StatusCode::kInvalidArgument, "deadline"));
  const auto nothing = Replayed({});
  ASSERT_OK(nothing);
  EXPECT_EQ((*nothing)[0].summary().matter_count(), 0);
}

TEST_F(ServiceTest, AThirdAnalysisIsRefusedUntilOneEnds) {
  v1::ReplayMattersRequest message;
  *message.add_matters() = Matter("1");
  v1::ReplayMattersResponse answer;
  struct Open {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::ReplayMattersRequest,
                                             v1::ReplayMattersResponse>>
        stream;
  };
  Open open[2];
  for (Open& each : open) {
    each.context.set_deadline(absl::ToChronoTime(Soon()));
    each.stream = stub_->ReplayMatters(&each.context);
    ASSERT_TRUE(each.stream->Write(message));
    ASSERT_TRUE(each.stream->Read(&answer));
  }
  const auto refused = Replayed({message});
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, ""));
  EXPECT_GT(errors::RetryDelayOf(refused.status()), absl::ZeroDuration());
  EXPECT_THAT(Preview("city_version: 1"),
              StatusIs(absl::StatusCode::kResourceExhausted, ""));
  open[0].stream->WritesDone();
  ASSERT_TRUE(open[0].stream->Read(&answer));
  ASSERT_TRUE(open[0].stream->Finish().ok());
  EXPECT_OK(Replayed({message}));
  // The service ends what is open when it stops.
  host_->host().Stop(absl::Seconds(10));
  EXPECT_FALSE(open[1].stream->Read(&answer));
  EXPECT_EQ(open[1].stream->Finish().error_code(), grpc::UNAVAILABLE);
}

TEST(RequirePlannerTest, OfficersMustWorkInAnOperationCentre) {
  const auto city = MakeCity(
      {"officer { officer_id: 'planner' name: '王工' unit_id: 'os1' }"});
  const auto may = [&](const std::string& officer_id) {
    rpc::Caller caller;
    caller.officer_id = officer_id;
    return RequirePlanner(*city, caller);
  };
  EXPECT_OK(may("planner"));
  EXPECT_OK(may(""));  // No person: the policy has said who.
  EXPECT_THAT(may("o1"), StatusIs(absl::StatusCode::kPermissionDenied, ""));
  EXPECT_THAT(may("who"), StatusIs(absl::StatusCode::kPermissionDenied, ""));
}

}  // namespace
}  // namespace wangge::routing
