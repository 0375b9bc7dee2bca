#include <thread>

#include "base/clock.h"
#include "base/uuid.h"
#include "city/city.h"
#include "db/temp_database.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/city_feed.h"
#include "services/registry/ledger.h"
#include "services/registry/questions.h"
#include "services/registry/sql.h"
#include "services/registry/test_city.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::registry {
namespace {

using city::CityRow;
using city::RowMap;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using v1::ChangeSet;

constexpr auto kAborted = absl::StatusCode::kAborted;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

class LedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = db::TempDatabase::Create("registry", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    auto pool = db::Pool::Open(
        {.dsn = database_->dsn(), .size = 4, .statements = sql::kStatements});
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    store_ = std::make_unique<Store>(pool_.get());
    ledger_ = NewLedger();
  }

  std::unique_ptr<Ledger> NewLedger() {
    return std::make_unique<Ledger>(store_.get(), [this](const CityPtr& city) {
      published_.push_back(city->version().version());
    });
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  absl::StatusOr<v1::ImportCityResponse> Import(
      const std::vector<std::string>& extra) {
    return ledger_->Import(TestRows(extra), "admin/t", "why", Soon());
  }

  static v1::ProposeChangeSetRequest Proposal(
      int64_t base, const std::vector<std::string>& rows) {
    v1::ProposeChangeSetRequest request;
    request.set_request_id(NewUuid());
    request.set_base_version(base);
    request.set_comment("why");
    for (const auto& row : rows) *request.add_rows() = FromText<CityRow>(row);
    return request;
  }

  absl::StatusOr<ChangeSet> Propose(const v1::ProposeChangeSetRequest& r,
                                    const std::string& author = "officer/a") {
    return ledger_->Propose(r, author, Soon());
  }

  std::string UnitAt(double longitude, absl::Time time) {
    v1::WhoIsResponsibleRequest request;
    request.mutable_point()->set_latitude_deg(34.005);
    request.mutable_point()->set_longitude_deg(longitude);
    request.mutable_point()->set_coordinate_system(
        common::v1::COORDINATE_SYSTEM_WGS84);
    request.set_category_code("road");
    const auto city = ledger_->AtTime(time, Soon());
    EXPECT_OK(city);
    const auto response = ResponsibleFor(**city, request, time);
    EXPECT_OK(response);
    return response->unit_id();
  }

  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<Store> store_;
  std::vector<int64_t> published_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(LedgerTest, ImportsAreDifferencesAndTheSameCityMakesNone) {
  const auto first = Import({"calendar_day { date: '2026-10-01' }",
                             "officer { officer_id: 'x' unit_id: 'oc' }"});
  ASSERT_OK(first);
  EXPECT_EQ(first->version().version(), 1);
  EXPECT_EQ(first->added_count(), 13);
  const auto again = Import({"calendar_day { date: '2026-10-01' }",
                             "officer { officer_id: 'x' unit_id: 'oc' }"});
  ASSERT_OK(again);
  EXPECT_EQ(again->version().version(), 1);
  const auto second =
      Import({"officer { officer_id: 'x' unit_id: 'oc' name: '甲' }",
              "officer { officer_id: 'y' unit_id: 'oc' }"});
  ASSERT_OK(second);
  EXPECT_EQ(second->version().version(), 2);
  EXPECT_EQ(second->added_count(), 1);
  EXPECT_EQ(second->changed_count(), 1);
  EXPECT_EQ(second->removed_count(), 1);
  EXPECT_THAT(published_, ElementsAre(1, 2));
  // What is stored is what is held.
  const auto stored = store_->LoadRows(Soon());
  ASSERT_OK(stored);
  EXPECT_EQ(city::ContentHash(*stored), second->version().content_hash());
}

TEST_F(LedgerTest, DifferencesLeadBothWays) {
  ASSERT_OK(Import({"calendar_day { date: '2026-10-01' }"}));
  ASSERT_OK(Import({"officer { officer_id: 'x' unit_id: 'oc' }"}));
  ASSERT_OK(Import({"officer { officer_id: 'x' unit_id: 'oc' name: '甲' }"}));
  const auto forth = store_->LoadChanges(1, 3, Soon());
  ASSERT_OK(forth);
  EXPECT_THAT(forth->upserts, SizeIs(1));
  EXPECT_THAT(forth->removals, ElementsAre("calendar_day/2026-10-01"));
  const auto back = store_->LoadChanges(3, 1, Soon());
  ASSERT_OK(back);
  EXPECT_THAT(back->upserts, SizeIs(1));
  EXPECT_THAT(back->removals, ElementsAre("officer/x"));
  const auto one_back = store_->LoadChanges(3, 2, Soon());
  ASSERT_OK(one_back);
  EXPECT_EQ(one_back->upserts.at("officer/x")->officer().name(), "");
  // Old versions are made from the current one and prove their hash.
  for (int64_t version = 1; version <= 3; ++version) {
    const auto city = ledger_->At(version, Soon());
    ASSERT_OK(city);
    EXPECT_EQ((*city)->version().content_hash(),
              store_->GetVersion(version, Soon())->content_hash());
  }
  EXPECT_THAT(ledger_->At(4, Soon()), StatusIs(kNotFound, "city version"));
}

TEST_F(LedgerTest, AFaultyCityChangesNothing) {
  EXPECT_THAT(Import({"officer { officer_id: 'x' unit_id: 'gone' }"}),
              StatusIs(kPrecondition, "officer/x"));
  EXPECT_THAT(store_->GetVersion(0, Soon()), StatusIs(kNotFound, "version"));
  EXPECT_EQ(ledger_->Current(), nullptr);
}

TEST_F(LedgerTest, TheSecondOfTwoSimultaneousImportsIsAborted) {
  ASSERT_OK(Import({}));
  const auto other = NewLedger();
  ASSERT_OK(other->Refresh(Soon()));
  ASSERT_OK(Import({"officer { officer_id: 'x' unit_id: 'oc' }"}));
  EXPECT_THAT(
      other->Import(TestRows({"officer { officer_id: 'y' unit_id: 'oc' }"}),
                    "admin/t", "why", Soon()),
      StatusIs(kAborted, "city"));
  // The other one catches up by the difference.
  ASSERT_OK(other->Refresh(Soon()));
  EXPECT_EQ(other->Current()->version().version(), 2);
  EXPECT_NE(other->Current()->FindOfficer("x"), nullptr);
}

TEST_F(LedgerTest, AChangeSetTakesEffectWhenAnotherPersonApproves) {
  ASSERT_OK(Import({}));
  const auto request = Proposal(1, {kSmallerEast});
  const auto proposed = Propose(request);
  ASSERT_OK(proposed);
  EXPECT_EQ(proposed->state(), ChangeSet::STATE_PROPOSED);
  // The certificate tells beforehand that the ground gets a gap.
  ASSERT_THAT(proposed->new_faults(), SizeIs(1));
  EXPECT_EQ(proposed->new_faults(0).kind(), registry::v1::CITY_FAULT_KIND_GAP);
  EXPECT_EQ(ledger_->Current()->version().version(), 1);
  // The same request, the same answer; another body, an error.
  EXPECT_EQ(Propose(request)->change_set_id(), proposed->change_set_id());
  auto other = request;
  other.set_comment("another");
  EXPECT_THAT(Propose(other),
              StatusIs(absl::StatusCode::kInvalidArgument, "another body"));

  const std::string& id = proposed->change_set_id();
  EXPECT_THAT(ledger_->Approve(id, "officer/a", Soon()),
              StatusIs(kPrecondition, "another person"));
  const auto approved = ledger_->Approve(id, "officer/b", Soon());
  ASSERT_OK(approved);
  EXPECT_EQ(approved->state(), ChangeSet::STATE_ACTIVATED);
  EXPECT_EQ(approved->version(), 2);
  EXPECT_EQ(ledger_->Current()->version().version(), 2);
  EXPECT_EQ(ledger_->Current()->version().author(), "officer/a");
  // Again changes nothing; by somebody else is an error.
  EXPECT_EQ(ledger_->Approve(id, "officer/b", Soon())->version(), 2);
  EXPECT_THAT(ledger_->Approve(id, "officer/c", Soon()),
              StatusIs(kPrecondition, "officer/b"));
  EXPECT_THAT(ledger_->Reject(id, "officer/c", "no", Soon()),
              StatusIs(kPrecondition, "rejection"));
}

TEST_F(LedgerTest, OfTwoApproversAtOnceOneWins) {
  ASSERT_OK(Import({}));
  const auto proposed = Propose(Proposal(1, {kSmallerEast}));
  ASSERT_OK(proposed);
  const auto other = NewLedger();
  ASSERT_OK(other->Refresh(Soon()));
  absl::StatusOr<ChangeSet> by_b;
  absl::StatusOr<ChangeSet> by_c;
  std::thread b([&] {
    by_b = ledger_->Approve(proposed->change_set_id(), "officer/b", Soon());
  });
  std::thread c([&] {
    by_c = other->Approve(proposed->change_set_id(), "officer/c", Soon());
  });
  b.join();
  c.join();
  EXPECT_NE(by_b.ok(), by_c.ok());
  EXPECT_EQ(store_->GetVersion(0, Soon())->version(), 2);
}

TEST_F(LedgerTest, AnOldBaseIsRefusedWithTheCurrentVersion) {
  ASSERT_OK(Import({}));
  const auto early = Propose(Proposal(1, {kSmallerEast}));
  ASSERT_OK(early);
  const auto elsewhere = Propose(
      Proposal(1, {"officer { officer_id: 'ow' name: '丁' unit_id: 'uw' }"}));
  ASSERT_OK(elsewhere);
  ASSERT_OK(ledger_->Approve(elsewhere->change_set_id(), "officer/b", Soon()));
  const auto late = Propose(Proposal(1, {kSmallerEast}));
  EXPECT_THAT(late, StatusIs(kAborted, "at version 2"));
  EXPECT_EQ(errors::MetadataOf(late.status(), "etag"), "2");
  // What others changed elsewhere does not matter to a proposal.
  ASSERT_OK(ledger_->Approve(early->change_set_id(), "officer/b", Soon()));
  EXPECT_EQ(ledger_->Current()->version().version(), 3);
  EXPECT_EQ(ledger_->Current()->FindOfficer("ow")->name(), "丁");
}

TEST_F(LedgerTest, WhatChangedMeanwhileIsNotOverwritten) {
  ASSERT_OK(Import({}));
  const auto first = Propose(
      Proposal(1, {"officer { officer_id: 'ow' name: '丁' unit_id: 'uw' }"}));
  const auto second = Propose(
      Proposal(1, {"officer { officer_id: 'ow' name: '戊' unit_id: 'uw' }"}));
  ASSERT_OK(ledger_->Approve(first->change_set_id(), "officer/b", Soon()));
  EXPECT_THAT(ledger_->Approve(second->change_set_id(), "officer/b", Soon()),
              StatusIs(kAborted, "based on version 1"));
  EXPECT_EQ(ledger_->Current()->FindOfficer("ow")->name(), "丁");
}

TEST_F(LedgerTest, DutyTakesEffectAtOnceWithTheSameTrail) {
  ASSERT_OK(Import({}));
  const auto proposed = Propose(Proposal(
      1, {"duty_shift { shift_id: 's' unit_id: 'uw' officer_id: 'ow' role: "
          "DUTY_ROLE_PRIMARY weekdays: [1] start_minute: 0 end_minute: 60 }"}));
  ASSERT_OK(proposed);
  EXPECT_EQ(proposed->state(), ChangeSet::STATE_ACTIVATED);
  EXPECT_EQ(ledger_->Current()->ShiftsOf("uw").size(), 1U);
  const auto list = store_->ListChangeSets(
      ChangeSet::STATE_ACTIVATED, absl::Now() + absl::Hours(1), "", 10, Soon());
  ASSERT_OK(list);
  ASSERT_THAT(*list, SizeIs(1));
  EXPECT_EQ((*list)[0].author(), "officer/a");
  EXPECT_EQ((*list)[0].version(), 2);
}

TEST_F(LedgerTest, AnApprovedChangeSetWaitsForItsTime) {
  ASSERT_OK(Import({}));
  auto request = Proposal(1, {kSmallerEast});
  *request.mutable_activate_time() = ToProto(absl::Now() + absl::Seconds(1));
  const auto proposed = Propose(request);
  ASSERT_OK(proposed);
  const auto approved =
      ledger_->Approve(proposed->change_set_id(), "officer/b", Soon());
  ASSERT_OK(approved);
  EXPECT_EQ(approved->state(), ChangeSet::STATE_APPROVED);
  ledger_->ActivateDue(Soon());
  EXPECT_EQ(ledger_->Current()->version().version(), 1);
  while (ledger_->Current()->version().version() == 1) {
    ASSERT_LT(absl::Now(),
              FromProto(request.activate_time()) + absl::Seconds(10));
    ledger_->ActivateDue(Soon());
  }
  const auto after = store_->GetChangeSet(proposed->change_set_id(), Soon());
  EXPECT_EQ(after->change_set.state(), ChangeSet::STATE_ACTIVATED);
  EXPECT_EQ(after->change_set.decider(), "officer/b");
}

TEST_F(LedgerTest, WhatNoLongerFitsAtItsTimeFailsAndSaysWhy) {
  ASSERT_OK(Import({}));
  auto request = Proposal(1, {kSmallerEast});
  *request.mutable_activate_time() =
      ToProto(absl::Now() + absl::Milliseconds(500));
  const auto proposed = Propose(request);
  ASSERT_OK(proposed);
  ASSERT_OK(ledger_->Approve(proposed->change_set_id(), "officer/b", Soon()));
  // Somebody imports another east before the time comes.
  RowMap rows = TestRows({});
  CityRow east = FromText<CityRow>(kEast);
  east.mutable_grid()->set_name("新东区");
  city::AddRow(east, &rows);
  ASSERT_OK(ledger_->Import(rows, "admin/t", "why", Soon()));
  auto state = ChangeSet::STATE_APPROVED;
  while (state == ChangeSet::STATE_APPROVED) {
    ledger_->ActivateDue(Soon());
    state = store_->GetChangeSet(proposed->change_set_id(), Soon())
                ->change_set.state();
  }
  EXPECT_EQ(state, ChangeSet::STATE_FAILED);
  EXPECT_EQ(ledger_->Current()->FindGrid("e")->name(), "新东区");
}

TEST_F(LedgerTest, HistoryAnswersWhoWasResponsible) {
  ASSERT_OK(Import({}));
  const absl::Time before = absl::Now();
  EXPECT_EQ(UnitAt(113.0055, before), "ue");
  // The west grows to 113.006.
  CityRow west = FromText<CityRow>(kWest);
  auto* e7 = west.mutable_grid()
                 ->mutable_polygons(0)
                 ->mutable_rings(0)
                 ->mutable_coordinates_e7();
  e7->Set(2, 1130060000);
  e7->Set(4, 1130060000);
  auto request = Proposal(1, {kSmallerEast});
  *request.add_rows() = west;
  const auto proposed = Propose(request);
  ASSERT_OK(proposed);
  EXPECT_THAT(proposed->new_faults(), SizeIs(0));
  ASSERT_OK(ledger_->Approve(proposed->change_set_id(), "officer/b", Soon()));
  EXPECT_EQ(UnitAt(113.0055, absl::Now()), "uw");
  EXPECT_EQ(UnitAt(113.0055, before), "ue");
  EXPECT_THAT(ledger_->AtTime(before - absl::Hours(1), Soon()),
              StatusIs(kNotFound, "city version"));

  // Back again is a new version with the content of the old one.
  v1::ProposeRollbackRequest back;
  back.set_request_id(NewUuid());
  back.set_base_version(2);
  back.set_to_version(1);
  back.set_comment("back");
  const auto rollback = ledger_->ProposeRollback(back, "officer/a", Soon());
  ASSERT_OK(rollback);
  ASSERT_OK(ledger_->Approve(rollback->change_set_id(), "officer/b", Soon()));
  EXPECT_EQ(ledger_->Current()->version().version(), 3);
  EXPECT_EQ(ledger_->Current()->version().content_hash(),
            store_->GetVersion(1, Soon())->content_hash());
  EXPECT_EQ(UnitAt(113.0055, absl::Now()), "ue");
  const auto history =
      store_->LoadRowHistory(city::KeyOf(FromText<CityRow>(kWest)), Soon());
  ASSERT_OK(history);
  ASSERT_THAT(*history, SizeIs(3));
  EXPECT_EQ((*history)[1].from_version, 2);
  EXPECT_EQ((*history)[1].to_version, 3);
}

TEST_F(LedgerTest, ProposalsAreCheckedWhole) {
  ASSERT_OK(Import({}));
  EXPECT_THAT(Propose(Proposal(1, {"officer { officer_id: 'ow' name: '乙' "
                                   "unit_id: 'gone' }"})),
              StatusIs(kPrecondition, "officer/ow"));
  auto removal = Proposal(1, {});
  removal.add_removed_rows()->set_kind("unit");
  removal.mutable_removed_rows(0)->set_id("uw");
  EXPECT_THAT(Propose(removal),
              StatusIs(kPrecondition, "unit/uw: was removed, but 1 rows"));
  EXPECT_THAT(Propose(Proposal(1, {kEast})),
              StatusIs(absl::StatusCode::kInvalidArgument, "change nothing"));
}

TEST(MakePiecesTest, FirstAndLastAreMarked) {
  city::Changes changes;
  for (int i = 0; i < 5; ++i) {
    CityRow row;
    row.mutable_place()->set_place_id(absl::StrCat("p", i));
    row.mutable_place()->set_name(std::string(600'000, 'x'));
    city::AddRow(row, &changes.upserts);
  }
  const auto pieces = MakePieces({}, changes, true);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_TRUE(pieces.front().reset());
  EXPECT_FALSE(pieces.back().reset());
  EXPECT_FALSE(pieces.front().complete());
  EXPECT_TRUE(pieces.back().complete());
}

}  // namespace
}  // namespace wangge::registry
