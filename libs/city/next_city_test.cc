// A city made from another one by changes is the city that is built of the same
// rows, whatever the changes.
#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "city/certificate.h"
#include "city/city.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::city {
namespace {

constexpr int kSide = 4;  // Districts in a row; as many streets in each.

// Cuts and mends a city at random.
class RandomCity {
 public:
  explicit RandomCity(uint32_t seed) : random_(seed) {
    AddGrid("c", "CITY", "", 0, 0, kSide * 100, 100);
    for (int d = 0; d < kSide; ++d) {
      const std::string district = absl::StrCat("d", d);
      AddGrid(district, "DISTRICT", "c", d * 100, 0, d * 100 + 100, 100);
      for (int s = 0; s < kSide; ++s) {
        AddGrid(absl::StrCat(district, "s", s), "STREET", district, d * 100,
                s * 25, d * 100 + 100, s * 25 + 25);
      }
    }
    Add("unit { unit_id: 'oc' name: '城运' kind: UNIT_KIND_OPERATION_CENTRE "
        "function: 'operation_centre' jurisdiction_grid_ids: 'c' }");
    for (int u = 0; u < 6; ++u) AddUnit(u);
    Add("category { category_code: 'k' name: '类' kind: CATEGORY_KIND_ASSET "
        "handle_limit_minutes: 60 }");
    Add("rule { rule_id: 'r' category_code: 'k' function: 'f0' role: "
        "RULE_ROLE_LEAD }");
  }

  const RowMap& rows() const { return rows_; }

  // A few changes, which the rows then hold as well.
  Changes Change() {
    const RowMap before = rows_;
    for (int i = 0; i < 4; ++i) ChangeOne();
    return Difference(RowSet(before), RowSet(rows_));
  }

 private:
  void Add(const std::string& text) { AddRow(FromText<CityRow>(text), &rows_); }

  int Below(int n) {
    return std::uniform_int_distribution<int>(0, n - 1)(random_);
  }

  void AddGrid(const std::string& id, const std::string& level,
               const std::string& parent, int west, int south, int east,
               int north) {
    const auto lng = [](int v) { return 1130000000 + v * 10'000; };
    const auto lat = [](int v) { return 340000000 + v * 10'000; };
    Add(absl::StrCat(
        "grid { grid_id: '", id, "' grid_code: '", id, "' name: '格", id,
        "' layer: GRID_LAYER_GOVERNANCE level: GRID_LEVEL_", level,
        " parent_grid_id: '", parent, "' polygons { rings { coordinates_e7: [",
        lng(west), ",", lat(south), ",", lng(east), ",", lat(south), ",",
        lng(east), ",", lat(north), ",", lng(west), ",", lat(north),
        "] } } }"));
  }

  void AddUnit(int u) {
    Add(absl::StrCat("unit { unit_id: 'u", u, "' name: '单位", u,
                     "' parent_unit_id: 'oc' kind: UNIT_KIND_DEPARTMENT "
                     "function: 'f",
                     u == 0 ? 0 : Below(2), "' jurisdiction_grid_ids: 'd",
                     Below(kSide), "' jurisdiction_grid_ids: 'c' }"));
  }

  void ChangeOne() {
    const std::string street = absl::StrCat("d", Below(kSide), "s", Below(6));
    const int n = Below(5);
    switch (Below(12)) {
      case 0:  // A street comes, moves, or changes its district's place.
      case 1:
        AddGrid(street, "STREET", absl::StrCat("d", Below(kSide)), Below(300),
                Below(50), 301 + Below(100), 51 + Below(50));
        break;
      case 2:
        rows_.erase("grid/" + street);
        break;
      case 3:
        AddUnit(1 + n);
        break;
      case 4:
        Add(absl::StrCat("officer { officer_id: 'o", n, "' name: '人", Below(9),
                         "' unit_id: 'u", Below(6), "' }"));
        break;
      case 5:
        rows_.erase(absl::StrCat("officer/o", n));
        break;
      case 6:
        Add(absl::StrCat("place { place_id: 'p", n, "' name: '地方", Below(9),
                         "' latitude_e7: ", 340000000 + Below(1'000'000),
                         " longitude_e7: ", 1130000000 + Below(4'000'000),
                         " }"));
        break;
      case 7:
        rows_.erase(absl::StrCat("place/p", n));
        break;
      case 8:
        Add(absl::StrCat("asset { asset_id: 'a", n,
                         "' category_code: 'k' name: '灯' latitude_e7: ",
                         340000000 + Below(1'000'000), " longitude_e7: ",
                         1130000000 + Below(4'000'000), " }"));
        break;
      case 9:
        Add(absl::StrCat("category { category_code: 'k", n, "' name: '类",
                         Below(9), "' kind: CATEGORY_KIND_INCIDENT keywords: '",
                         "词", Below(9), "' handle_limit_minutes: 60 }"));
        break;
      case 10:
        rows_.erase(absl::StrCat("category/k", n));
        break;
      default:
        Add(absl::StrCat("calendar_day { date: '2026-11-2", n, "' working: ",
                         Below(2) == 0 ? "true" : "false", " }"));
    }
  }

  std::mt19937 random_;
  RowMap rows_;
};

template <typename Rows>
std::vector<std::string> Ids(const Rows& rows) {
  std::vector<std::string> ids;
  for (const auto* row : rows) ids.push_back(IdOf(*row));
  return ids;
}

// Everything that can be asked of a city, as text.
std::string Answers(const City& city) {
  std::string text = city.version().content_hash();
  const auto add = [&](const std::vector<std::string>& ids) {
    for (const std::string& id : ids) absl::StrAppend(&text, id, ",");
    absl::StrAppend(&text, "\n");
  };
  for (int y = 1; y < 100; y += 7) {
    for (int x = 1; x < 400; x += 13) {
      const geo::Point point{34 + y * 0.001 + 1e-5, 113 + x * 0.001 + 1e-5};
      const Location location = city.Locate(point);
      add(Ids(location.chain));
      add(Ids(city.AssetsNear("k", point, 900)));
      add(Ids(city.UnitsFor("f1", common::v1::UNIT_LEVEL_UNSPECIFIED,
                            location.chain)));
      for (const auto& [grid, distance] :
           city.GridsNear(common::v1::GRID_LAYER_GOVERNANCE,
                          common::v1::GRID_LEVEL_STREET, point, 500)) {
        absl::StrAppend(&text, grid->grid_id(), " ", distance, ",");
      }
    }
  }
  for (int i = 0; i < 9; ++i) {
    for (const NamedPlace& named : city.FindPlaces(absl::StrCat("地方", i))) {
      absl::StrAppend(&text, named.words, named.place->place_id(), " ",
                      named.chain.size(), ",");
    }
    for (const auto& [word, named] : city.FindKeywords(absl::StrCat("词", i))) {
      absl::StrAppend(&text, *word, named->category_code(), ",");
    }
    const Category* category = city.FindCategory(absl::StrCat("k", i));
    if (category != nullptr) absl::StrAppend(&text, category->name(), "\n");
    add(Ids(city.OfficersOf(absl::StrCat("u", i))));
    add(Ids(city.ChildrenOf(absl::StrCat("d", i))));
  }
  for (const NamedPlace& named : city.FindPlaces("格d1s2格d0s0格d3")) {
    add(Ids(named.chain));
  }
  for (int day = 20; day < 30; ++day) {
    absl::StrAppend(
        &text, city.calendar().IsWorkingDay(absl::CivilDay(2026, 11, day)));
  }
  auto certificate = Certify(city, absl::FromUnixSeconds(1795370000));
  certificate.clear_duration_seconds();
  return text + certificate.ShortDebugString();
}

TEST(NextCityTest, IsTheCityThatIsBuiltOfTheSameRows) {
  int refused = 0;
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    RandomCity source(seed);
    auto current = City::Build({}, source.rows());
    ASSERT_OK(current);
    RowMap agreed = source.rows();
    for (int step = 0; step < 12; ++step) {
      RandomCity ahead = source;
      const Changes changes = ahead.Change();
      const auto next = (*current)->With({}, changes);
      const auto built = City::Build({}, ahead.rows());
      ASSERT_EQ(next.ok(), built.ok()) << "seed " << seed << ", step " << step
                                       << ": " << next.status() << "\n"
                                       << built.status();
      source = ahead;
      if (!next.ok()) {
        ++refused;
        break;
      }
      // Compared as text only where it differs: it is long.
      ASSERT_TRUE(Answers(**next) == Answers(**built))
          << "seed " << seed << ", step " << step;
      // The old one stays what it was.
      if (step == 5) {
        ASSERT_TRUE(Answers(**current) == Answers(**City::Build({}, agreed)));
      }
      current = next;
      agreed = ahead.rows();
    }
  }
  EXPECT_LT(refused, 12) << "no city came through";
}

Changes AllOf(const RandomCity& source) { return {source.rows(), {}}; }

TEST(NextCityTest, AReplicaAdoptsTheVersionThatWasMadeElsewhere) {
  RandomCity source(1);
  const auto first = City::Build({}, source.rows());
  ASSERT_OK(first);
  auto replica = City::Adopt(nullptr, (*first)->version(), AllOf(source));
  ASSERT_OK(replica);
  EXPECT_TRUE(Answers(**replica) == Answers(**first));
  const Changes changes = source.Change();
  const auto second = (*first)->With({}, changes);
  ASSERT_OK(second);
  replica = City::Adopt(replica->get(), (*second)->version(), changes);
  ASSERT_OK(replica);
  EXPECT_TRUE(Answers(**replica) == Answers(**second));
}

TEST(NextCityTest, AReplicaRefusesRowsThatAreNotTheVersions) {
  RandomCity source(1);
  const auto city = City::Build({}, source.rows());
  ASSERT_OK(city);
  Changes all = AllOf(source);
  all.upserts.erase(std::prev(all.upserts.end()));
  EXPECT_EQ(City::Adopt(nullptr, (*city)->version(), all).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace wangge::city
