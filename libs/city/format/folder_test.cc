#include "city/format/folder.h"

#include <filesystem>

#include "base/file.h"
#include "gtest/gtest.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::city {
namespace {

class FolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        ::testing::TempDir() + "/city_" +
        ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(directory_);
    for (const char* row :
         {"grid { grid_id: 'c' grid_code: '410100' name: '郑州市' layer: "
          "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_CITY polygons { rings { "
          "coordinates_e7: [1130000000,340000000,1140000000,340000000,"
          "1140000000,350000000] } } }",
          "unit { unit_id: 'oc' name: '市城运中心,一' kind: "
          "UNIT_KIND_OPERATION_CENTRE level: UNIT_LEVEL_CITY "
          "jurisdiction_grid_ids: 'c' function: 'operation_centre' }",
          "duty_shift { shift_id: 's' unit_id: 'oc' officer_id: 'o' role: "
          "DUTY_ROLE_PRIMARY weekdays: [1,2] end_minute: 60 }",
          "officer { officer_id: 'o' unit_id: 'oc' posts: 'dispatcher' }",
          "category { category_code: 'x' kind: CATEGORY_KIND_INCIDENT "
          "handle_limit_minutes: 5 keywords: '热力' keywords: '暖气' "
          "department_only: true }",
          "place { place_id: 'p' name: '金色港湾' latitude_e7: 341234567 "
          "longitude_e7: 1138765432 }",
          "calendar_day { date: '2026-10-01' name: '国庆' }"}) {
      AddRow(FromText<CityRow>(row), &rows_);
    }
    ASSERT_OK(WriteFolder(directory_, rows_));
  }

  void Replace(const std::string& file, const std::string& text) {
    ASSERT_OK(WriteFile(directory_ + "/" + file, text));
  }

  std::string directory_;
  RowMap rows_;
};

TEST_F(FolderTest, WritingAndReadingKeepsEveryRow) {
  const auto folder = ReadFolder(directory_);
  ASSERT_OK(folder);
  EXPECT_EQ(ContentHash(folder->rows), ContentHash(rows_));
  EXPECT_EQ(folder->origins.at("unit/oc"), "units.csv:2");
  EXPECT_OK(LoadFolder(directory_));
}

TEST_F(FolderTest, AllFaultyRowsAreNamedByFileAndLine) {
  Replace("categories.csv",
          "category_code,kind,handle_limit_minutes\n"
          "a,nonsense,5\nb,incident,many\nb,incident,5\n");
  Replace("places.csv", "place_id,latitude_deg\np,abc\n");
  const absl::Status status = ReadFolder(directory_).status();
  const auto code = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(status, StatusIs(code, "categories.csv:2: kind: `nonsense`"));
  EXPECT_THAT(status, StatusIs(code, "categories.csv:3: handle_limit"));
  EXPECT_THAT(status, StatusIs(code, "categories.csv:4: the id b was used"));
  EXPECT_THAT(status, StatusIs(code, "places.csv:2: latitude_deg: `abc`"));
}

TEST_F(FolderTest, FaultsOfTheCityAreNamedByFileAndLineToo) {
  Replace("officers.csv", "officer_id,unit_id\no,gone\n");
  EXPECT_THAT(LoadFolder(directory_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "officers.csv:2: its unit gone does not exist"));
}

TEST_F(FolderTest, MissingFilesAreNamed) {
  std::filesystem::remove(directory_ + "/units.csv");
  EXPECT_THAT(ReadFolder(directory_),
              StatusIs(absl::StatusCode::kInvalidArgument, "units.csv: is m"));
  EXPECT_THAT(ReadFolder(directory_ + "/nowhere"),
              StatusIs(absl::StatusCode::kNotFound, "nowhere"));
}

TEST_F(FolderTest, WhatIsFaultyCanBeLeftOutWithWhatDependsOnIt) {
  Replace("officers.csv", "officer_id,unit_id\no,oc\nx,gone\n");
  Replace("duty.csv",
          "shift_id,unit_id,officer_id,role,weekdays,end_minute\n"
          "s,oc,o,primary,1,60\n"
          "t,oc,x,primary,1,60\n"
          "v,oc,o,nonsense,1,60\n");
  EXPECT_FALSE(LoadFolder(directory_).ok());
  std::vector<std::string> left_out;
  const auto city = LoadPartialFolder(directory_, &left_out);
  ASSERT_OK(city);
  EXPECT_EQ(left_out, (std::vector<std::string>{
                          "duty.csv:4: role: `nonsense` is not one of primary, "
                          "substitute",
                          "officers.csv:3: its unit gone does not exist",
                          "duty.csv:3: its officer x does not exist"}));
  EXPECT_EQ((*city)->ShiftsOf("oc").size(), 1U);
}

}  // namespace
}  // namespace wangge::city
