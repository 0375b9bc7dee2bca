// The rooms of cases over a database of their own, and reports to put into it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/uuid.h"
#include "db/temp_database.h"
#include "gtest/gtest.h"
#include "services/cases/admission/admitter.h"
#include "services/cases/change/engine.h"
#include "services/cases/domain/test_city.h"
#include "services/cases/feed/feed_store.h"
#include "services/cases/privacy/personal.h"
#include "services/cases/privacy/reporter_store.h"
#include "services/cases/query/query_store.h"
#include "services/cases/sql.h"
#include "testing/status.h"

namespace wangge::cases {

// The rooms of one replica of the service, put together as cases.cc does, but
// for what a test need not have.
struct Rooms {
  Rooms(db::Pool* pool, const PersonalKeys* keys)
      : changes(pool),
        engine(
            &changes, &recent, &blocking,
            [](const Matter&, absl::Time) {
              return CaseDriver::Plan("AUTO", {"urban"});
            },
            [] {}),
        admission(pool, &ChangeStore::CommitWithin),
        seal(
            [keys](const v1::Reporter& reporter, const std::string& report_id) {
              return keys->Seal(reporter, report_id);
            }),
        admitter(
            {admission, spots, seal, [this](const Case& c) { recent.Put(c); }}),
        feed(pool),
        query(pool),
        reporters(pool) {}

  exec::Executor blocking{"change", 4, 100};
  RecentCases recent{1000};
  ChangeStore changes;
  Engine engine;
  AdmissionStore admission;
  KeyedLock spots;
  const Seal seal;
  Admitter admitter;
  FeedStore feed;
  QueryStore query;
  ReporterStore reporters;
};

class RoomsTest : public ::testing::Test {
 protected:
  using CaseDecider = std::function<absl::StatusOr<Events>(const Case& c)>;

  void SetUp() override {
    auto database = db::TempDatabase::Create("cases", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    auto pool = db::Pool::Open(
        {.dsn = database_->dsn(), .size = 8, .statements = sql::kStatements});
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    rooms_ = std::make_unique<Rooms>(pool_.get(), &keys_);
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  static v1::Admission Admission(const std::string& ref,
                                 const std::string& text = "text") {
    v1::Admission a;
    a.set_request_id(NewUuid());
    a.set_digest(Sha256(text));
    a.mutable_report()->mutable_key()->set_source_id("12345");
    a.mutable_report()->mutable_key()->set_source_ref(ref);
    a.mutable_report()->mutable_key()->set_report_id(NewUuid());
    a.mutable_report()->set_text(text);
    *a.mutable_report()->mutable_receive_time() = ToProto(absl::Now());
    a.mutable_reporter()->set_phone("13800000000");
    *a.mutable_plan() = CaseDriver::Plan("AUTO", {"urban"});
    return a;
  }

  absl::StatusOr<v1::AdmitReportsResponse> Admit(
      const std::vector<v1::Admission>& admissions) {
    v1::AdmitReportsRequest request;
    for (const auto& a : admissions) *request.add_admissions() = a;
    return rooms_->admitter.Admit(request, *city_, absl::Now(), Soon());
  }

  // The case as it is in the database.
  absl::StatusOr<Case> Load(const std::string& case_no,
                            Rooms* rooms = nullptr) {
    rooms = rooms == nullptr ? rooms_.get() : rooms;
    return exec::Wait(rooms->engine.Load(case_no, Soon()));
  }

  // A change of one case, as the service carries it out.
  absl::StatusOr<Outcome> RunChange(const std::string& case_no,
                                    const RequestKey& key,
                                    const CaseDecider& decide,
                                    const TransactionHook& hook = nullptr,
                                    Rooms* rooms = nullptr) {
    rooms = rooms == nullptr ? rooms_.get() : rooms;
    Command command = CommandOf(case_no, key, decide, Soon());
    command.hook = hook;
    return exec::Wait(rooms->engine.Run(std::move(command)));
  }
  // One of two cases together.
  absl::StatusOr<Outcome> RunChangeOfBoth(
      const std::vector<std::string>& case_nos, const RequestKey& key,
      const Decider& decide) {
    Command command;
    command.case_nos = case_nos;
    command.key = key;
    command.decide = decide;
    command.deadline = Soon();
    return exec::Wait(rooms_->engine.Run(std::move(command)));
  }

  // The decision of an officer.
  template <typename Request>
  CaseDecider DecideAs(const std::string& officer, const Request& request) {
    return [=, this](const Case& c) {
      return Decide(c, request,
                    {*city_,
                     {"officer/" + officer, "", city_->FindOfficer(officer)},
                     absl::Now(),
                     nullptr});
    };
  }

  // A command of an officer, as the service carries it out.
  template <typename Request>
  absl::StatusOr<Case> Do(const std::string& who, const std::string& case_no,
                          const Request& request) {
    auto outcome = RunChange(case_no, {"officer/" + who, NewUuid(), "", ""},
                             DecideAs(who, request));
    if (!outcome.ok()) return outcome.status();
    return std::move(outcome->snapshot);
  }

  absl::StatusOr<Case> Accept(const std::string& case_no,
                              const std::string& request_id,
                              const std::string& digest, bool* changed,
                              const std::string& etag = "") {
    auto outcome = RunChange(case_no, {"officer/u1", request_id, digest, etag},
                             DecideAs("u1", v1::AcceptAssignmentRequest()));
    if (!outcome.ok()) return outcome.status();
    *changed = outcome->changed;
    return std::move(outcome->snapshot);
  }

  // A merge as the service carries it out.
  absl::StatusOr<Outcome> Merge(const std::string& case_no,
                                const std::string& master_case_no) {
    v1::MergeCaseRequest request;
    request.set_master_case_no(master_case_no);
    request.set_reason("同一件事");
    const Actor actor{"officer/disp", "", city_->FindOfficer("disp")};
    return RunChangeOfBoth(
        {case_no, master_case_no}, {actor.text, NewUuid(), "", ""},
        [&](const std::vector<Case>& cases,
            const RoutePlan*) -> absl::StatusOr<std::vector<Events>> {
          auto events = Decide(cases[0], cases[1], request,
                               {*city_, actor, absl::Now(), nullptr});
          if (!events.ok()) return events.status();
          return std::vector<Events>{events->merged, events->master};
        });
  }

  // An item of a feed as its reader reads it.
  template <typename Message>
  struct Read {
    FeedCursor cursor;
    Message item;
  };
  template <typename Message>
  static std::vector<Read<Message>> ReadAll(
      const std::vector<FeedItem>& items) {
    std::vector<Read<Message>> all;
    for (const FeedItem& item : items) {
      all.push_back({item.cursor, {}});
      EXPECT_TRUE(all.back().item.ParseFromString(item.bytes));
    }
    return all;
  }

  // All events, once there are `count`: transactions of other tests on the same
  // server may hold the feed back for a moment.
  std::vector<Read<v1::FeedEvent>> WaitForEvents(size_t count) {
    while (absl::Now() < until_) {
      auto events = rooms_->feed.EventsAfter({}, 1000, Soon());
      if (events.ok() && events->size() >= count) {
        return ReadAll<v1::FeedEvent>(*events);
      }
    }
    return {};
  }

  // The same for what a source is told.
  std::vector<Read<v1::Feedback>> WaitForFeedback(const std::string& source_id,
                                                  size_t count) {
    while (absl::Now() < until_) {
      auto items = rooms_->feed.FeedbackAfter({}, source_id, 1000, Soon());
      if (items.ok() && items->size() >= count) {
        return ReadAll<v1::Feedback>(*items);
      }
    }
    return {};
  }

  const absl::Time until_ = absl::Now() + absl::Seconds(30);
  const std::shared_ptr<const city::City> city_ = TestCity();
  const PersonalKeys keys_{"k1", std::string(32, 'k')};
  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace wangge::cases
