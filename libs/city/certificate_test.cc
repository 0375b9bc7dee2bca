#include "city/certificate.h"

#include <cmath>

#include "base/clock.h"
#include "base/crypto.h"
#include "city/city.h"
#include "city/signature.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::city {
namespace {

using registry::v1::CityCertificate;
using registry::v1::CityFault;
using registry::v1::CityFaultKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A Monday, 10:00.
const absl::Time kNow =
    absl::FromCivil(absl::CivilHour(2026, 11, 23, 10), CityTimeZone());

// From 113 E, 34 N, in thousandths of a degree.
std::string Box(double west, double south, double east, double north) {
  const auto lng = [](double v) {
    return absl::StrCat(1130000000 + std::lround(v * 1e4));
  };
  const auto lat = [](double v) {
    return absl::StrCat(340000000 + std::lround(v * 1e4));
  };
  return absl::StrCat("polygons { rings { coordinates_e7: [", lng(west), ",",
                      lat(south), ",", lng(east), ",", lat(south), ",",
                      lng(east), ",", lat(north), ",", lng(west), ",",
                      lat(north), "] } }");
}

std::string GridText(const std::string& id, const std::string& level,
                     const std::string& parent, const std::string& polygons,
                     const std::string& layer = "GOVERNANCE") {
  return absl::StrCat("grid { grid_id: '", id, "' grid_code: '", id,
                      "' name: '", id, "' layer: GRID_LAYER_", layer,
                      " level: GRID_LEVEL_", level, " parent_grid_id: '",
                      parent, "' ", polygons, "}");
}

// Whole: two districts of two streets each, one unit with a full roster.
RowMap WholeCity() {
  RowMap rows;
  for (const std::string& row :
       {GridText("c", "CITY", "", Box(0, 0, 20, 10)),
        GridText("d1", "DISTRICT", "c", Box(0, 0, 10, 10)),
        GridText("d2", "DISTRICT", "c", Box(10, 0, 20, 10)),
        GridText("s1", "STREET", "d1", Box(0, 0, 10, 5)),
        GridText("s2", "STREET", "d1", Box(0, 5, 10, 10)),
        GridText("s3", "STREET", "d2", Box(10, 0, 20, 5)),
        GridText("s4", "STREET", "d2", Box(10, 5, 20, 10)),
        std::string("unit { unit_id: 'oc' name: '城运' kind: "
                    "UNIT_KIND_OPERATION_CENTRE function: 'operation_centre' "
                    "jurisdiction_grid_ids: 'c' }"),
        std::string("unit { unit_id: 'u' name: '城管' parent_unit_id: 'oc' "
                    "kind: UNIT_KIND_DEPARTMENT function: 'urban' "
                    "jurisdiction_grid_ids: 'c' }"),
        std::string("officer { officer_id: 'o' name: '甲' unit_id: 'oc' }"),
        std::string("officer { officer_id: 'a' name: '乙' unit_id: 'u' }"),
        std::string("officer { officer_id: 'b' name: '丙' unit_id: 'u' }"),
        std::string("duty_shift { shift_id: 'day' unit_id: 'u' officer_id: 'a' "
                    "role: DUTY_ROLE_PRIMARY weekdays: [1,2,3,4,5,6,7] "
                    "start_minute: 480 end_minute: 1200 }"),
        std::string("duty_shift { shift_id: 'night' unit_id: 'u' officer_id: "
                    "'b' role: DUTY_ROLE_SUBSTITUTE weekdays: [1,2,3,4,5,6,7] "
                    "start_minute: 1200 end_minute: 480 }"),
        std::string("category { category_code: 'road' name: '道路' kind: "
                    "CATEGORY_KIND_INCIDENT handle_limit_minutes: 60 }"),
        std::string("rule { rule_id: 'r' category_code: 'road' function: "
                    "'urban' role: RULE_ROLE_LEAD }")}) {
    AddRow(FromText<CityRow>(row), &rows);
  }
  return rows;
}

CityCertificate CertificateOf(const std::vector<std::string>& changed) {
  RowMap rows = WholeCity();
  for (const std::string& row : changed) AddRow(FromText<CityRow>(row), &rows);
  const auto city = City::Build({}, rows);
  EXPECT_OK(city);
  return Certify(**city, kNow);
}

std::vector<CityFaultKind> Kinds(const CityCertificate& certificate) {
  std::vector<CityFaultKind> kinds;
  for (const CityFault& fault : certificate.faults()) {
    kinds.push_back(fault.kind());
  }
  return kinds;
}

TEST(CertificateTest, AWholeCityIsCertified) {
  const CityCertificate c = CertificateOf({});
  EXPECT_TRUE(c.certified());
  EXPECT_THAT(Kinds(c), IsEmpty());
  EXPECT_EQ(c.parent_count(), 3);
  // The city's outline has no corner where the districts meet, so that one
  // needs geometry, as have the districts where streets meet.
  EXPECT_EQ(c.total().leaf_count(), 4);
  EXPECT_EQ(c.total().cell_count(), 4);
  EXPECT_EQ(c.total().fallback_cell_count(), 0);
  EXPECT_EQ(c.total().unmanned_cell_count(), 0);
  ASSERT_EQ(c.districts_size(), 3);  // And what lies above districts.
  EXPECT_EQ(c.districts(1).district_grid_id(), "d1");
  EXPECT_EQ(c.districts(1).leaf_count(), 2);
}

TEST(CertificateTest, FaultsAreNamed) {
  const struct {
    std::vector<std::string> changed;
    CityFaultKind kind;
    const char* row;
    const char* district;
    const char* words;
  } cases[] = {
      {{GridText("s1", "STREET", "d1", Box(0, 0, 10, 4))},
       registry::v1::CITY_FAULT_KIND_GAP,
       "grid/d1",
       "d1",
       "no grid below covers"},
      {{GridText("s1", "STREET", "d1", Box(0, 0, 10, 6))},
       registry::v1::CITY_FAULT_KIND_OVERLAP,
       "grid/d1",
       "d1",
       "more than one grid covers"},
      {{GridText("s1", "STREET", "d1", Box(0, -1, 10, 5))},
       registry::v1::CITY_FAULT_KIND_OUTSIDE_PARENT,
       "grid/d1",
       "d1",
       "outside its parent"},
      {{GridText("p1", "STREET", "d1", Box(0, 0, 10, 9), "POLICE")},
       registry::v1::CITY_FAULT_KIND_GAP,
       "grid/d1",
       "d1",
       "no grid below covers"},
      {{GridText("x1", "STREET", "d2", Box(10, 0, 12, 2), "DEDICATED"),
        GridText("x2", "STREET", "d2", Box(11, 1, 13, 3), "DEDICATED")},
       registry::v1::CITY_FAULT_KIND_OVERLAP,
       "grid/d2",
       "d2",
       "more than one grid covers"},
      {{GridText("m1", "COMMUNITY", "s1", Box(0, 0, 10, 5)),
        GridText("m2", "COMMUNITY", "s2", Box(0, 5, 10, 10)),
        GridText("m3", "COMMUNITY", "s3", Box(10, 0, 20, 5))},
       registry::v1::CITY_FAULT_KIND_ORPHAN,
       "grid/s4",
       "d2",
       "no grids below"},
      {{GridText("s1", "STREET", "d1", "")},
       registry::v1::CITY_FAULT_KIND_NO_BOUNDARY,
       "grid/d1",
       "d1",
       "1 grids of d1"},
      {{"duty_shift { shift_id: 'night' unit_id: 'u' officer_id: 'b' role: "
        "DUTY_ROLE_SUBSTITUTE weekdays: [1,2,3,4,5,6,7] start_minute: 1200 "
        "end_minute: 480 last_date: '2026-12-21' }"},
       registry::v1::CITY_FAULT_KIND_ROSTER_HOLE,
       "unit/u",
       "",
       "from 2026-12-22 20:00 to 2026-12-23 08:00"},
      {{"unit { unit_id: 'v' name: '水务' parent_unit_id: 'oc' kind: "
        "UNIT_KIND_DEPARTMENT function: 'water' jurisdiction_grid_ids: 'd2' }",
        "rule { rule_id: 'q' category_code: 'road' grid_id: 'd2' function: "
        "'water' role: RULE_ROLE_LEAD }"},
       registry::v1::CITY_FAULT_KIND_NO_OFFICER,
       "unit/v",
       "d2",
       "水务 has nobody"},
      {{"unit { unit_id: 'v' name: '水务' parent_unit_id: 'oc' kind: "
        "UNIT_KIND_DEPARTMENT function: 'water' jurisdiction_grid_ids: 'd2' }",
        "officer { officer_id: 'w' name: '丁' unit_id: 'v' }"},
       registry::v1::CITY_FAULT_KIND_UNREACHABLE_OFFICER,
       "officer/w",
       "d2",
       "nothing is ever given"},
      {{"duty_shift { shift_id: 'second' unit_id: 'oc' officer_id: 'a' role: "
        "DUTY_ROLE_PRIMARY weekdays: [1,2,3,4,5,6,7] start_minute: 0 "
        "end_minute: 1440 }"},
       registry::v1::CITY_FAULT_KIND_DOUBLE_DUTY,
       "officer/a",
       "",
       "at once from 2026-11-23 10:00 to 2026-11-23 20:00"},
  };
  for (const auto& c : cases) {
    const CityCertificate certificate = CertificateOf(c.changed);
    SCOPED_TRACE(c.words);
    EXPECT_FALSE(certificate.certified());
    ASSERT_THAT(Kinds(certificate), ElementsAre(c.kind));
    const CityFault& fault = certificate.faults(0);
    EXPECT_EQ(KeyText(fault.row()), c.row);
    EXPECT_EQ(fault.district_grid_id(), c.district);
    EXPECT_THAT(fault.description(), HasSubstr(c.words));
    EXPECT_EQ(certificate.total().fault_counts().at(c.kind), 1);
  }
}

TEST(CertificateTest, OverlapsNameTheGridsAndTheGround) {
  const CityCertificate c =
      CertificateOf({GridText("s1", "STREET", "d1", Box(0, 0, 10, 6))});
  ASSERT_EQ(c.faults_size(), 1);
  const CityFault& fault = c.faults(0);
  ASSERT_EQ(fault.other_rows_size(), 2);
  EXPECT_EQ(fault.other_rows(0).id(), "s1");
  EXPECT_EQ(fault.other_rows(1).id(), "s2");
  EXPECT_NEAR(fault.area_square_meters(), 922 * 111.2, 1000);
  EXPECT_NEAR(fault.point().latitude_deg(), 34.0055, 0.001);
  EXPECT_EQ(fault.polygons_size(), 1);
  EXPECT_NEAR(c.total().overlap_square_meters(), fault.area_square_meters(), 1);
}

TEST(CertificateTest, WithoutARuleTheOperationCentreAnswersWhichIsAFault) {
  RowMap rows = WholeCity();
  rows.erase("rule/r");
  const auto city = City::Build({}, rows);
  ASSERT_OK(city);
  const CityCertificate c = Certify(**city, kNow);
  EXPECT_EQ(c.total().fallback_cell_count(), 4);
  // One for each district, and the unit to which nothing is given now.
  EXPECT_EQ(c.total().fault_counts().at(registry::v1::CITY_FAULT_KIND_NO_UNIT),
            2);
}

TEST(CertificateTest, TheSignatureSeesEveryChange) {
  // Made by: openssl ecparam -name prime256v1 -genkey -noout
  //   | openssl pkcs8 -topk8 -nocrypt; and its public key.
  constexpr char kKey[] =
      "-----BEGIN PRIVATE KEY-----\n"
      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgM8h2zVsuS06VWUI3\n"
      "MOzyJNQf2bl5EDDQYjOX/HxJ/umhRANCAATnIwc7+dQEzVendeh9a/HLWBU7xBPq\n"
      "UyXI03c2l63lzCSAQzzvHSTiM65Ln9dqLYkuxL0rgEclFWIwhmCFbAW+\n"
      "-----END PRIVATE KEY-----\n";
  constexpr char kPublic[] =
      "-----BEGIN PUBLIC KEY-----\n"
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5yMHO/nUBM1Xp3XofWvxy1gVO8QT\n"
      "6lMlyNN3Npet5cwkgEM87x0k4jOuS5/Xai2JLsS9K4BHJRViMIZghWwFvg==\n"
      "-----END PUBLIC KEY-----\n";
  CityCertificate c = CertificateOf({});
  ASSERT_OK(Sign(kKey, &c));
  EXPECT_OK(Verify(kPublic, c));
  c.mutable_total()->set_leaf_count(5);
  EXPECT_THAT(Verify(kPublic, c),
              StatusIs(absl::StatusCode::kUnauthenticated, "not as it was"));
  EXPECT_THAT(Sign("no key", &c),
              StatusIs(absl::StatusCode::kInvalidArgument, "EC private key"));
}

}  // namespace
}  // namespace wangge::city
