#include "services/intake/report.h"

#include "base/clock.h"
#include "city/city.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::intake {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kId[] = "7f1c2a34-5b6d-4e8f-9a0b-1c2d3e4f5a6b";

class ReportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    city::RowMap rows;
    city::AddRow(FromText<city::CityRow>(
                     "grid { grid_id: 'c' layer: GRID_LAYER_GOVERNANCE level: "
                     "GRID_LEVEL_CITY polygons { rings { coordinates_e7: "
                     "[1130000000,340000000,1140000000,340000000,1140000000,"
                     "350000000,1130000000,350000000] } } }"),
                 &rows);
    city::AddRow(FromText<city::CityRow>("unit { unit_id: 'oc' kind: "
                                         "UNIT_KIND_OPERATION_CENTRE }"),
                 &rows);
    auto city = city::City::Build({}, rows);
    ASSERT_OK(city);
    city_ = *city;
    request_.set_request_id(kId);
    request_.mutable_report()->set_source_id("12345");
    request_.mutable_report()->set_source_ref("r1");
    request_.mutable_report()->set_text("路面破损");
    profile_ = FromText<v1::SourceProfile>(
        "source_id: '12345' requires_follow_up: true category_mappings { "
        "source_code: 'D' category_code: 'road' }");
  }

  absl::StatusOr<Prepared> Run() const {
    return Prepare(request_, profile_, *city_, now_);
  }
  std::vector<std::string> Faults() const {
    return errors::ViolationsOf(Run().status());
  }
  v1::SourceReport& report() { return *request_.mutable_report(); }
  void SetLocation(double lat, double lng, common::v1::CoordinateSystem crs) {
    report().mutable_location()->set_latitude_deg(lat);
    report().mutable_location()->set_longitude_deg(lng);
    report().mutable_location()->set_coordinate_system(crs);
  }

  const absl::Time now_ = absl::FromUnixSeconds(1795400000);
  std::shared_ptr<const city::City> city_;
  v1::SubmitReportRequest request_;
  v1::SourceProfile profile_;
};

TEST_F(ReportTest, NormalFormKeepsTheOriginal) {
  SetLocation(34.5, 113.5, common::v1::COORDINATE_SYSTEM_GCJ02);
  report().set_source_category_code("D");
  report().mutable_reporter()->set_phone("13800000000");
  const auto prepared = Run();
  ASSERT_OK(prepared);
  const auto& out = prepared->admission.report();
  EXPECT_EQ(out.original_point().coordinate_system(),
            common::v1::COORDINATE_SYSTEM_GCJ02);
  EXPECT_EQ(out.point().coordinate_system(),
            common::v1::COORDINATE_SYSTEM_WGS84);
  EXPECT_NE(out.point().longitude_deg(), 113.5);
  EXPECT_EQ(prepared->matter.category_code(), "road");
  EXPECT_TRUE(out.requires_follow_up());
  // Personal data never enters the report itself.
  EXPECT_THAT(out.SerializeAsString(),
              ::testing::Not(HasSubstr("13800000000")));
}

TEST_F(ReportTest, AllFaultsAreNamedAtOnce) {
  request_.set_request_id("nope");
  report().set_source_ref("");
  report().set_text(std::string(5000, 'x'));
  report().set_title(std::string("a\0b", 3));
  report().set_address("\xff\xfe");
  report().set_reporter_grid_id("nowhere");
  *report().mutable_claimed_time() = ToProto(now_ + absl::Hours(48));
  EXPECT_EQ(Faults().size(), 7U);
}

TEST_F(ReportTest, PointsThatCannotBeRight) {
  SetLocation(113.5, 34.5, common::v1::COORDINATE_SYSTEM_WGS84);
  EXPECT_THAT(Faults(), Contains(HasSubstr("look swapped")));
  SetLocation(30.0, 123.5, common::v1::COORDINATE_SYSTEM_WGS84);  // At sea.
  EXPECT_THAT(Faults(), Contains(HasSubstr("lies outside the city")));
  SetLocation(34.5, 113.5, common::v1::COORDINATE_SYSTEM_UNSPECIFIED);
  EXPECT_THAT(Faults(), Contains(HasSubstr("is not known")));
  SetLocation(34.5, 113.5, static_cast<common::v1::CoordinateSystem>(9));
  EXPECT_THAT(Faults(), Contains(HasSubstr("is not known")));
  profile_.add_coordinate_systems(common::v1::COORDINATE_SYSTEM_GCJ02);
  SetLocation(34.5, 113.5, common::v1::COORDINATE_SYSTEM_WGS84);
  EXPECT_THAT(Faults(), Contains(HasSubstr("allows")));
}

TEST_F(ReportTest, TheDigestIsOfTheReportAlone) {
  const std::string first = Run()->admission.digest();
  request_.set_request_id("7f1c2a34-5b6d-4e8f-9a0b-1c2d3e4f5a6c");
  EXPECT_EQ(Run()->admission.digest(), first);
  report().set_text("别的");
  EXPECT_NE(Run()->admission.digest(), first);
}

TEST_F(ReportTest, SourcesThatNeedReviewsMustBringThem) {
  profile_.set_requires_review(true);
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kFailedPrecondition, "review"));
}

}  // namespace
}  // namespace wangge::intake
