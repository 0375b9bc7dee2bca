// Reporters are deleted when their time is over, and not before.
#include "gmock/gmock.h"
#include "services/cases/audit/audit_store.h"
#include "services/cases/domain/proof.h"
#include "services/cases/privacy/retention.h"
#include "services/cases/test_rooms.h"
#include "testing/status.h"

namespace wangge::cases {
namespace {

constexpr absl::Duration kKeep = absl::Hours(24 * 365);

class RetentionTest : public RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    holder_.Set(city_);
  }

  std::string AdmitOne(const std::string& ref,
                       const std::string& disposition = "AUTO") {
    admission_ = Admission(ref);
    *admission_.mutable_plan() = CaseDriver::Plan(disposition, {"urban"});
    return Admit({admission_})->results(0).case_no();
  }

  void Cancel(const std::string& case_no) {
    v1::CancelCaseRequest cancel;
    cancel.set_reason("重复");
    ASSERT_OK(Do("disp", case_no, cancel));
    const auto loaded = Load(case_no);
    if (PendingApproval(*loaded) == nullptr) return;
    v1::DecideApprovalRequest decide;
    decide.set_approval_number(1);
    decide.set_approved(true);
    decide.set_reason("同意");
    ASSERT_OK(Do("disp2", case_no, decide));
  }

  int Run(absl::Duration later) {
    const FakeClock clock(absl::Now() + later);
    const auto erased =
        Retention(&rooms_->engine, &rooms_->reporters, &holder_, &clock, kKeep)
            .Run(Soon());
    EXPECT_OK(erased);
    return erased.ok() ? *erased : -1;
  }

  bool IsKept() {
    return rooms_->reporters.Find(admission_.report().key().report_id(), Soon())
        .ok();
  }

  city::Holder holder_;
  v1::Admission admission_;
};

TEST_F(RetentionTest, AReporterIsDeletedOnceWhenItsTimeIsOver) {
  const std::string case_no = AdmitOne("a");
  Cancel(case_no);
  EXPECT_EQ(Run(kKeep - absl::Hours(1)), 0);
  EXPECT_TRUE(IsKept());
  EXPECT_EQ(Run(kKeep + absl::Hours(1)), 1);
  EXPECT_FALSE(IsKept());
  EXPECT_EQ(Run(kKeep + absl::Hours(1)), 0);
  // What is left says that there was one, when it was deleted, and proves so.
  const auto reporters = rooms_->reporters.FindAll(
      {admission_.report().key().report_id()}, Soon());
  ASSERT_EQ(reporters->size(), 1U);
  EXPECT_FALSE(reporters->begin()->second.has_value());
  std::vector<FeedCursor> cursors;
  const auto stored =
      AuditStore(pool_.get()).StoredEvents(case_no, &cursors, Soon());
  ASSERT_OK(stored);
  EXPECT_OK(FoldProven(*stored));
  const auto timeline = rooms_->query.Timeline(case_no, Soon());
  EXPECT_EQ(timeline->back().reporter_erased().report_id(),
            admission_.report().key().report_id());
  EXPECT_EQ(timeline->back().actor(), "retention");
}

TEST_F(RetentionTest, ACaseThatGoesOnKeepsItsReporter) {
  AdmitOne("a");
  EXPECT_EQ(Run(kKeep + absl::Hours(1)), 0);
  EXPECT_TRUE(IsKept());
}

TEST_F(RetentionTest, AMergedOneIsKeptWhileItsMasterGoesOn) {
  const std::string master = AdmitOne("a");
  const std::string merged = AdmitOne("b", "NEEDS_OPERATOR");
  ASSERT_OK(Merge(merged, master));
  EXPECT_EQ(Run(kKeep + absl::Hours(1)), 0);
  EXPECT_TRUE(IsKept());
  Cancel(master);
  EXPECT_EQ(Run(kKeep + absl::Hours(1)), 2);
  EXPECT_FALSE(IsKept());
}

TEST_F(RetentionTest, TwoProcessesDeleteOnce) {
  for (int i = 0; i < 20; ++i) Cancel(AdmitOne(absl::StrCat("r", i)));
  int first = 0, second = 0;
  std::thread other([&] { first = Run(kKeep + absl::Hours(1)); });
  second = Run(kKeep + absl::Hours(1));
  other.join();
  EXPECT_EQ(first + second, 20);
}

}  // namespace
}  // namespace wangge::cases
