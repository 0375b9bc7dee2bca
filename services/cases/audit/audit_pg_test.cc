// The auditor against tables that somebody has tampered with.
#include <filesystem>

#include "base/file.h"
#include "gmock/gmock.h"
#include "services/cases/audit/audit.h"
#include "services/cases/domain/proof.h"
#include "services/cases/privacy/privacy.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditTest : public RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    holder_.Set(city_);
    audit_store_ = std::make_unique<AuditStore>(pool_.get());
    roots_ = std::make_unique<DailyRoots>(FeedEnd(), audit_store_.get(), "");
    auditor_ = std::make_unique<Auditor>(
        audit_store_.get(), roots_.get(),
        [this](absl::Time deadline) {
          return rooms_->feed.OwedFeedback("", deadline);
        },
        &holder_);
    const auto admitted = Admit({Admission("a"), Admission("b")});
    ASSERT_OK(admitted);
    case_no_ = admitted->results(0).case_no();
    ASSERT_OK(Do("u1", case_no_, v1::AcceptAssignmentRequest()));
    // Nothing that runs elsewhere on the server holds the feed back.
    ASSERT_EQ(WaitForEvents(7).size(), 7U);
    ASSERT_OK(roots_->MakeIfDue(absl::Now()));
  }

  // What a whole audit finds, by kind.
  std::vector<v1::FindingKind> Audit(const std::string& case_no = "") {
    std::vector<v1::FindingKind> kinds;
    v1::AuditCasesResponse last;
    EXPECT_OK(auditor_->Run(case_no, [&](const v1::AuditCasesResponse& r) {
      for (const auto& finding : r.findings()) kinds.push_back(finding.kind());
      last = r;
      return true;
    }));
    EXPECT_TRUE(last.finished());
    EXPECT_EQ(last.case_count(), case_no.empty() ? 2 : 1);
    return kinds;
  }
  DailyRoots::FeedEnd FeedEnd() {
    return
        [this](absl::Time deadline) { return rooms_->feed.FeedEnd(deadline); };
  }
  void Tamper(const std::string& sql) {
    ASSERT_OK(db::RunScript(database_->dsn(), sql));
  }

  city::Holder holder_;
  std::unique_ptr<AuditStore> audit_store_;
  std::unique_ptr<DailyRoots> roots_;
  std::unique_ptr<Auditor> auditor_;
  std::string case_no_;
};

TEST_F(AuditTest, WhatTheEngineWroteIsClean) {
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_THAT(Audit(case_no_), IsEmpty());
}

TEST_F(AuditTest, ARowThatWasChangedIsFound) {
  Tamper("UPDATE cases SET state = 10 WHERE case_no = '" + case_no_ + "'");
  EXPECT_THAT(Audit(), ElementsAre(v1::FINDING_KIND_ROW_DIFFERS));
}

TEST_F(AuditTest, AnEventThatWasChangedBreaksTheChain) {
  Tamper(
      "UPDATE event SET body = body || '\\x00' WHERE sequence = 2 AND "
      "case_no = '" +
      case_no_ + "'");
  EXPECT_THAT(Audit(), ElementsAre(v1::FINDING_KIND_BROKEN_CHAIN));
}

TEST_F(AuditTest, AnEventThatWasTakenOutIsFoundAndSoIsItsDay) {
  Tamper("DELETE FROM event WHERE sequence = 4 AND case_no = '" + case_no_ +
         "'");
  EXPECT_THAT(Audit(), ElementsAre(v1::FINDING_KIND_ROW_DIFFERS,
                                   v1::FINDING_KIND_ROW_DIFFERS,
                                   v1::FINDING_KIND_WRONG_ROOT));
}

TEST_F(AuditTest, AWholeChainThatWasWrittenAnewFailsAtTheRootOfItsDay) {
  // Hashes that fit each other, but not the root that others have kept.
  Tamper("UPDATE event SET hash = sha256(hash) WHERE case_no = '" + case_no_ +
         "' AND sequence = 4");
  const auto kinds = Audit();
  EXPECT_EQ(kinds.back(), v1::FINDING_KIND_WRONG_ROOT);
}

TEST_F(AuditTest, ATimerThatDidNotFireIsFound) {
  Tamper(
      "UPDATE cases SET next_timer_time = now() - interval '1 hour' WHERE "
      "case_no = '" +
      case_no_ + "'");
  EXPECT_THAT(Audit(), ElementsAre(v1::FINDING_KIND_ROW_DIFFERS,
                                   v1::FINDING_KIND_TIMER_OVERDUE));
}

TEST_F(AuditTest, ASourceThatAcknowledgesNothingForDaysIsFound) {
  v1::Feedback old;
  *old.mutable_event_time() = ToProto(absl::Now() - absl::Hours(24 * 4));
  Tamper("INSERT INTO feedback (source_id, body) VALUES ('110', '\\x" +
         ToHex(old.SerializeAsString()) + "')");
  EXPECT_THAT(Audit(), ElementsAre(v1::FINDING_KIND_FEED_LAGS));
  const auto items = WaitForFeedback("110", 1);
  ASSERT_EQ(items.size(), 1U);
  ASSERT_OK(rooms_->feed.Acknowledge("110", items[0].cursor.ToText(), Soon()));
  EXPECT_THAT(Audit(), IsEmpty());
}

TEST_F(AuditTest, ACaseOfAUnitThatIsGoneIsAnOrphan) {
  std::vector<StoredCase> cases = *audit_store_->Cases("", case_no_, 1, Soon());
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_THAT(FindingsOf(cases[0], city_.get(), absl::Now()), IsEmpty());
  auto rows = city_->rows();
  city::RowMap without;
  rows.ForEach([&](const std::string& key, const auto& row) {
    if (row->has_unit() && row->unit().unit_id() == "urban") return;
    if (row->has_officer() && row->officer().unit_id() == "urban") return;
    without[key] = row;
  });
  const auto smaller = city::City::Build({}, without);
  ASSERT_OK(smaller);
  const auto found = FindingsOf(cases[0], smaller->get(), absl::Now());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind(), v1::FINDING_KIND_ORPHAN);
}

TEST_F(AuditTest, EveryEventLeadsToTheRootOfItsDayAndTheDayIsMadeOnce) {
  const auto roots = audit_store_->Roots("", Soon());
  ASSERT_OK(roots);
  ASSERT_EQ(roots->size(), 1U);
  EXPECT_EQ((*roots)[0].root.leaf_count(), 7);
  ASSERT_OK(roots_->MakeIfDue(absl::Now()));
  EXPECT_EQ(audit_store_->Roots("", Soon())->size(), 1U);

  std::vector<FeedCursor> cursors;
  auto events = audit_store_->StoredEvents(case_no_, &cursors, Soon());
  ASSERT_OK(events);
  ASSERT_OK(roots_->AddProofs(cursors, absl::Now(), &*events, Soon()));
  v1::GetCaseProofResponse proof;
  *proof.mutable_case_() = *Load(case_no_);
  for (auto& event : *events) {
    EXPECT_TRUE(event.has_proof());
    *proof.add_events() = event;
  }
  EXPECT_OK(Prove(proof));
  proof.mutable_events(1)->mutable_proof()->set_leaf_index(0);
  EXPECT_THAT(Prove(proof),
              StatusIs(absl::StatusCode::kDataLoss, "event 2: does not lead"));
  // Tomorrow's root takes up where this one ended, and has a line in the file.
  const std::string file =
      std::filesystem::temp_directory_path() / ("roots-" + NewUuid());
  DailyRoots kept(FeedEnd(), audit_store_.get(), file);
  ASSERT_OK(kept.MakeIfDue(absl::Now() + absl::Hours(24)));
  EXPECT_EQ(audit_store_->Roots("", Soon())->back().root.leaf_count(), 0);
  const auto text = ReadFile(file);
  ASSERT_OK(text);
  EXPECT_NE(text->find(" 0 e3b0c44298fc1c14"), std::string::npos);
  std::filesystem::remove(file);
}

TEST_F(AuditTest, ARedactionDeletesTheWordsAndKeepsTheProof) {
  v1::Admission secret = Admission("c", "张三家的电话是13912345678");
  secret.mutable_plan()->set_disposition(
      routing::v1::DISPOSITION_NEEDS_OPERATOR);
  const auto admitted = Admit({secret});
  ASSERT_OK(admitted);
  const std::string case_no = admitted->results(0).case_no();
  ASSERT_OK(Do("disp", case_no, v1::RejectCaseRequest()));
  v1::RedactReportRequest redact;
  const auto changed = RunChange(case_no, {"officer/disp", NewUuid(), "", ""},
                                 DecideAs("disp", redact), HookRedacting());
  ASSERT_OK(changed);
  EXPECT_EQ(changed->snapshot.text(), "");
  const auto cases = audit_store_->Cases("", case_no, 1, Soon());
  ASSERT_OK(cases);
  ASSERT_EQ(cases->size(), 1U);
  EXPECT_THAT((*cases)[0].events, ::testing::Not(IsEmpty()));
  for (const auto& event : (*cases)[0].events) {
    EXPECT_EQ(event.body().find("13912345678"), std::string::npos);
  }
  EXPECT_THAT(FindingsOf((*cases)[0], city_.get(), absl::Now()), IsEmpty());
  EXPECT_THAT(rooms_->reporters.Find(secret.report().key().report_id(), Soon())
                  .status(),
              StatusIs(absl::StatusCode::kNotFound, "reporter"));
}

}  // namespace
}  // namespace wangge::cases
