#include <thread>

#include "gmock/gmock.h"
#include "services/cases/audit_store.h"
#include "services/cases/companion.h"
#include "services/cases/feed.h"
#include "services/cases/store.h"
#include "services/cases/store_fixture.h"

namespace wangge::cases {
namespace {

TEST_F(StoreTest, WhatWasAdmittedIsReadBackAndFoldsToItsRow) {
  const auto response = Admit({Admission("a"), Admission("b")});
  ASSERT_OK(response);
  ASSERT_EQ(response->results_size(), 2);
  const auto& first = response->results(0);
  EXPECT_EQ(first.state(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(first.lead_unit_name(), "urban");
  EXPECT_EQ(first.case_no().substr(0, 7), "410105-");
  EXPECT_NE(first.case_no(), response->results(1).case_no());
  const auto loaded = store_->Load(first.case_no(), "", "");
  ASSERT_OK(loaded);
  const auto events = store_->Timeline(first.case_no(), Soon());
  ASSERT_OK(events);
  EXPECT_EQ(Fold(*events).SerializeAsString(),
            loaded->folded.SerializeAsString());
  EXPECT_EQ(loaded->folded.SerializeAsString().find("13800000000"),
            std::string::npos);
  EXPECT_THAT(store_->Load("nothing", "", ""),
              StatusIs(absl::StatusCode::kNotFound, "nothing"));
}

TEST_F(StoreTest, TheSameSourceRefGetsTheFirstAnswerForEver) {
  const auto first = Admit({Admission("a")});
  ASSERT_OK(first);
  const auto again = Admit({Admission("a"), Admission("a", "other words")});
  ASSERT_OK(again);
  EXPECT_TRUE(again->results(0).replayed());
  EXPECT_FALSE(again->results(0).content_differs());
  EXPECT_EQ(again->results(0).case_no(), first->results(0).case_no());
  EXPECT_TRUE(again->results(1).content_differs());
  EXPECT_EQ(again->results(1).case_no(), first->results(0).case_no());
}

TEST_F(StoreTest, ARequestIdWithAnotherBodyIsRefused) {
  v1::Admission one = Admission("a");
  v1::Admission other = Admission("b", "another body");
  other.set_request_id(one.request_id());
  ASSERT_OK(Admit({one}));
  EXPECT_TRUE(Admit({other})->results(0).request_id_reused());
  EXPECT_TRUE(Admit({one})->results(0).replayed());
}

TEST_F(StoreTest, TwinsInOneBatchMakeOneCase) {
  const auto response = Admit({Admission("a"), Admission("a")});
  ASSERT_OK(response);
  EXPECT_EQ(response->results(0).case_no(), response->results(1).case_no());
  EXPECT_NE(response->results(0).replayed(), response->results(1).replayed());
}

TEST_F(StoreTest, SimultaneousTwinsMakeOneCase) {
  constexpr int kThreads = 8;
  constexpr int kRefs = 40;
  std::vector<std::thread> threads;
  std::atomic<int> fresh = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRefs; i += 4) {
        std::vector<v1::Admission> batch;
        for (int j = 0; j < 4; ++j) {
          batch.push_back(Admission(absl::StrCat("r", i + j)));
        }
        const auto response = Admit(batch);
        ASSERT_OK(response);
        for (const auto& result : response->results()) {
          fresh += !result.replayed();
          EXPECT_FALSE(result.case_no().empty());
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(fresh, kRefs);
  EXPECT_EQ(store_->List({}, {Soon(), ""}, 1000, Soon())->size(),
            static_cast<size_t>(kRefs));
}

TEST_F(StoreTest, AChangeWorksOnceAndARepeatChangesNothing) {
  const std::string case_no = Admit({Admission("a")})->results(0).case_no();
  bool changed = false;
  const std::string id = NewUuid();
  const auto first = Accept(case_no, id, "digest", &changed);
  ASSERT_OK(first);
  EXPECT_TRUE(changed);
  EXPECT_EQ(first->version(), 4);
  const auto again = Accept(case_no, id, "digest", &changed);
  ASSERT_OK(again);
  EXPECT_FALSE(changed);
  EXPECT_EQ(again->version(), 4);
  EXPECT_THAT(Accept(case_no, id, "other", &changed),
              StatusIs(absl::StatusCode::kInvalidArgument, "another body"));
  EXPECT_THAT(Accept(case_no, NewUuid(), "d", &changed, "\"3\""),
              StatusIs(absl::StatusCode::kAborted, "\"4\""));
}

TEST_F(StoreTest, ListsGoPageByPage) {
  std::vector<v1::Admission> batch;
  for (int i = 0; i < 25; ++i) batch.push_back(Admission(absl::StrCat(i)));
  ASSERT_OK(Admit(batch));
  std::set<std::string> seen;
  absl::Time time = absl::Now() + absl::Hours(1);
  std::string case_no;
  for (int page = 0; page < 3; ++page) {
    const auto cases = store_->List({}, {time, case_no}, 10, Soon());
    ASSERT_OK(cases);
    for (const auto& c : *cases) seen.insert(c.case_no());
    time = FromProto(cases->back().receive_time());
    case_no = cases->back().case_no();
  }
  EXPECT_EQ(seen.size(), 25U);
}

// Regression: the pages were ordered by the transaction id as text, so that
// events of transaction 1000 came before those of 999 and some were skipped.
TEST_F(StoreTest, TheFeedGoesOnWhenTransactionIdsGetLonger) {
  ASSERT_OK(Admit({Admission("before")}));
  // Uses up ids to the next power of ten, at most a million of them.
  ASSERT_OK(db::RunScript(database_->dsn(), R"sql(
    DO $$
    DECLARE
      now_id bigint := pg_current_xact_id()::text::bigint;
      goal bigint := least(power(10, ceil(log(now_id + 1)))::bigint,
                           now_id + 1000000);
    BEGIN
      COMMIT;
      WHILE now_id < goal LOOP
        now_id := pg_current_xact_id()::text::bigint;
        COMMIT;
      END LOOP;
    END $$)sql"));
  ASSERT_OK(Admit({Admission("after")}));
  const auto all = WaitForEvents(6);
  ASSERT_EQ(all.size(), 6U);
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_LT(all[i - 1].cursor, all[i].cursor);
  }
}

// Regression: the join of events and new reports emitted them in the order of
// its hash table, so that a case's second event could come before its first.
TEST_F(StoreTest, TheFeedKeepsTheOrderWithinEachCase) {
  // After five executions PostgreSQL plans for any parameters: a hash join.
  constexpr int kBatches = 8;
  constexpr int kReports = kBatches * 40;
  for (int n = 0; n < kBatches; ++n) {
    std::vector<v1::Admission> batch;
    for (int i = 0; i < 40; ++i) batch.push_back(Admission(NewUuid()));
    ASSERT_OK(Admit(batch));
  }
  std::map<std::string, int64_t> last;
  for (const auto& item : WaitForEvents(3 * kReports)) {
    const auto& event = item.item.event();
    EXPECT_EQ(event.sequence(), ++last[event.case_no()]);
  }
  EXPECT_EQ(last.size(), static_cast<size_t>(kReports));
  std::map<std::string, int> kinds;
  for (const auto& item : WaitForFeedback("12345", 3 * kReports)) {
    int& kind = kinds[item.item.case_no()];
    EXPECT_LT(kind, item.item.kind());
    kind = item.item.kind();
  }
  EXPECT_EQ(kinds.size(), static_cast<size_t>(kReports));
}

// An open transaction with an older id holds the feed back; nothing is skipped.
TEST_F(StoreTest, TheFeedNeverSkipsAnOpenTransaction) {
  const FeedCursor begin;
  ASSERT_OK(Admit({Admission("a")}));
  ASSERT_EQ(WaitForEvents(3).size(), 3U);
  std::atomic<bool> holding = false;
  std::atomic<bool> release = false;
  const db::Statement insert{"hold",
                             "INSERT INTO event (case_no, sequence, title, "
                             "state, accountable_unit_id, body, hash) VALUES "
                             "('late', 1, '', 1, '', '', '')"};
  auto pool = db::Pool::Open(
      {.dsn = database_->dsn(), .size = 1, .statements = {&insert}});
  ASSERT_OK(pool);
  std::thread slow([&] {
    EXPECT_OK((*pool)->Transact(
        "hold",
        [&](db::Transaction& transaction) -> absl::Status {
          auto rows = transaction.Query(insert, {});
          holding = true;
          while (!release) std::this_thread::yield();
          return rows.status();
        },
        Soon()));
  });
  while (!holding) std::this_thread::yield();
  ASSERT_OK(Admit({Admission("b")}));  // Commits after, with a higher id.
  EXPECT_EQ(store_->EventsAfter(begin, 100, Soon())->size(), 3U);
  release = true;
  slow.join();
  const auto all = WaitForEvents(7);
  ASSERT_EQ(all.size(), 7U);
  EXPECT_LT(all[3].cursor, all[4].cursor);
  // Page by page gives the same.
  FeedCursor cursor = begin;
  size_t count = 0;
  while (true) {
    const auto page = store_->EventsAfter(cursor, 2, Soon());
    ASSERT_OK(page);
    if (page->empty()) break;
    count += page->size();
    cursor = page->back().cursor;
  }
  EXPECT_EQ(count, 7U);
}

TEST_F(StoreTest, FeedbackIsPerSourceAndAcknowledgementsGoForwardOnly) {
  ASSERT_OK(Admit({Admission("a")}));
  ASSERT_EQ(WaitForEvents(3).size(), 3U);
  const auto items = WaitForFeedback("12345", 3);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].item.kind(), v1::FEEDBACK_KIND_RECEIPT);
  EXPECT_EQ(items[0].item.cursor(), items[0].cursor.ToText());
  EXPECT_EQ(items[2].item.kind(), v1::FEEDBACK_KIND_DISPATCHED);
  EXPECT_EQ(items[2].item.unit_name(), "urban");
  EXPECT_TRUE(store_->FeedbackAfter({}, "110", 100, Soon())->empty());
  const std::string last = items.back().cursor.ToText();
  EXPECT_EQ(*store_->Acknowledge("12345", last, Soon()), last);
  EXPECT_EQ(
      *store_->Acknowledge("12345", items.front().cursor.ToText(), Soon()),
      last);
  EXPECT_EQ(*store_->Acknowledged("12345", Soon()), last);
  EXPECT_EQ(*store_->Acknowledged("110", Soon()), "");
}

// A merge as the service carries it out.
absl::StatusOr<Changed> Merge(const std::string& case_no,
                              const std::string& master_case_no,
                              const city::City& city, absl::Time deadline,
                              Store* store) {
  v1::MergeCaseRequest request;
  request.set_reason("同一件事");
  return ChangeCases(
      {case_no, master_case_no}, {"officer/disp", NewUuid(), "", ""},
      [&](const std::vector<Case>& cases)
          -> absl::StatusOr<std::vector<Events>> {
        auto events = Decide(cases[0], cases[1], request,
                             {city,
                              {"officer/disp", "", city.FindOfficer("disp")},
                              absl::Now(),
                              nullptr});
        if (!events.ok()) return events.status();
        return std::vector<Events>{events->merged, events->master};
      },
      nullptr, deadline, store);
}

TEST_F(StoreTest, TheLedgerSaysWhatIsOwedToWhom) {
  AuditStore ledger(pool_.get());
  EXPECT_EQ(ledger.OwedFeedback("", Soon())->sources_size(), 0);
  v1::Admission other = Admission("b");
  other.mutable_report()->mutable_key()->set_source_id("110");
  ASSERT_OK(Admit({Admission("a"), other}));
  const auto items = WaitForFeedback("12345", 3);
  ASSERT_EQ(items.size(), 3U);
  auto owed = ledger.OwedFeedback("", Soon());
  ASSERT_OK(owed);
  ASSERT_EQ(owed->sources_size(), 2);
  EXPECT_EQ(owed->sources(0).source_id(), "110");
  EXPECT_EQ(owed->sources(1).owed_count(), 3);
  EXPECT_EQ(owed->sources(1).acknowledged_cursor(), "");
  EXPECT_EQ(owed->sources(1).oldest().kind(), v1::FEEDBACK_KIND_RECEIPT);
  const std::string cursor = items[1].cursor.ToText();
  ASSERT_OK(store_->Acknowledge("12345", cursor, Soon()));
  owed = ledger.OwedFeedback("12345", Soon());
  ASSERT_EQ(owed->sources_size(), 1);
  EXPECT_EQ(owed->sources(0).owed_count(), 1);
  EXPECT_EQ(owed->sources(0).acknowledged_cursor(), cursor);
  ASSERT_OK(store_->Acknowledge("12345", items[2].cursor.ToText(), Soon()));
  owed = ledger.OwedFeedback("12345", Soon());
  EXPECT_EQ(owed->sources(0).owed_count(), 0);
  EXPECT_FALSE(owed->sources(0).has_oldest());
}

TEST_F(StoreTest, AMergeChangesBothCasesOrNeither) {
  v1::Admission unsure = Admission("a");
  *unsure.mutable_plan() = CaseDriver::Plan("NEEDS_OPERATOR", {});
  const auto admitted = Admit({unsure, Admission("b")});
  ASSERT_OK(admitted);
  const std::string ending = admitted->results(0).case_no();
  const std::string master = admitted->results(1).case_no();
  // Somebody else changes the master between the decision and the commit.
  Change stale_master;
  const auto loaded = store_->Load(master, "", "");
  ASSERT_OK(loaded);
  stale_master.folded = loaded->folded;
  stale_master.expected_version = loaded->folded.version() - 1;
  Change change;
  change.folded = store_->Load(ending, "", "")->folded;
  change.expected_version = change.folded.version();
  change.folded.set_version(99);
  const ChangeGroup group = {change, stale_master};
  const auto written = store_->CommitAll({&group})[0];
  ASSERT_OK(written);
  EXPECT_FALSE(*written);
  EXPECT_EQ(store_->Load(ending, "", "")->folded.state(),
            v1::CASE_STATE_RECEIVED);
  // The service tries again with what is there now.
  ASSERT_OK(Merge(ending, master, *city_, Soon(), store_.get()));
  EXPECT_EQ(store_->Load(ending, "", "")->folded.state(),
            v1::CASE_STATE_MERGED);
  EXPECT_EQ(store_->Load(master, "", "")->folded.reports_size(), 2);
}

TEST_F(StoreTest, ManyChangesAtOnceAreAllWrittenOnce) {
  constexpr int kCases = 40;
  std::vector<v1::Admission> admissions;
  for (int i = 0; i < kCases; ++i) {
    admissions.push_back(Admission(std::to_string(i)));
  }
  const auto admitted = Admit(admissions);
  ASSERT_OK(admitted);
  std::vector<std::thread> threads;
  std::atomic<int> changed{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (const auto& result : admitted->results()) {
        // Eight accept the same case: one does, and the others are told so.
        changed +=
            Do("u1", result.case_no(), v1::AcceptAssignmentRequest()).ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(changed, kCases);
  EXPECT_EQ(WaitForEvents(4 * kCases).size(), 4U * kCases);
}

TEST_F(StoreTest, WhatComesWithAChangeIsWrittenWithItOrNotAtAll) {
  const auto admitted = Admit({Admission("a")});
  ASSERT_OK(admitted);
  v1::LinkToBatchRequest link;
  link.set_case_no(admitted->results(0).case_no());
  link.set_batch_id("no-such-batch");
  const auto run = [&] {
    return ChangeCase(
        link.case_no(), {"officer/disp", NewUuid(), "", ""},
        [&](const Case& c) {
          return Decide(c, link,
                        {*city_,
                         {"officer/disp", "", city_->FindOfficer("disp")},
                         absl::Now(),
                         nullptr});
        },
        CompanionOf(link), Soon(), store_.get());
  };
  EXPECT_THAT(run().status(),
              StatusIs(absl::StatusCode::kNotFound, "no-such-batch"));
  EXPECT_EQ(store_->Load(link.case_no(), "", "")->folded.batch_ids_size(), 0);
  link.clear_batch_id();
  link.set_request_id(NewUuid());
  link.set_root_cause("未移交");
  ASSERT_OK(run());
  EXPECT_EQ(store_->Load(link.case_no(), "", "")->folded.batch_ids(0),
            link.request_id());
}

TEST_F(StoreTest, AReporterIsSealedAndOnlyTheRightKeyOpens) {
  const v1::Admission admission = Admission("a");
  ASSERT_OK(Admit({admission}));
  const std::string& id = admission.report().key().report_id();
  const auto sealed = reporters_->Find(id, Soon());
  ASSERT_OK(sealed);
  EXPECT_EQ(sealed->sealed.find("13800000000"), std::string::npos);
  EXPECT_EQ(keys_.Open(*sealed, id)->phone(), "13800000000");
  EXPECT_FALSE(keys_.Open(*sealed, "another report").ok());
  const PersonalKeys others("k2", std::string(32, 'x'));
  EXPECT_THAT(others.Open(*sealed, id).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "k1"));
}

// A report at a place that is sure enough to merge by itself.
v1::Admission Pothole(const std::string& ref, const std::string& text) {
  v1::Admission a;
  a.set_request_id(NewUuid());
  a.set_digest(Sha256(ref));
  a.mutable_report()->mutable_key()->set_source_id("12345");
  a.mutable_report()->mutable_key()->set_source_ref(ref);
  a.mutable_report()->mutable_key()->set_report_id(NewUuid());
  a.mutable_report()->set_text(text);
  *a.mutable_report()->mutable_receive_time() = ToProto(absl::Now());
  *a.mutable_plan() = CaseDriver::Plan("AUTO", {"urban"});
  a.mutable_plan()->mutable_place()->add_grid_ids("m");
  a.mutable_plan()->mutable_place()->mutable_point()->set_latitude_deg(34.5);
  return a;
}

TEST_F(StoreTest, ADuplicateIsMergedAndAnotherHouseIsNot) {
  const auto first = Admit({Pothole("a", "97号门前路面塌陷")});
  ASSERT_OK(first);
  const auto second = Admit({Pothole("b", "97号门前路面塌陷！"),
                             Pothole("c", "99号门前路面塌陷"),
                             Pothole("d", "97号门前路面塌陷。")});
  ASSERT_OK(second);
  const std::string master = first->results(0).case_no();
  EXPECT_EQ(second->results(0).state(), v1::CASE_STATE_MERGED);
  EXPECT_EQ(second->results(0).master_case_no(), master);
  EXPECT_EQ(second->results(1).state(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(second->results(2).master_case_no(), master);
  const auto loaded = store_->Load(master, "", "");
  ASSERT_OK(loaded);
  EXPECT_EQ(loaded->folded.reports_size(), 3);
  EXPECT_EQ(Fold(*store_->Timeline(master, Soon())).SerializeAsString(),
            loaded->folded.SerializeAsString());
  // A repeat gets the first answer and merges nothing again.
  const auto again = Admit({Pothole("b", "97号门前路面塌陷！")});
  ASSERT_OK(again);
  EXPECT_TRUE(again->results(0).replayed());
  EXPECT_EQ(again->results(0).master_case_no(), master);
  EXPECT_EQ(store_->Load(master, "", "")->folded.reports_size(), 3);
}

TEST_F(StoreTest, TwinsOfOneBatchAreMergedIntoEachOther) {
  const auto response =
      Admit({Pothole("a", "路面塌陷"), Pothole("b", "路面塌陷"),
             Pothole("c", "路面塌陷"), Pothole("a", "路面塌陷")});
  ASSERT_OK(response);
  const std::string master = response->results(0).case_no();
  EXPECT_EQ(response->results(1).master_case_no(), master);
  EXPECT_EQ(response->results(2).master_case_no(), master);
  EXPECT_EQ(response->results(3).case_no(), master);  // The same source_ref.
  EXPECT_EQ(store_->Load(master, "", "")->folded.reports_size(), 3);
}

TEST_F(StoreTest, ReportsOfTheSameMatterAtTheSameTimeMakeOneCase) {
  constexpr int kThreads = 8;
  std::vector<std::string> case_nos(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const auto response = Admit({Pothole(std::to_string(t), "路面塌陷")});
      ASSERT_OK(response);
      case_nos[static_cast<size_t>(t)] = response->results(0).case_no();
    });
  }
  for (std::thread& thread : threads) thread.join();
  int masters = 0;
  for (const std::string& case_no : case_nos) {
    const Case c = store_->Load(case_no, "", "")->folded;
    if (c.state() == v1::CASE_STATE_MERGED) continue;
    ++masters;
    EXPECT_EQ(c.reports_size(), kThreads);
  }
  EXPECT_EQ(masters, 1);
}

}  // namespace
}  // namespace wangge::cases
