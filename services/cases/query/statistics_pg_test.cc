// Statistics are the sum over the records, folded or not.
#include <algorithm>
#include <atomic>
#include <map>
#include <pqxx/pqxx>
#include <thread>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "services/cases/domain/columns.h"
#include "services/cases/domain/statistics.h"
#include "services/cases/query/statistics_store.h"
#include "services/cases/sql.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

constexpr v1::StatisticsGroup kGroups[] = {
    v1::STATISTICS_GROUP_UNSPECIFIED, v1::STATISTICS_GROUP_DAY,
    v1::STATISTICS_GROUP_DISTRICT,    v1::STATISTICS_GROUP_STREET,
    v1::STATISTICS_GROUP_UNIT,        v1::STATISTICS_GROUP_CATEGORY,
    v1::STATISTICS_GROUP_SOURCE};

std::string KeyOf(const Case& c, v1::StatisticsGroup group) {
  const Columns columns = ColumnsOf(c);
  switch (group) {
    case v1::STATISTICS_GROUP_DAY:
      return absl::FormatCivilTime(
          absl::ToCivilDay(FromProto(c.receive_time()), CityTimeZone()));
    case v1::STATISTICS_GROUP_DISTRICT:
      return columns.district_code;
    case v1::STATISTICS_GROUP_STREET:
      return columns.street_grid_id;
    case v1::STATISTICS_GROUP_UNIT:
      return columns.lead_unit_id;
    case v1::STATISTICS_GROUP_CATEGORY:
      return columns.category_code;
    case v1::STATISTICS_GROUP_SOURCE:
      return c.reports(0).source_id();
    default:
      return "";
  }
}

class StatisticsTest : public RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    statistics_ = std::make_unique<StatisticsStore>(pool_.get());
  }

  std::string AdmitOne(const std::string& ref) {
    const auto admitted = Admit({Admission(ref, ref)});
    EXPECT_TRUE(admitted.ok());
    return admitted->results(0).case_no();
  }

  v1::GetStatisticsResponse Read(const v1::GetStatisticsRequest& request) {
    const auto response = statistics_->Read(request, Soon());
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::GetStatisticsResponse();
  }

  // What the records say, as the response shows it.
  std::map<std::string, std::string> Recount(v1::StatisticsGroup group) {
    std::map<std::string, std::map<int64_t, int64_t>> sums;
    const auto cases = rooms_->query.List({}, {Soon(), ""}, 1000, Soon());
    EXPECT_TRUE(cases.ok());
    for (const Case& c : *cases) {
      for (const Measure measure : MeasuresOf(c)) {
        ++sums[KeyOf(c, group)][static_cast<int64_t>(measure)];
      }
    }
    std::map<std::string, std::string> rows;
    for (const auto& [key, counts] : sums) {
      v1::Statistics row;
      row.set_key(key);
      for (const auto& [measure, count] : counts) AddSum(measure, count, &row);
      rows[key] = row.DebugString();
    }
    return rows;
  }

  void ExpectEqualToTheRecords() {
    for (const v1::StatisticsGroup group : kGroups) {
      v1::GetStatisticsRequest request;
      request.set_group(group);
      std::map<std::string, std::string> rows;
      const auto response = Read(request);
      for (const auto& row : response.rows()) {
        rows[row.key()] = row.DebugString();
      }
      EXPECT_EQ(rows, Recount(group)) << v1::StatisticsGroup_Name(group);
    }
  }

  std::unique_ptr<StatisticsStore> statistics_;
};

TEST_F(StatisticsTest, FiguresAreTheRecordsBeforeAndAfterFolding) {
  ExpectEqualToTheRecords();
  const std::string first = AdmitOne("a");
  const std::string second = AdmitOne("b");
  AdmitOne("c");
  ExpectEqualToTheRecords();
  ASSERT_OK(Do("u1", first, v1::AcceptAssignmentRequest()));
  v1::SubmitResultRequest result;
  result.set_outcome(v1::OUTCOME_RESOLVED);
  result.set_public_reply("已修好");
  ASSERT_OK(Do("u1", first, result));
  v1::RequestReturnRequest wish;
  wish.set_legal_basis("not ours");
  ASSERT_OK(Do("u1", second, v1::AcceptAssignmentRequest()));
  ASSERT_OK(Do("u1", second, wish));
  ExpectEqualToTheRecords();
  // Three of the notes, then the others.
  const auto more = statistics_->Fold(3, Soon());
  ASSERT_OK(more);
  EXPECT_TRUE(*more);
  ExpectEqualToTheRecords();
  EXPECT_FALSE(*statistics_->Fold(1000, Soon()));
  ExpectEqualToTheRecords();
  // What leaves a sum is taken from it.
  v1::CheckResultRequest check;
  check.set_passed(false);
  check.set_text("not done");
  ASSERT_OK(Do("g1", first, check));
  ExpectEqualToTheRecords();
  EXPECT_FALSE(*statistics_->Fold(1000, Soon()));
  ExpectEqualToTheRecords();
}

TEST_F(StatisticsTest, FiltersChooseAndDaysBound) {
  AdmitOne("a");
  AdmitOne("b");
  for (const bool folded : {false, true}) {
    EXPECT_OK(statistics_->Fold(folded ? 1000 : 0, Soon()));
    v1::GetStatisticsRequest request;
    request.set_group(v1::STATISTICS_GROUP_CATEGORY);
    request.set_unit_id("urban");
    ASSERT_EQ(Read(request).rows_size(), 1);
    const v1::Statistics row = Read(request).rows(0);
    EXPECT_EQ(row.case_count(), 2);
    EXPECT_EQ(row.green_count(), 2);
    EXPECT_EQ(row.filed_on_time().count(), 2);
    EXPECT_EQ(row.filed_on_time().of_count(), 2);
    EXPECT_GT(Read(request).as_of_time().seconds(), 0);
    request.set_unit_id("power");
    EXPECT_EQ(Read(request).rows_size(), 0);
    request.set_unit_id("urban");
    request.set_last_day("2020-01-01");
    EXPECT_EQ(Read(request).rows_size(), 0);
  }
}

// Cases of each day around the ends of three months.
class MonthsTest : public StatisticsTest {
 protected:
  static constexpr const char* kDays[] = {
      "2026-01-30", "2026-01-31", "2026-02-01", "2026-02-15",
      "2026-02-28", "2026-03-01", "2026-03-31"};

  void SetUp() override {
    StatisticsTest::SetUp();
    Run("INSERT INTO statistic_change SELECT day::date, 'd', 's', 'u', 'c', "
        "'o', '{1,101}', 1 FROM unnest('{" +
        absl::StrJoin(kDays, ",") + "}'::text[]) AS day");
  }

  void Run(const std::string& sql) {
    pqxx::connection connection(database_->dsn());
    pqxx::nontransaction(connection).exec(sql);
  }

  // Every period between two of the days, or open, has the cases of its days.
  void ExpectEachPeriodsOwn() {
    std::vector<std::string> bounds(std::begin(kDays), std::end(kDays));
    bounds.emplace_back();
    for (const std::string& first : bounds) {
      for (const std::string& last : bounds) {
        if (!first.empty() && !last.empty() && first > last) continue;
        v1::GetStatisticsRequest request;
        request.set_first_day(first);
        request.set_last_day(last);
        request.set_unit_id("u");
        const auto within = std::count_if(
            std::begin(kDays), std::end(kDays), [&](const std::string& day) {
              return day >= first && (last.empty() || day <= last);
            });
        const auto response = Read(request);
        ASSERT_EQ(response.rows_size(), 1) << first << " to " << last;
        EXPECT_EQ(response.rows(0).case_count(), within)
            << first << " to " << last;
      }
    }
  }
};

TEST_F(MonthsTest, APeriodIsItsMonthsAndDays) {
  ExpectEachPeriodsOwn();
  EXPECT_TRUE(*statistics_->Fold(3, Soon()));
  ExpectEachPeriodsOwn();
  EXPECT_FALSE(*statistics_->Fold(1000, Soon()));
  ExpectEachPeriodsOwn();
}

TEST_F(MonthsTest, MonthsAreMadeOfTheDaysThatWereThere) {
  EXPECT_OK(statistics_->Fold(1000, Soon()));
  Run("DELETE FROM statistic WHERE dimensions >= 32");
  const auto& migrations = sql::kMigrations;
  const auto migration = std::find_if(
      migrations.begin(), migrations.end(),
      [](const auto& m) { return m.name == "0009_monthly_statistics"; });
  ASSERT_NE(migration, migrations.end());
  Run(migration->sql);
  ExpectEachPeriodsOwn();
}

// A reader sees each change whole: every case is in one state, whoever writes
// and folds meanwhile.
TEST_F(StatisticsTest, ReadersSeeWholeChanges) {
  std::atomic<bool> stop = false;
  std::thread folding([&] {
    while (!stop) EXPECT_OK(statistics_->Fold(5, Soon()));
  });
  std::thread writing([&] {
    for (int i = 0; i < 30; ++i) {
      const std::string case_no = AdmitOne("w" + std::to_string(i));
      EXPECT_OK(Do("u1", case_no, v1::AcceptAssignmentRequest()));
    }
    stop = true;
  });
  int64_t last = 0;
  while (!stop) {
    const auto response = Read({});
    if (response.rows().empty()) continue;
    const v1::Statistics& row = response.rows(0);
    int64_t in_states = 0;
    for (const auto& state : row.states()) in_states += state.count();
    EXPECT_EQ(in_states, row.case_count());
    EXPECT_EQ(row.filed_on_time().of_count(), row.case_count());
    EXPECT_GE(row.case_count(), last);
    last = row.case_count();
  }
  writing.join();
  folding.join();
  ExpectEqualToTheRecords();
}

TEST_F(StatisticsTest, OpenWorkIsListedByLight) {
  const std::string case_no = AdmitOne("a");
  v1::ListCasesRequest request;
  request.set_lead_unit_id("urban");
  request.set_light(common::v1::LIGHT_GREEN);
  const auto list = [&] {
    const auto cases = rooms_->query.List(request, {Soon(), ""}, 10, Soon());
    EXPECT_TRUE(cases.ok());
    return cases->size();
  };
  EXPECT_EQ(list(), 1U);
  request.set_light(common::v1::LIGHT_RED);
  EXPECT_EQ(list(), 0U);
  request.clear_light();
  request.set_open(true);
  EXPECT_EQ(list(), 1U);
  v1::CancelCaseRequest cancel;
  cancel.set_reason("withdrawn");
  const Actor source{"source/12345", "12345", nullptr};
  ASSERT_OK(
      RunChange(case_no, {source.text, NewUuid(), "", ""}, [&](const Case& c) {
        return Decide(c, cancel, {*city_, source, absl::Now(), nullptr});
      }));
  EXPECT_EQ(list(), 0U);
  ExpectEqualToTheRecords();
}

}  // namespace
}  // namespace wangge::cases
