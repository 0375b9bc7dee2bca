#include "city/folder.h"
#include "db/temp_database.h"
#include "gtest/gtest.h"
#include "services/registry/city_feed.h"
#include "services/registry/import.h"
#include "services/registry/sql.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::registry {
namespace {

using city::CityRow;
using city::RowMap;

class ImportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = db::TempDatabase::Create("registry", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    db::PoolOptions options;
    options.dsn = database_->dsn();
    options.size = 2;
    options.statements = sql::kStatements;
    auto pool = db::Pool::Open(options);
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    store_ = std::make_unique<Store>(pool_.get());
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(10); }

  static RowMap Rows(const std::vector<std::string>& extra) {
    RowMap rows;
    const char* base[] = {
        "grid { grid_id: 'c' grid_code: '1' layer: GRID_LAYER_GOVERNANCE "
        "level: "
        "GRID_LEVEL_CITY polygons { rings { coordinates_e7: [1130000000,"
        "340000000,1140000000,340000000,1140000000,350000000] } } }",
        "unit { unit_id: 'oc' kind: UNIT_KIND_OPERATION_CENTRE }"};
    for (const char* row : base) city::AddRow(FromText<CityRow>(row), &rows);
    for (const auto& row : extra) city::AddRow(FromText<CityRow>(row), &rows);
    return rows;
  }

  absl::StatusOr<ImportResult> Import(const RowMap& rows) {
    auto result = ImportCity(rows, "admin/t", "why", absl::Now(), current_,
                             store_.get(), Soon());
    if (result.ok()) current_ = result->city;
    return result;
  }

  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<const city::City> current_;
};

TEST_F(ImportTest, VersionsAreDifferencesAndTheSameCityMakesNone) {
  const auto first =
      Import(Rows({"calendar_day { date: '2026-10-01' }",
                   "officer { officer_id: 'o' unit_id: 'oc' }"}));
  ASSERT_OK(first);
  EXPECT_EQ(first->response.version().version(), 1);
  EXPECT_EQ(first->response.added_count(), 4);

  const auto again = Import(current_->rows().Sorted());
  ASSERT_OK(again);
  EXPECT_EQ(again->response.version().version(), 1);

  const auto second =
      Import(Rows({"officer { officer_id: 'o' unit_id: 'oc' name: '甲' }",
                   "officer { officer_id: 'p' unit_id: 'oc' }"}));
  ASSERT_OK(second);
  EXPECT_EQ(second->response.version().version(), 2);
  EXPECT_EQ(second->response.added_count(), 1);
  EXPECT_EQ(second->response.changed_count(), 1);
  EXPECT_EQ(second->response.removed_count(), 1);

  const auto stored = store_->LoadRows(Soon());
  ASSERT_OK(stored);
  EXPECT_EQ(city::ContentHash(*stored),
            second->response.version().content_hash());

  const auto changes = store_->LoadChanges(1, 2, Soon());
  ASSERT_OK(changes);
  EXPECT_EQ(changes->upserts.size(), 2U);
  ASSERT_EQ(changes->removals.size(), 1U);
  EXPECT_EQ(changes->removals[0], "calendar_day/2026-10-01");
  EXPECT_EQ(store_->GetVersion(1, Soon())->row_count(), 4);
}

TEST_F(ImportTest, AFaultyCityChangesNothing) {
  EXPECT_THAT(Import(Rows({"officer { officer_id: 'o' unit_id: 'gone' }"})),
              StatusIs(absl::StatusCode::kFailedPrecondition, "officer/o"));
  EXPECT_THAT(store_->GetVersion(0, Soon()),
              StatusIs(absl::StatusCode::kNotFound, "city version"));
}

TEST_F(ImportTest, TheSecondOfTwoSimultaneousImportsIsAborted) {
  ASSERT_OK(Import(Rows({})));
  const auto base = current_;
  ASSERT_OK(Import(Rows({"officer { officer_id: 'o' unit_id: 'oc' }"})));
  current_ = base;  // As a replica that has not seen version 2.
  EXPECT_THAT(Import(Rows({"officer { officer_id: 'x' unit_id: 'oc' }"})),
              StatusIs(absl::StatusCode::kAborted, "city"));
  EXPECT_EQ(store_->LoadRows(Soon())->size(), 3U);
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
