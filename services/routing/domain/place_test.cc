// How words become a place: roads, numbers, crossings, relative words,
// districts by the model of addresses, and how sure all that is.
#include <map>

#include "gmock/gmock.h"
#include "services/routing/domain/route.h"
#include "services/routing/domain/test_city.h"
#include "services/routing/domain/training.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::routing {
namespace {

std::string PlaceRow(const std::string& id, const std::string& name,
                     const std::string& kind, double latitude,
                     double longitude) {
  return absl::StrCat("place { place_id: '", id, "' name: '", name, "' kind: '",
                      kind, "' latitude_e7: ", std::lround(latitude * 1e7),
                      " longitude_e7: ", std::lround(longitude * 1e7), " }");
}

class PlaceTest : public ::testing::Test {
 protected:
  RoutePlan Resolve(const std::string& address,
                    const text::Classifier& model) const {
    Matter matter;
    matter.set_address(address);
    matter.set_text("暖气不热");
    RoutePlan plan;
    ResolvePlace(*city_, model, Reading(matter), &plan);
    return plan;
  }
  RoutePlan Resolve(const std::string& address) const {
    return Resolve(address, *model_);
  }

  // A road runs from the street of one district into the other's; a compound
  // fills the north-eastern corner of its street.
  std::shared_ptr<const city::City> city_ =
      MakeCity({PlaceRow("h1", "文化路1号", "building", 34.10, 113.10),
                PlaceRow("h2", "文化路11号", "building", 34.11, 113.10),
                PlaceRow("h3", "文化路501号", "building", 34.60, 113.60),
                PlaceRow("r1", "农业路", "road", 34.101, 113.101),
                PlaceRow("r2", "农业路", "road", 34.12, 113.20),
                PlaceRow("s1", "宝龙商场", "shop", 34.29995, 113.10),
                GridRow("k1", "410105001001", "月季花园", "s1", "COMPOUND",
                        Square(34.2, 113.2, 0.05)),
                GridRow("k2", "410105001002", "牡丹花园", "s1", "COMPOUND",
                        Square(34.25, 113.2, 0.05))});
  std::shared_ptr<const text::Classifier> model_ =
      *text::Train({{"暖气不热", "heat"}, {"路灯不亮", "light"}});
};

TEST_F(PlaceTest, AHouseNumberLiesBetweenItsNeighbours) {
  const RoutePlan plan = Resolve("文化路6号");
  EXPECT_EQ(plan.place().name(), "文化路6号");
  EXPECT_EQ(plan.district_code(), "410105");
  EXPECT_NEAR(plan.place().point().latitude_deg(), 34.11, 0.011);
  EXPECT_EQ(Resolve("文化路503号").district_code(), "410122");
}

TEST_F(PlaceTest, ARoadAloneMeansEveryStreetThatItRunsThrough) {
  const RoutePlan plan = Resolve("文化路上");
  EXPECT_EQ(plan.place_candidates_size(), 2);
  EXPECT_LT(plan.place().confidence(), 0.6);
  EXPECT_EQ(Resolve("中牟县文化路上").district_code(), "410122");
}

TEST_F(PlaceTest, TwoRoadsMeet) {
  const RoutePlan plan = Resolve("文化路与农业路交叉口");
  EXPECT_EQ(plan.place().name(), "文化路与农业路");
  EXPECT_NEAR(plan.place().point().latitude_deg(), 34.1005, 1e-6);
  const RoutePlan north = Resolve("文化路农业路交叉口向北300米路东");
  EXPECT_NEAR(north.place().point().latitude_deg(), 34.1005 + 300 / 111195.0,
              1e-5);
  EXPECT_LT(north.place().confidence(), plan.place().confidence());
}

TEST_F(PlaceTest, RoadsOfTwoTownsThatCrossAlikeAreToldApartByDistrictWords) {
  city_ = MakeCity({PlaceRow("r1", "人民路", "road", 34.20, 113.20),
                    PlaceRow("r2", "建设路", "road", 34.201, 113.20),
                    PlaceRow("r3", "人民路", "road", 34.60, 113.60),
                    PlaceRow("r4", "建设路", "road", 34.60, 113.601)});
  const RoutePlan either = Resolve("人民路与建设路交叉口");
  ASSERT_EQ(either.place_candidates_size(), 2);
  EXPECT_LT(either.place().confidence(), 0.6);
  const RoutePlan there = Resolve("中牟县人民路与建设路交叉口");
  EXPECT_EQ(there.place().name(), "人民路与建设路");
  EXPECT_EQ(there.district_code(), "410122");
  EXPECT_EQ(Resolve("金水区人民路与建设路交叉口").district_code(), "410105");
}

TEST_F(PlaceTest, OppositeAGateLiesBeyondTheEdge) {
  EXPECT_THAT(Resolve("月季花园北门").place().grid_ids(),
              ::testing::Contains("k1"));
  EXPECT_THAT(Resolve("月季花园北门对面").place().grid_ids(),
              ::testing::Contains("k2"));
  const double beside = Resolve("月季花园附近").place().confidence();
  EXPECT_LT(beside, Resolve("月季花园3号楼").place().confidence());
}

TEST_F(PlaceTest, APlaceAndMetersMayLeadIntoTheNextStreet) {
  EXPECT_EQ(Resolve("宝龙商场向南500米").district_code(), "410105");
  EXPECT_THAT(Resolve("宝龙商场").place().grid_ids(),
              ::testing::Contains("s1"));
  // North of the street the district goes on without one.
  EXPECT_THAT(Resolve("宝龙商场向北500米").place().grid_ids(),
              ::testing::Not(::testing::Contains("s1")));
}

TEST_F(PlaceTest, TheModelOfAddressesTellsEqualNamesApart) {
  std::vector<KnownAddress> known;
  for (int i = 0; i < 40; ++i) {
    known.push_back({absl::StrCat("滨河新区王庄村", i, "号"), {34.6, 113.6}});
    known.push_back({absl::StrCat("老城王庄村", i, "号"), {34.2, 113.2}});
    known.push_back({absl::StrCat("月季花园", i, "号楼"), {34.21, 113.21}});
    known.push_back({absl::StrCat("王庄村", i, "组"), {34.2, 113.2}});
  }
  const v1::AddressModel addresses = LearnAddresses(*city_, known);
  v1::TextModel taught = model_->model();
  *taught.mutable_addresses() = addresses;
  const auto model = text::Classifier::Create(taught);
  ASSERT_OK(model);
  EXPECT_EQ(Resolve("滨河新区王庄村5号", **model).district_code(), "410122");
  EXPECT_EQ(Resolve("老城王庄村5号", **model).district_code(), "410105");
  // A name that the city does not know leaves the district.
  const RoutePlan unknown = Resolve("滨河新区", **model);
  EXPECT_EQ(unknown.district_code(), "410122");
  EXPECT_LT(unknown.place().confidence(), 0.6);
  // Evidence that always led to the right street there makes sure here.
  EXPECT_GT(Resolve("月季花园7号楼", **model).place().confidence(), 0.95);
  std::map<std::string, int64_t> correct;
  std::map<std::string, int64_t> total;
  for (const auto& accuracy : addresses.evidence_accuracies()) {
    correct[accuracy.evidence()] += accuracy.correct_count();
    total[accuracy.evidence()] += accuracy.total_count();
  }
  EXPECT_EQ(correct["compound/1"], 40);
  EXPECT_EQ(total["place/2"], 120);
  EXPECT_GT(addresses.threshold().value(), 0.9);
}

TEST_F(PlaceTest, AHouseNumberThatAnotherDistrictsRoadHasDoesNotOutvoteIt) {
  std::vector<KnownAddress> known;
  for (int i = 0; i < 40; ++i) {
    known.push_back({absl::StrCat("滨河新区", i, "号"), {34.6, 113.6}});
    known.push_back({absl::StrCat("老城", i, "号"), {34.2, 113.2}});
  }
  v1::TextModel taught = model_->model();
  *taught.mutable_addresses() = LearnAddresses(*city_, known);
  const auto model = text::Classifier::Create(taught);
  ASSERT_OK(model);
  EXPECT_EQ(Resolve("文化路5号", **model).place().name(), "文化路5号");
  EXPECT_EQ(Resolve("文化路5号", **model).district_code(), "410105");
  // There the road is known, not its house.
  const RoutePlan there = Resolve("滨河新区文化路5号", **model);
  EXPECT_EQ(there.district_code(), "410122");
  ASSERT_GT(there.place_candidates_size(), 0);
  EXPECT_EQ(there.place_candidates(0).words(), "文化路");
}

TEST_F(PlaceTest, ADistrictThatIsKnownBetterThanByThePointIsLearned) {
  std::vector<KnownAddress> known;
  for (int i = 0; i < 40; ++i) {
    known.push_back({absl::StrCat("界河", i, "号"), {34.2, 113.2}, "410122"});
    known.push_back({absl::StrCat("老城", i, "号"), {34.2, 113.2}});
    // The point lies outside the city.
    known.push_back({absl::StrCat("飞地", i, "号"), {30, 110}, "410122"});
  }
  v1::TextModel taught = model_->model();
  *taught.mutable_addresses() = LearnAddresses(*city_, known);
  const auto model = text::Classifier::Create(taught);
  ASSERT_OK(model);
  EXPECT_EQ(Resolve("界河7号", **model).district_code(), "410122");
  EXPECT_EQ(Resolve("老城7号", **model).district_code(), "410105");
  EXPECT_EQ(Resolve("飞地7号", **model).district_code(), "410122");
}

TEST_F(PlaceTest, AModelOfAddressesWithAnotherInItIsRefused) {
  v1::TextModel nested = model_->model();
  *nested.mutable_addresses()->mutable_districts() = model_->model();
  *nested.mutable_addresses()
       ->mutable_districts()
       ->mutable_addresses()
       ->mutable_districts() = model_->model();
  EXPECT_THAT(text::Classifier::Create(nested),
              StatusIs(absl::StatusCode::kInvalidArgument, "another"));
}

}  // namespace
}  // namespace wangge::routing
