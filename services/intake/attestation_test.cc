#include "services/intake/attestation.h"

#include "base/crypto.h"
#include "city/city.h"
#include "errors/errors.h"
#include "gtest/gtest.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::intake {
namespace {

constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

class AttestationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string a = ToHex(*Ed25519PublicKey(key_a_));
    const std::string b = ToHex(*Ed25519PublicKey(key_b_));
    city::RowMap rows;
    for (const std::string& row :
         {std::string("grid { grid_id: 'c' layer: GRID_LAYER_GOVERNANCE level: "
                      "GRID_LEVEL_CITY polygons { rings { coordinates_e7: "
                      "[1130000000,340000000,1140000000,340000000,1140000000,"
                      "350000000] } } }"),
          std::string(
              "unit { unit_id: 'oc' kind: UNIT_KIND_OPERATION_CENTRE }"),
          std::string("unit { unit_id: 'branch' parent_unit_id: 'oc' kind: "
                      "UNIT_KIND_POLICE }"),
          std::string(
              "unit { unit_id: 'station' parent_unit_id: 'branch' kind: "
              "UNIT_KIND_POLICE }"),
          std::string("unit { unit_id: 'other' parent_unit_id: 'oc' kind: "
                      "UNIT_KIND_POLICE }"),
          absl::StrCat("officer { officer_id: 'a' unit_id: 'station' "
                       "review_public_key: '",
                       a, "' }"),
          absl::StrCat("officer { officer_id: 'b' unit_id: 'branch' "
                       "review_public_key: '",
                       b, "' }"),
          absl::StrCat("officer { officer_id: 'x' unit_id: 'other' "
                       "review_public_key: '",
                       b, "' }")}) {
      city::AddRow(FromText<city::CityRow>(row), &rows);
    }
    auto city = city::City::Build({}, rows);
    ASSERT_OK(city);
    city_ = *city;
    report_ = FromText<v1::SourceReport>(
        "source_id: '110' source_ref: 'r1' text: '牛肉'");
    Add("a", "station", v1::ReviewAttestation::LEVEL_STATION, key_a_);
    Add("b", "branch", v1::ReviewAttestation::LEVEL_BRANCH, key_b_);
  }

  void Add(const std::string& officer, const std::string& unit,
           v1::ReviewAttestation::Level level, const std::string& key) {
    auto& attestation = *report_.add_review_attestations();
    attestation.set_reviewer_officer_id(officer);
    attestation.set_unit_id(unit);
    attestation.set_level(level);
    attestation.mutable_review_time()->set_seconds(1795400000);
    attestation.set_signature(
        *Ed25519Sign(key, AttestationText(report_, attestation)));
  }

  const std::string key_a_ = std::string(32, 'a');
  const std::string key_b_ = std::string(32, 'b');
  std::shared_ptr<const city::City> city_;
  v1::SourceReport report_;
};

TEST_F(AttestationTest, TwoSignedReviewsAreEnough) {
  EXPECT_OK(CheckAttestations(report_, *city_));
}

TEST_F(AttestationTest, EveryFaultIsRefused) {
  auto check = [&](const v1::SourceReport& report) {
    return CheckAttestations(report, *city_);
  };
  v1::SourceReport r = report_;
  r.mutable_review_attestations()->RemoveLast();
  EXPECT_THAT(check(r), StatusIs(kRefused, "exactly one STATION and one"));
  EXPECT_EQ(errors::ReasonOf(check(r)),
            common::v1::ERROR_REASON_REVIEW_INVALID);
  r = report_;
  r.set_text("别的事");
  EXPECT_THAT(check(r), StatusIs(kRefused, "signature of STATION"));
  r = report_;
  r.set_source_ref("r2");
  EXPECT_THAT(check(r), StatusIs(kRefused, "signature"));
  r = report_;
  r.mutable_review_attestations(1)->mutable_review_time()->set_seconds(1);
  EXPECT_THAT(check(r), StatusIs(kRefused, "signature of BRANCH"));
  r = report_;
  r.mutable_review_attestations(1)->set_reviewer_officer_id("a");
  EXPECT_THAT(check(r), StatusIs(kRefused, "same person"));
  r = report_;
  r.mutable_review_attestations(0)->set_reviewer_officer_id("nobody");
  EXPECT_THAT(check(r), StatusIs(kRefused, "no officer"));
  r = report_;
  r.mutable_review_attestations(0)->set_unit_id("branch");
  EXPECT_THAT(check(r), StatusIs(kRefused, "does not belong"));
}

TEST_F(AttestationTest, TheBranchMustStandAboveTheStation) {
  report_.mutable_review_attestations()->RemoveLast();
  Add("x", "other", v1::ReviewAttestation::LEVEL_BRANCH, key_b_);
  EXPECT_THAT(CheckAttestations(report_, *city_),
              StatusIs(kRefused, "not above"));
}

}  // namespace
}  // namespace wangge::intake
