// What networks and databases do to the store: answers that are lost after the
// commit, a server that hangs, transactions that cannot be serialized, a full
// disk. What was acknowledged is there once.
#include <thread>

#include "errors/errors.h"
#include "gmock/gmock.h"
#include "services/cases/change/timers.h"
#include "services/cases/domain/limits.h"
#include "services/cases/test_rooms.h"
#include "testing/status.h"
#include "testing/tcp_proxy.h"

namespace wangge::cases {
namespace {

class FaultTest : public RoomsTest {
 protected:
  // The store speaks to the database through a proxy, over one connection.
  void SetUp() override {
    RoomsTest::SetUp();
    const std::string dsn = database_->dsn();
    const size_t at = dsn.find("port=");
    ASSERT_NE(at, std::string::npos);
    proxy_ = std::make_unique<TcpProxy>(std::atoi(dsn.c_str() + at + 5));
    db::PoolOptions options;
    options.dsn = absl::StrCat(dsn, " port=", proxy_->port());
    options.size = 1;
    options.statements = sql::kStatements;
    options.statement_timeout = absl::Milliseconds(500);
    auto pool = db::Pool::Open(options);
    ASSERT_OK(pool);
    direct_pool_ = std::exchange(pool_, *std::move(pool));
    direct_rooms_ =
        std::exchange(rooms_, std::make_unique<Rooms>(pool_.get(), &keys_));
    // From now on, what a test names is sent for no other reason.
    ASSERT_OK(rooms_->admitter.NextCaseNo("410105", absl::Now(), Soon()));
  }

  void Run(const std::string& sql) {
    ASSERT_OK(db::RunScript(database_->dsn(), sql));
  }

  // The next two inserts into a table fail, each ending its transaction.
  void FailTwice(const std::string& table, const std::string& sqlstate) {
    Run(absl::StrCat(
        "CREATE SEQUENCE faults; CREATE FUNCTION fail() RETURNS trigger AS $$ "
        "BEGIN IF nextval('faults') <= 2 THEN RAISE EXCEPTION 'on purpose' "
        "USING ERRCODE = '",
        sqlstate,
        "'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql; "
        "CREATE TRIGGER fail BEFORE INSERT ON ",
        table, " FOR EACH ROW EXECUTE FUNCTION fail()"));
  }

  size_t CountCases() {
    return direct_rooms_->query.List({}, {Soon(), ""}, 1000, Soon())->size();
  }

  std::unique_ptr<TcpProxy> proxy_;
  // Without the proxy.
  std::unique_ptr<db::Pool> direct_pool_;
  std::unique_ptr<Rooms> direct_rooms_;
};

TEST_F(FaultTest, AnAdmissionWhoseAnswerWasLostMadeOneCase) {
  const v1::Admission admission = Admission("a");
  proxy_->CutNextAnswerTo("admit_reports");
  const auto response = Admit({admission});
  EXPECT_TRUE(proxy_->has_cut());
  ASSERT_OK(response);
  EXPECT_TRUE(response->results(0).replayed());
  EXPECT_EQ(CountCases(), 1U);
  const auto timeline =
      direct_rooms_->query.Timeline(response->results(0).case_no(), Soon());
  EXPECT_EQ(Fold(*timeline).version(), 3);
}

TEST_F(FaultTest, AChangeWhoseAnswerWasLostIsMadeOnce) {
  const std::string case_no = Admit({Admission("a")})->results(0).case_no();
  proxy_->CutNextAnswerTo("commit_changes");
  bool changed = false;
  const auto accepted = Accept(case_no, NewUuid(), "d", &changed);
  EXPECT_TRUE(proxy_->has_cut());
  ASSERT_OK(accepted);
  EXPECT_EQ(accepted->version(), 4);
  EXPECT_EQ(direct_rooms_->query.Timeline(case_no, Soon())->size(), 4U);
}

TEST_F(FaultTest, AMergeWhoseCommitIsUnknownIsMadeOnceWhenRepeated) {
  auto at_spot = [](const std::string& ref) {
    v1::Admission a = Admission(ref, "97号门前路面塌陷");
    auto& place = *a.mutable_plan()->mutable_place();
    place.add_grid_ids("m");
    place.mutable_point()->set_latitude_deg(34.5);
    return a;
  };
  const std::string master = Admit({at_spot("a")})->results(0).case_no();
  const v1::Admission twin = at_spot("b");
  proxy_->CutNextAnswerTo("COMMIT");
  const auto first = Admit({twin});
  EXPECT_TRUE(proxy_->has_cut());
  const auto again = Admit({twin});  // As a source does without an answer.
  ASSERT_OK(again);
  EXPECT_EQ(again->results(0).master_case_no(), master);
  EXPECT_EQ(CountCases(), 2U);
  EXPECT_EQ(Load(master, direct_rooms_.get())->reports_size(), 2);
}

TEST_F(FaultTest, ATimerWhoseAnswerWasLostFiresOnce) {
  const std::string case_no = Admit({Admission("a")})->results(0).case_no();
  const absl::Time due = *NextTimer(*Load(case_no)) + absl::Seconds(1);
  Timers timers(&rooms_->changes);
  for (const char* statement : {"commit_changes", "claim_due_cases"}) {
    proxy_->CutNextAnswerTo(statement);
    timers.FireDue(*city_, due, 10, Soon()).IgnoreError();
    EXPECT_TRUE(proxy_->has_cut()) << statement;
    if (statement == std::string("commit_changes")) continue;
    // The claim whose answer was lost ends by itself.
    Run("UPDATE timer_lease SET lease_end = now()");
    ASSERT_OK(timers.FireDue(*city_, due, 10, Soon()));
  }
  int urges = 0;
  const auto timeline = direct_rooms_->query.Timeline(case_no, Soon());
  for (const CaseEvent& event : *timeline) urges += event.has_urged();
  EXPECT_EQ(urges, 1);
}

TEST_F(FaultTest, AServerThatHangsHoldsNobodyForLong) {
  const std::string case_no = Admit({Admission("a")})->results(0).case_no();
  proxy_->Hang();
  const absl::Time start = absl::Now();
  const auto response = Admit({Admission("b")});
  EXPECT_THAT(response.status().code(),
              ::testing::AnyOf(absl::StatusCode::kUnavailable,
                               absl::StatusCode::kDeadlineExceeded));
  EXPECT_LT(absl::Now() - start, absl::Seconds(40));
  proxy_->Resume();
  ASSERT_OK(Admit({Admission("b")}));
  EXPECT_EQ(CountCases(), 2U);
}

TEST_F(FaultTest, WhatCannotBeSerializedIsRepeated) {
  for (const char* sqlstate : {"40001", "40P01"}) {
    Run("DROP FUNCTION IF EXISTS fail() CASCADE; DROP SEQUENCE IF EXISTS "
        "faults");
    FailTwice("event", sqlstate);
    const auto response = Admit({Admission(sqlstate)});
    ASSERT_OK(response);
    EXPECT_FALSE(response->results(0).replayed());
  }
  EXPECT_EQ(CountCases(), 2U);
}

TEST_F(FaultTest, AFullDiskIsSaidAndChangesNothing) {
  const std::string case_no = Admit({Admission("a")})->results(0).case_no();
  FailTwice("event", "53100");
  EXPECT_THAT(Admit({Admission("b")}).status(),
              StatusIs(absl::StatusCode::kResourceExhausted, ""));
  bool changed = false;
  EXPECT_THAT(Accept(case_no, NewUuid(), "d", &changed),
              StatusIs(absl::StatusCode::kResourceExhausted, ""));
  EXPECT_EQ(CountCases(), 1U);
  EXPECT_EQ(Load(case_no, direct_rooms_.get())->version(), 3);
  // There is room again.
  ASSERT_OK(Admit({Admission("b")}));
  ASSERT_OK(Accept(case_no, NewUuid(), "d", &changed));
}

}  // namespace
}  // namespace wangge::cases
