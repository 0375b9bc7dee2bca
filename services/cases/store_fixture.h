// A store in a database of its own, and reports to put into it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/uuid.h"
#include "db/temp_database.h"
#include "services/cases/admission/admit.h"
#include "services/cases/change/change.h"
#include "services/cases/domain/test_city.h"
#include "services/cases/privacy/reporter_store.h"
#include "services/cases/sql.h"
#include "services/cases/store.h"

namespace wangge::cases {

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = db::TempDatabase::Create("cases", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    auto pool = db::Pool::Open(
        {.dsn = database_->dsn(), .size = 8, .statements = sql::kStatements});
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    store_ = std::make_unique<Store>(pool_.get());
    reporters_ = std::make_unique<ReporterStore>(pool_.get());
    numbers_ = std::make_unique<CaseNumbers>(store_.get());
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
    return AdmitReports(request, *city_, keys_, absl::Now(), Soon(),
                        numbers_.get(), store_.get());
  }

  // A command of an officer, as the service carries it out.
  template <typename Request>
  absl::StatusOr<Case> Do(const std::string& who, const std::string& case_no,
                          const Request& request) {
    const Actor actor{"officer/" + who, "", city_->FindOfficer(who)};
    auto result = ChangeCase(
        case_no, {actor.text, NewUuid(), "", ""},
        [&](const Case& c) {
          return Decide(c, request, {*city_, actor, absl::Now(), nullptr});
        },
        nullptr, Soon(), store_.get());
    if (!result.ok()) return result.status();
    return std::move(result->folded);
  }

  absl::StatusOr<Case> Accept(const std::string& case_no,
                              const std::string& request_id,
                              const std::string& digest, bool* changed,
                              const std::string& etag = "") {
    const v1::AcceptAssignmentRequest request;
    auto result = ChangeCase(
        case_no, {"officer/u1", request_id, digest, etag},
        [&](const Case& c) {
          return Decide(c, request,
                        {*city_,
                         {"officer/u1", "", city_->FindOfficer("u1")},
                         absl::Now(),
                         nullptr});
        },
        nullptr, Soon(), store_.get());
    if (!result.ok()) return result.status();
    *changed = result->changed;
    return std::move(result->folded);
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
      auto events = store_->EventsAfter({}, 1000, Soon());
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
      auto items = store_->FeedbackAfter({}, source_id, 1000, Soon());
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
  std::unique_ptr<Store> store_;
  std::unique_ptr<ReporterStore> reporters_;
  std::unique_ptr<CaseNumbers> numbers_;
};

}  // namespace wangge::cases
