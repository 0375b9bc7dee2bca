// The unary RPCs of the registry, in a process as main() starts it.
#include <functional>

#include "base/clock.h"
#include "base/file.h"
#include "city/signature.h"
#include "errors/errors.h"
#include "services/registry/service_fixture.h"

namespace wangge::registry {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::ChangeSet;

TEST_F(RegistryServiceTest, AnEmptyRegistryIsReadyAndHasNoCity) {
  EXPECT_THAT(Call(&Stub::GetCityVersion, v1::GetCityVersionRequest()),
              StatusIs(absl::StatusCode::kNotFound, "city version"));
  EXPECT_THAT(Call(&Stub::CheckCity, v1::CheckCityRequest()),
              StatusIs(absl::StatusCode::kNotFound, "city version"));
  EXPECT_THAT(Call(&Stub::WhoIsResponsible, RoadAt(113.001)),
              StatusIs(absl::StatusCode::kNotFound, "city version"));
  const auto versions =
      Call(&Stub::ListCityVersions, v1::ListCityVersionsRequest());
  ASSERT_OK(versions);
  EXPECT_THAT(versions->versions(), IsEmpty());
}

// What a faulty request of each RPC is told.
TEST_F(RegistryServiceTest, FaultyFieldsAreNamed) {
  ASSERT_OK(Import({}));
  struct Faulty {
    std::function<absl::Status()> call;
    const char* fault;
  };
  const auto with = [this](auto method, auto request) {
    return [this, method, request] { return Call(method, request).status(); };
  };
  const std::vector<Faulty> table = {
      {with(&Stub::GetCityVersion,
            FromText<v1::GetCityVersionRequest>("version: -1")),
       "version is -1; use 1 or more, or 0"},
      {with(&Stub::ListCityVersions,
            FromText<v1::ListCityVersionsRequest>("page_size: -1")),
       "page_size is -1"},
      {with(&Stub::ListCityVersions,
            FromText<v1::ListCityVersionsRequest>("page_token: '5'")),
       "page_token is not a next_page_token"},
      {with(&Stub::DiffCityVersions, v1::DiffCityVersionsRequest()),
       "from_version is 0; use 1 or more"},
      {with(&Stub::DiffCityVersions, FromText<v1::DiffCityVersionsRequest>(
                                         "from_version: 1 to_version: -1")),
       "to_version is -1"},
      {with(&Stub::DiffCityVersions,
            FromText<v1::DiffCityVersionsRequest>(
                "from_version: 1 page_token: 'grid/w'")),
       "page_token is not"},
      {with(&Stub::GetRowHistory, v1::GetRowHistoryRequest()),
       "key.kind is empty"},
      {with(&Stub::GetRowHistory,
            FromText<v1::GetRowHistoryRequest>("key { kind: 'grid' }")),
       "key.id is empty"},
      {with(&Stub::ProposeChangeSet, v1::ProposeChangeSetRequest()),
       "request_id is not a UUID"},
      {with(&Stub::ProposeChangeSet, v1::ProposeChangeSetRequest()),
       "rows and removed_rows are empty"},
      {with(&Stub::ProposeChangeSet, v1::ProposeChangeSetRequest()),
       "base_version is 0"},
      {with(&Stub::ProposeChangeSet, v1::ProposeChangeSetRequest()),
       "comment is empty"},
      {with(&Stub::ProposeChangeSet,
            FromText<v1::ProposeChangeSetRequest>("rows {}")),
       "rows[0] has no kind or no id"},
      {with(&Stub::ProposeChangeSet,
            FromText<v1::ProposeChangeSetRequest>("removed_rows {}")),
       "removed_rows[0].id is empty"},
      {with(&Stub::ProposeChangeSet, FromText<v1::ProposeChangeSetRequest>(
                                         "activate_time { seconds: -1 }")),
       "activate_time is -1 s"},
      {with(&Stub::ProposeRollback, v1::ProposeRollbackRequest()),
       "to_version is 0"},
      {with(&Stub::ProposeRollback, v1::ProposeRollbackRequest()),
       "request_id is not a UUID"},
      {with(&Stub::ApproveChangeSet, v1::ApproveChangeSetRequest()),
       "change_set_id is not a UUID"},
      {with(&Stub::RejectChangeSet, v1::RejectChangeSetRequest()),
       "change_set_id is not a UUID"},
      {with(&Stub::RejectChangeSet, v1::RejectChangeSetRequest()),
       "reason is empty"},
      {with(&Stub::GetChangeSet, v1::GetChangeSetRequest()),
       "change_set_id is not a UUID"},
      {with(&Stub::ListChangeSets,
            FromText<v1::ListChangeSetsRequest>("page_size: -3")),
       "page_size is -3"},
      {with(&Stub::ListChangeSets,
            FromText<v1::ListChangeSetsRequest>("page_token: 'x'")),
       "page_token is not"},
      {[&] {
         v1::ListChangeSetsRequest request;
         request.set_state(static_cast<ChangeSet::State>(99));
         return Call(&Stub::ListChangeSets, request).status();
       },
       "state is 99"},
      {with(&Stub::CheckCity, FromText<v1::CheckCityRequest>("version: -1")),
       "version is -1"},
      {with(&Stub::WhoIsResponsible, v1::WhoIsResponsibleRequest()),
       "where is missing"},
      {with(&Stub::WhoIsResponsible, v1::WhoIsResponsibleRequest()),
       "category_code is empty"},
      {with(&Stub::WhoIsResponsible,
            FromText<v1::WhoIsResponsibleRequest>(
                "grid_id: 'w' category_code: 'road' time { nanos: -1 }")),
       "time is 0 s and -1 ns"},
      {with(&Stub::WhoIsResponsible, RoadAt(123.5)), "point lies outside"},
  };
  for (const Faulty& faulty : table) {
    EXPECT_THAT(faulty.call(), StatusIs(kInvalid, faulty.fault))
        << faulty.fault;
  }
  EXPECT_EQ(CurrentVersion(), 1);
}

TEST_F(RegistryServiceTest, WhatIsNotThereIsNotFound) {
  ASSERT_OK(Import({}));
  EXPECT_THAT(Call(&Stub::GetCityVersion,
                   FromText<v1::GetCityVersionRequest>("version: 9")),
              StatusIs(absl::StatusCode::kNotFound, "9"));
  EXPECT_THAT(Call(&Stub::DiffCityVersions,
                   FromText<v1::DiffCityVersionsRequest>("from_version: 9")),
              StatusIs(absl::StatusCode::kNotFound, "9"));
  EXPECT_THAT(
      Call(&Stub::GetRowHistory, FromText<v1::GetRowHistoryRequest>(
                                     "key { kind: 'grid' id: 'nowhere' }")),
      StatusIs(absl::StatusCode::kNotFound, "nowhere"));
  v1::GetChangeSetRequest request;
  request.set_change_set_id(NewUuid());
  EXPECT_THAT(Call(&Stub::GetChangeSet, request),
              StatusIs(absl::StatusCode::kNotFound, request.change_set_id()));
  EXPECT_THAT(Call(&Stub::WhoIsResponsible,
                   FromText<v1::WhoIsResponsibleRequest>(
                       "grid_id: 'nowhere' category_code: 'road'")),
              StatusIs(absl::StatusCode::kNotFound, "nowhere"));
  EXPECT_THAT(
      Call(&Stub::WhoIsResponsible, FromText<v1::WhoIsResponsibleRequest>(
                                        "grid_id: 'w' category_code: 'none'")),
      StatusIs(absl::StatusCode::kNotFound, "none"));
  EXPECT_THAT(
      Call(&Stub::WhoIsResponsible,
           FromText<v1::WhoIsResponsibleRequest>(
               "grid_id: 'w' category_code: 'road' time { seconds: 1 }")),
      StatusIs(absl::StatusCode::kNotFound, "city version"));
}

TEST_F(RegistryServiceTest, VersionsComeInPages) {
  ASSERT_OK(Import({}));
  ASSERT_OK(Import({"calendar_day { date: '2026-10-01' }"}));
  ASSERT_OK(Import({"calendar_day { date: '2026-10-02' }"}));
  v1::ListCityVersionsRequest request;
  request.set_page_size(2);
  const auto first = Call(&Stub::ListCityVersions, request);
  ASSERT_OK(first);
  ASSERT_THAT(first->versions(), SizeIs(2));
  EXPECT_EQ(first->versions(0).version(), 3);
  request.set_page_token(first->next_page_token());
  const auto last = Call(&Stub::ListCityVersions, request);
  ASSERT_OK(last);
  ASSERT_THAT(last->versions(), SizeIs(1));
  EXPECT_EQ(last->versions(0).version(), 1);
  EXPECT_EQ(last->next_page_token(), "");
  // A page that the rest just fills is the last one.
  request.set_page_size(1);
  EXPECT_EQ(Call(&Stub::ListCityVersions, request)->next_page_token(), "");
}

TEST_F(RegistryServiceTest, PagesOfADifferenceCompareTheSameVersions) {
  ASSERT_OK(Import({}));
  ASSERT_OK(Import({"calendar_day { date: '2026-10-01' }",
                    "calendar_day { date: '2026-10-02' }",
                    "officer { officer_id: 'o' name: '子' unit_id: 'oc' }"}));
  v1::DiffCityVersionsRequest request;
  request.set_from_version(1);
  request.set_page_size(2);
  const auto first = Call(&Stub::DiffCityVersions, request);
  ASSERT_OK(first);
  EXPECT_EQ(first->total_count(), 3);
  ASSERT_THAT(first->differences(), SizeIs(2));
  EXPECT_EQ(first->differences(0).key().id(), "2026-10-01");
  EXPECT_FALSE(first->differences(0).has_before());

  ASSERT_OK(Import({}));  // As it was at first.
  request.set_page_token(first->next_page_token());
  const auto last = Call(&Stub::DiffCityVersions, request);
  ASSERT_OK(last);
  ASSERT_THAT(last->differences(), SizeIs(1));
  EXPECT_EQ(last->differences(0).key().id(), "o");
  EXPECT_EQ(last->differences(0).before().officer().name(), "甲");
  EXPECT_EQ(last->differences(0).after().officer().name(), "子");
  EXPECT_EQ(last->next_page_token(), "");
  // The token is of this question.
  request.set_from_version(2);
  EXPECT_THAT(Call(&Stub::DiffCityVersions, request),
              StatusIs(kInvalid, "page_token is of a request with other"));
}

TEST_F(RegistryServiceTest, ChangeSetsComeInPages) {
  ASSERT_OK(Import({}));
  std::vector<std::string> ids;
  for (const char* name : {"子", "丑", "寅"}) {
    ids.push_back(Proposed({absl::StrCat("officer { officer_id: 'ow' name: '",
                                         name, "' unit_id: 'uw' }")})
                      .change_set_id());
  }
  v1::ListChangeSetsRequest request;
  request.set_state(ChangeSet::STATE_PROPOSED);
  request.set_page_size(2);
  const auto first = Call(&Stub::ListChangeSets, request);
  ASSERT_OK(first);
  ASSERT_THAT(first->change_sets(), SizeIs(2));
  EXPECT_EQ(first->change_sets(0).change_set_id(), ids[2]);
  EXPECT_EQ(first->change_sets(1).change_set_id(), ids[1]);
  EXPECT_THAT(first->change_sets(0).rows(), IsEmpty());
  request.set_page_token(first->next_page_token());
  const auto last = Call(&Stub::ListChangeSets, request);
  ASSERT_OK(last);
  ASSERT_THAT(last->change_sets(), SizeIs(1));
  EXPECT_EQ(last->change_sets(0).change_set_id(), ids[0]);
  EXPECT_EQ(last->next_page_token(), "");
  request.set_state(ChangeSet::STATE_REJECTED);
  EXPECT_THAT(Call(&Stub::ListChangeSets, request),
              StatusIs(kInvalid, "page_token is of a request with other"));
  request.clear_page_token();
  EXPECT_THAT(Call(&Stub::ListChangeSets, request)->change_sets(), IsEmpty());
}

TEST_F(RegistryServiceTest, OnePersonProposesAnotherApproves) {
  ASSERT_OK(Import({"officer { officer_id: 'p' name: '丁' unit_id: 'oc' }"}));
  const auto request = Proposal(1, {kSmallerEast});
  // Whoever does not plan the grids changes nothing.
  EXPECT_THAT(CallAs("ow", &Stub::ProposeChangeSet, request),
              StatusIs(kDenied, "officer/ow"));
  const auto proposed = CallAs("o", &Stub::ProposeChangeSet, request);
  ASSERT_OK(proposed);
  EXPECT_EQ(proposed->state(), ChangeSet::STATE_PROPOSED);
  EXPECT_EQ(proposed->author(), "officer/o");
  EXPECT_THAT(proposed->new_faults(), SizeIs(1));
  EXPECT_EQ(CallAs("o", &Stub::ProposeChangeSet, request)->change_set_id(),
            proposed->change_set_id());

  v1::GetChangeSetRequest get;
  get.set_change_set_id(proposed->change_set_id());
  EXPECT_THAT(CallAs("ow", &Stub::GetChangeSet, get)->rows(), SizeIs(1));

  v1::ApproveChangeSetRequest approve;
  approve.set_change_set_id(proposed->change_set_id());
  EXPECT_THAT(CallAs("o", &Stub::ApproveChangeSet, approve),
              StatusIs(kWrongState, "another person"));
  EXPECT_THAT(CallAs("ow", &Stub::ApproveChangeSet, approve),
              StatusIs(kDenied, "officer/ow"));
  const auto approved = CallAs("p", &Stub::ApproveChangeSet, approve);
  ASSERT_OK(approved);
  EXPECT_EQ(approved->version(), 2);
  EXPECT_EQ(CurrentVersion(), 2);

  v1::RejectChangeSetRequest reject;
  reject.set_change_set_id(proposed->change_set_id());
  reject.set_reason("no");
  EXPECT_THAT(CallAs("p", &Stub::RejectChangeSet, reject),
              StatusIs(kWrongState, "rejection"));
}

TEST_F(RegistryServiceTest, ARejectedChangeSetKeepsItsReason) {
  ASSERT_OK(Import({}));
  const ChangeSet proposed = Proposed({kSmallerEast});
  v1::RejectChangeSetRequest reject;
  reject.set_change_set_id(proposed.change_set_id());
  reject.set_reason("a gap");
  EXPECT_THAT(CallAs("ow", &Stub::RejectChangeSet, reject),
              StatusIs(kDenied, "officer/ow"));
  const auto rejected = Call(&Stub::RejectChangeSet, reject);
  ASSERT_OK(rejected);
  EXPECT_EQ(rejected->state(), ChangeSet::STATE_REJECTED);
  EXPECT_EQ(rejected->reason(), "a gap");
  EXPECT_EQ(CurrentVersion(), 1);
}

TEST_F(RegistryServiceTest, ProposalsSayWhatIsWrongWithThem) {
  ASSERT_OK(Import({}));
  const auto request = Proposal(1, {kSmallerEast});
  ASSERT_OK(Call(&Stub::ProposeChangeSet, request));
  auto reused = request;
  reused.set_comment("another");
  const auto status = Call(&Stub::ProposeChangeSet, reused).status();
  EXPECT_THAT(status, StatusIs(kInvalid, "another body"));
  EXPECT_EQ(errors::ReasonOf(status),
            common::v1::ERROR_REASON_REQUEST_ID_REUSED);
  EXPECT_THAT(Call(&Stub::ProposeChangeSet, Proposal(7, {kSmallerEast})),
              StatusIs(absl::StatusCode::kAborted, "at version 1"));
  EXPECT_THAT(Call(&Stub::ProposeChangeSet, Proposal(1, {kEast})),
              StatusIs(kInvalid, "change nothing"));
  EXPECT_THAT(
      Call(&Stub::ProposeChangeSet,
           Proposal(1, {"officer { officer_id: 'ow' unit_id: 'gone' }"})),
      StatusIs(kWrongState, "officer/ow"));
}

TEST_F(RegistryServiceTest, ARollbackLeadsBack) {
  ASSERT_OK(Import({}));
  ASSERT_OK(Import({"calendar_day { date: '2026-10-01' }"}));
  v1::ProposeRollbackRequest request;
  request.set_request_id(NewUuid());
  request.set_base_version(2);
  request.set_to_version(9);
  request.set_comment("back");
  EXPECT_THAT(Call(&Stub::ProposeRollback, request),
              StatusIs(absl::StatusCode::kNotFound, "9"));
  EXPECT_THAT(CallAs("ow", &Stub::ProposeRollback, request),
              StatusIs(kDenied, "officer/ow"));
  request.set_to_version(1);
  const auto rollback = Call(&Stub::ProposeRollback, request);
  ASSERT_OK(rollback);
  v1::ApproveChangeSetRequest approve;
  approve.set_change_set_id(rollback->change_set_id());
  ASSERT_OK(CallAs("o", &Stub::ApproveChangeSet, approve));
  const auto hash_of = [this](int64_t version) {
    v1::GetCityVersionRequest get;
    get.set_version(version);
    return Call(&Stub::GetCityVersion, get)->content_hash();
  };
  EXPECT_EQ(hash_of(3), hash_of(1));
}

TEST_F(RegistryServiceTest, ARowHasItsHistory) {
  ASSERT_OK(Import({}));
  ASSERT_OK(Import({"officer { officer_id: 'o' name: '子' unit_id: 'oc' }"}));
  const auto history = Call(
      &Stub::GetRowHistory,
      FromText<v1::GetRowHistoryRequest>("key { kind: 'officer' id: 'o' }"));
  ASSERT_OK(history);
  ASSERT_THAT(history->versions(), SizeIs(2));
  EXPECT_EQ(history->versions(0).row().officer().name(), "子");
  EXPECT_FALSE(history->versions(0).has_to());
  EXPECT_EQ(history->versions(1).from().version(), 1);
  EXPECT_EQ(history->versions(1).to().version(), 2);
}

TEST_F(RegistryServiceTest, TellsWhoIsResponsible) {
  ASSERT_OK(Import({}));
  const absl::Time before = absl::Now();
  EXPECT_EQ(Call(&Stub::WhoIsResponsible, RoadAt(113.001))->unit_id(), "uw");
  EXPECT_EQ(CallAs("ow", &Stub::WhoIsResponsible, RoadAt(113.009))->unit_id(),
            "ue");
  ASSERT_OK(
      Import({"unit { unit_id: 'ue' name: '东区城管' parent_unit_id: "
              "'oc' kind: UNIT_KIND_DEPARTMENT function: 'other' "
              "jurisdiction_grid_ids: 'e' }"}));
  EXPECT_EQ(Call(&Stub::WhoIsResponsible, RoadAt(113.009))->unit_id(), "oc");
  auto then = RoadAt(113.009);
  *then.mutable_time() = ToProto(before);
  const auto answer = Call(&Stub::WhoIsResponsible, then);
  ASSERT_OK(answer);
  EXPECT_EQ(answer->unit_id(), "ue");
  EXPECT_EQ(answer->city_version(), 1);
}

TEST_F(RegistryServiceTest, ACertificateIsSignedByTheRegistry) {
  ASSERT_OK(Import({}));
  const auto certificate = Call(&Stub::CheckCity, v1::CheckCityRequest());
  ASSERT_OK(certificate);
  EXPECT_EQ(certificate->version().version(), 1);
  const auto signer = ReadFile(rpc::TestFile("service-registry.crt"));
  ASSERT_OK(signer);
  EXPECT_OK(city::Verify(*signer, *certificate));
  auto forged = *certificate;
  forged.set_certified(!forged.certified());
  EXPECT_FALSE(city::Verify(*signer, forged).ok());
}

TEST_F(RegistryServiceTest, ADatabaseThatIsNotMigratedEndsTheStart) {
  const auto empty = db::TempDatabase::Create("registry", {});
  ASSERT_OK(empty);
  rpc::Environment environment;
  environment.dsn = (*empty)->dsn();
  environment.db_connections = 1;
  EXPECT_FALSE(
      rpc::TestHost::Start("registry", environment, RegistryService::Create)
          .ok());
}

}  // namespace
}  // namespace wangge::registry
