#include "citysim/city.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/crypto.h"
#include "city/city.h"
#include "citysim/categories.h"
#include "citysim/geometry.h"
#include "citysim/names.h"

namespace wangge::citysim {
namespace {

using city::CityRow;
using city::Grid;
using city::Officer;
using city::Unit;
using common::v1::GridLayer;
using common::v1::GridLevel;

// The city's box; districts are its cells, roughly where they lie.
constexpr Rect kCity{1'127'000'000, 342'600'000, 1'141'800'000, 349'800'000};

struct District {
  const char* code;  // GB/T 2260, or the city's own for development zones.
  const char* name;
};
constexpr District kDistricts[4][4] = {
    {{"410181", "巩义市"},
     {"410182", "荥阳市"},
     {"410108", "惠济区"},
     {"410105", "金水区"}},
    {{"410106", "上街区"},
     {"410172", "高新区"},
     {"410102", "中原区"},
     {"410174", "郑东新区"}},
    {{"410185", "登封市"},
     {"410103", "二七区"},
     {"410104", "管城回族区"},
     {"410171", "经开区"}},
    {{"410183", "新密市"},
     {"410184", "新郑市"},
     {"410173", "航空港区"},
     {"410122", "中牟县"}},
};

struct Function {
  const char* id;
  const char* name;
  registry::v1::UnitKind kind;
};
constexpr Function kDistrictFunctions[] = {
    {"urban_management", "城市管理局", registry::v1::UNIT_KIND_DEPARTMENT},
    {"traffic_police", "交警大队", registry::v1::UNIT_KIND_POLICE},
    {"housing", "住房保障局", registry::v1::UNIT_KIND_DEPARTMENT},
    {"environment", "生态环境局", registry::v1::UNIT_KIND_DEPARTMENT},
    {"transport", "交通运输局", registry::v1::UNIT_KIND_DEPARTMENT},
    {"labour", "人社局", registry::v1::UNIT_KIND_DEPARTMENT},
    {"education", "教育局", registry::v1::UNIT_KIND_DEPARTMENT},
    {"civil_affairs", "民政局", registry::v1::UNIT_KIND_DEPARTMENT},
    {"water", "自来水公司", registry::v1::UNIT_KIND_UTILITY},
    {"power", "供电公司", registry::v1::UNIT_KIND_UTILITY},
    {"heating", "热力公司", registry::v1::UNIT_KIND_UTILITY},
};

// The places of the article's stories: district, name, other names, kind.
struct StoryPlace {
  const char* id;
  const char* district;
  const char* name;
  const char* alias;
  const char* kind;
};
constexpr StoryPlace kStoryPlaces[] = {
    {"story-1", "410172", "金色港湾西门卤食铺", "金色港湾", "shop"},
    {"story-2", "410105", "经三路农科路口人行道", "经三路农科路", "road"},
    {"story-3", "410181", "开普西一区", "诗圣大道开普西一区", "compound"},
    {"story-4", "410103", "西里路2号院", "西里路二号院", "compound"},
    {"story-5", "410102", "桐柏南路锦绣苑", "锦绣苑3号楼", "compound"},
    {"story-6", "410104", "紫荆山路东大街路口", "紫荆山路与东大街交叉口",
     "road"},
};

class CityMaker {
 public:
  CityMaker(const Scale& scale, uint32_t seed) : scale_(scale), seed_(seed) {}

  SimulatedCity Make() {
    CutGround();
    AddGrid("zz", "410100", "郑州市", "", GridLayer::GRID_LAYER_GOVERNANCE,
            GridLevel::GRID_LEVEL_CITY, kCity);
    AddCentre("oc", "市城运中心", "", common::v1::UNIT_LEVEL_CITY, "zz");
    for (const Node& district : districts_) AddDistrict(district);
    for (const Node& district : districts_) AddVolunteers(district);
    AddCategories();
    AddStories();
    AddCalendar();
    return std::move(result_);
  }

 private:
  struct Node {
    std::string id;
    std::string code;
    std::string name;
    Rect rect;
    std::vector<Node> children;
  };

  // ---- Ground

  void CutGround() {
    // Rows from north to south; district cells of equal size keep it simple.
    const int32_t width = (kCity.east - kCity.west) / 4;
    const int32_t height = (kCity.north - kCity.south) / 4;
    for (int row = 0; row < 4; ++row) {
      for (int column = 0; column < 4; ++column) {
        const District& d = kDistricts[row][column];
        const Rect rect{
            kCity.west + column * width, kCity.north - (row + 1) * height,
            kCity.west + (column + 1) * width, kCity.north - row * height};
        districts_.push_back(
            {absl::StrCat("d", d.code), d.code, d.name, rect, {}});
      }
    }
    std::vector<Node*> level;
    for (Node& district : districts_) level.push_back(&district);
    level = CutLevel(level, scale_.streets, 's', StreetName);
    level = CutLevel(level, scale_.communities, 'c', CommunityName);
    level = CutLevel(level, scale_.compounds, 'g', CompoundName);
    level = CutLevel(level, scale_.micro_grids, 'm', [](int number) {
      return absl::StrCat("第", number % 100 + 1, "微网格");
    });
    for (const Node* leaf : level) outliner_.AddCorners(leaf->rect);
  }

  std::vector<Node*> CutLevel(const std::vector<Node*>& parents, int total,
                              char prefix,
                              const std::function<std::string(int)>& name) {
    const auto shares = Share(total, static_cast<int>(parents.size()));
    std::vector<Node*> all;
    int number = 0;
    for (size_t i = 0; i < parents.size(); ++i) {
      Node& parent = *parents[i];
      int within = 0;
      for (const Rect& rect : Cut(parent.rect, shares[i])) {
        ++number;
        ++within;
        parent.children.push_back(
            {absl::StrCat(std::string(1, prefix), number),
             absl::StrCat(parent.code, absl::StrFormat("%03d", within)),
             name(number),
             rect,
             {}});
      }
    }
    for (Node* parent : parents) {
      for (Node& child : parent->children) all.push_back(&child);
    }
    return all;
  }

  void AddGrid(const std::string& id, const std::string& code,
               const std::string& name, const std::string& parent,
               GridLayer layer, GridLevel level, const Rect& rect) {
    CityRow row;
    Grid& grid = *row.mutable_grid();
    grid.set_grid_id(id);
    grid.set_grid_code(code);
    grid.set_name(name);
    grid.set_parent_grid_id(parent);
    grid.set_layer(layer);
    grid.set_level(level);
    *grid.add_polygons() = outliner_.Outline(rect);
    if (level == GridLevel::GRID_LEVEL_MICRO) {
      grid.set_household_count(
          50 + static_cast<int>(id.size() * 7 + code.back()) % 21);
    }
    city::AddRow(row, &result_.rows);
  }

  // ---- Units and people

  void AddUnit(const std::string& id, const std::string& name,
               const std::string& parent, registry::v1::UnitKind kind,
               common::v1::UnitLevel level, const std::string& function,
               const std::string& grid) {
    CityRow row;
    Unit& unit = *row.mutable_unit();
    unit.set_unit_id(id);
    unit.set_name(name);
    unit.set_parent_unit_id(parent);
    unit.set_kind(kind);
    unit.set_level(level);
    unit.set_function(function);
    unit.add_jurisdiction_grid_ids(grid);
    city::AddRow(row, &result_.rows);
  }

  std::string AddOfficer(const std::string& unit,
                         const std::vector<std::string>& posts,
                         const std::string& grid, bool reviewer = false) {
    CityRow row;
    Officer& officer = *row.mutable_officer();
    officer.set_officer_id(absl::StrFormat("o%06d", ++officers_));
    officer.set_name(PersonName(officers_ + static_cast<int>(seed_)));
    officer.set_unit_id(unit);
    *officer.mutable_posts() = {posts.begin(), posts.end()};
    officer.set_grid_id(grid);
    if (reviewer) {
      const std::string key = Sha256(absl::StrCat(
          "wangge simulated reviewer ", seed_, " ", officer.officer_id()));
      officer.set_review_public_key(ToHex(*Ed25519PublicKey(key)));
      result_.reviewer_keys.push_back({officer.officer_id(), key});
    }
    city::AddRow(row, &result_.rows);
    return officer.officer_id();
  }

  void AddShift(const std::string& unit, const std::string& officer,
                registry::v1::DutyRole role, int start, int end) {
    CityRow row;
    auto& shift = *row.mutable_duty_shift();
    shift.set_shift_id(absl::StrFormat("w%06d", ++shifts_));
    shift.set_unit_id(unit);
    shift.set_officer_id(officer);
    shift.set_role(role);
    for (int day = 1; day <= 7; ++day) shift.add_weekdays(day);
    shift.set_start_minute(start);
    shift.set_end_minute(end);
    city::AddRow(row, &result_.rows);
  }

  // Two officers: one by day, the other as substitute by night.
  void Staff(const std::string& unit, const std::vector<std::string>& posts,
             bool reviewer = false) {
    StaffWith(unit, posts, posts, reviewer);
  }
  void StaffWith(const std::string& unit,
                 const std::vector<std::string>& day_posts,
                 const std::vector<std::string>& night_posts, bool reviewer) {
    constexpr int kMorning = 8 * 60;
    constexpr int kEvening = 20 * 60;
    const std::string day = AddOfficer(unit, day_posts, "", reviewer);
    const std::string night = AddOfficer(unit, night_posts, "", reviewer);
    AddShift(unit, day, registry::v1::DUTY_ROLE_PRIMARY, kMorning, kEvening);
    AddShift(unit, night, registry::v1::DUTY_ROLE_SUBSTITUTE, kEvening,
             kMorning);
  }

  void AddCentre(const std::string& id, const std::string& name,
                 const std::string& parent, common::v1::UnitLevel level,
                 const std::string& grid) {
    AddUnit(id, name, parent, registry::v1::UNIT_KIND_OPERATION_CENTRE, level,
            "operation_centre", grid);
    StaffWith(id, {"dispatcher", "duty_officer", "leader"},
              {"dispatcher", "duty_officer"}, false);
  }

  void AddDistrict(const Node& district) {
    AddGrid(district.id, district.code, district.name, "zz",
            GridLayer::GRID_LAYER_GOVERNANCE, GridLevel::GRID_LEVEL_DISTRICT,
            district.rect);
    const std::string centre = "oc-" + district.id;
    AddCentre(centre, district.name + "城运中心", "oc",
              common::v1::UNIT_LEVEL_DISTRICT, district.id);
    for (const Function& function : kDistrictFunctions) {
      const std::string id = absl::StrCat(function.id, "-", district.id);
      AddUnit(id, absl::StrCat(district.name, function.name), centre,
              function.kind, common::v1::UNIT_LEVEL_DISTRICT, function.id,
              district.id);
      Staff(id, {"duty_officer"});
    }
    const std::string branch = "police-" + district.id;
    AddUnit(branch, district.name + "公安分局", centre,
            registry::v1::UNIT_KIND_POLICE, common::v1::UNIT_LEVEL_DISTRICT,
            "police_branch", district.id);
    Staff(branch, {"reviewer"}, true);
    for (const Node& street : district.children) {
      AddStreet(street, district, centre, branch);
    }
  }

  void AddStreet(const Node& street, const Node& district,
                 const std::string& district_centre,
                 const std::string& branch) {
    AddGrid(street.id, street.code, street.name, district.id,
            GridLayer::GRID_LAYER_GOVERNANCE, GridLevel::GRID_LEVEL_STREET,
            street.rect);
    const std::string centre = "oc-" + street.id;
    AddCentre(centre, street.name + "城运中心", district_centre,
              common::v1::UNIT_LEVEL_STREET, street.id);
    AddOfficer(centre, {"grid_leader"}, street.id);
    const std::string market = "market_supervision-" + street.id;
    AddUnit(market, street.name + "市场监管所", centre,
            registry::v1::UNIT_KIND_DEPARTMENT, common::v1::UNIT_LEVEL_STREET,
            "market_supervision", street.id);
    Staff(market, {"duty_officer"});
    const std::string property = "property-" + street.id;
    AddUnit(property, street.name + "物业服务企业", centre,
            registry::v1::UNIT_KIND_COMPANY, common::v1::UNIT_LEVEL_STREET,
            "property", street.id);
    Staff(property, {"duty_officer"});
    const std::string station = "police-" + street.id;
    AddUnit(station, street.name + "派出所", branch,
            registry::v1::UNIT_KIND_POLICE, common::v1::UNIT_LEVEL_STREET,
            "police_station", street.id);
    Staff(station, {"reviewer"}, true);
    for (const Node& community : street.children) {
      AddCommunity(community, street, centre, station);
    }
  }

  void AddCommunity(const Node& community, const Node& street,
                    const std::string& centre, const std::string& station) {
    AddGrid(community.id, community.code, community.name, street.id,
            GridLayer::GRID_LAYER_GOVERNANCE, GridLevel::GRID_LEVEL_COMMUNITY,
            community.rect);
    // One police officer per community: the police grid has its bounds.
    AddGrid("p-" + community.id, "J" + community.code, community.name + "警格",
            street.id, GridLayer::GRID_LAYER_POLICE,
            GridLevel::GRID_LEVEL_COMMUNITY, community.rect);
    AddOfficer(station, {"grid_police"}, "p-" + community.id);
    const std::string team = "team-" + community.id;
    AddUnit(team, community.name + "网格", centre,
            registry::v1::UNIT_KIND_GRID_TEAM, common::v1::UNIT_LEVEL_COMMUNITY,
            "grid_team", community.id);
    Staff(team, {"grid_leader"});
    AddOfficer(team, {"grid_leader"}, community.id);
    for (const Node& compound : community.children) {
      AddCompound(compound, community, team);
    }
  }

  void AddCompound(const Node& compound, const Node& community,
                   const std::string& team) {
    AddGrid(compound.id, compound.code, compound.name, community.id,
            GridLayer::GRID_LAYER_GOVERNANCE, GridLevel::GRID_LEVEL_COMPOUND,
            compound.rect);
    AddOfficer(team, {"grid_leader", "grid_worker"}, compound.id);
    if (dedicated_ < scale_.dedicated) {
      // A market, a park or a station in the middle of the compound.
      ++dedicated_;
      const Rect& r = compound.rect;
      const Rect inner{
          r.west + (r.east - r.west) / 4, r.south + (r.north - r.south) / 4,
          r.east - (r.east - r.west) / 4, r.north - (r.north - r.south) / 4};
      const std::string id = absl::StrCat("x", dedicated_);
      AddGrid(id, "Z" + compound.code, compound.name + "专属网格", community.id,
              GridLayer::GRID_LAYER_DEDICATED, GridLevel::GRID_LEVEL_COMPOUND,
              inner);
      AddOfficer(team, {"grid_worker"}, id);
    }
    for (const Node& micro : compound.children) {
      AddGrid(micro.id, micro.code, compound.name + micro.name, compound.id,
              GridLayer::GRID_LAYER_GOVERNANCE, GridLevel::GRID_LEVEL_MICRO,
              micro.rect);
      AddOfficer(team, {"micro_grid_leader"}, micro.id);
    }
  }

  // Two in every compound, of the team of their community.
  void AddVolunteers(const Node& district) {
    for (const Node& street : district.children) {
      for (const Node& community : street.children) {
        for (const Node& compound : community.children) {
          for (int i = 0; i < 2; ++i) {
            AddOfficer("team-" + community.id, {"volunteer"}, compound.id);
          }
        }
      }
    }
  }

  // ---- Catalogue

  void AddRule(const std::string& category, const Duty& duty,
               registry::v1::RuleRole role) {
    CityRow row;
    auto& rule = *row.mutable_rule();
    rule.set_rule_id(absl::StrFormat("r%03d", ++rules_));
    rule.set_category_code(category);
    rule.set_function(duty.function);
    rule.set_level(duty.level);
    rule.set_role(role);
    rule.set_basis(duty.basis);
    city::AddRow(row, &result_.rows);
  }

  void AddCategories() {
    for (const CategorySpec& spec : Categories()) {
      CityRow row;
      auto& category = *row.mutable_category();
      category.set_category_code(spec.code);
      category.set_name(spec.name);
      category.set_kind(spec.asset ? registry::v1::CATEGORY_KIND_ASSET
                                   : registry::v1::CATEGORY_KIND_INCIDENT);
      category.set_urgency(spec.urgency);
      category.set_handle_limit_minutes(spec.handle_limit_minutes);
      category.set_department_only(spec.department_only);
      category.set_divertible(true);
      category.set_filing_condition("位置和事项明确");
      category.set_closing_condition("现场复核合格或诉求人认可");
      for (const char* keyword : spec.keywords) category.add_keywords(keyword);
      city::AddRow(row, &result_.rows);
      AddRule(spec.code, spec.lead, registry::v1::RULE_ROLE_LEAD);
      for (const Duty& duty : spec.co_handlers) {
        AddRule(spec.code, duty, registry::v1::RULE_ROLE_CO_HANDLER);
      }
    }
  }

  // ---- Stories, calendar

  const Node& FirstCompound(const std::string& district_code) const {
    for (const Node& district : districts_) {
      if (district.code == district_code) {
        return district.children[0].children[0].children[0];
      }
    }
    return districts_[0].children[0].children[0].children[0];
  }

  void AddStories() {
    for (const StoryPlace& story : kStoryPlaces) {
      const Rect& rect = FirstCompound(story.district).rect;
      CityRow row;
      auto& place = *row.mutable_place();
      place.set_place_id(story.id);
      place.set_name(story.name);
      place.add_aliases(story.alias);
      place.set_kind(story.kind);
      place.set_latitude_e7(rect.CenterLatitude() - 2'000);
      place.set_longitude_e7(rect.CenterLongitude() - 2'000);
      city::AddRow(row, &result_.rows);
    }
    // Traffic lights: one that has an owner, one that was never handed over.
    AddLight("light-owned", "花园路口信号灯", "410105",
             "traffic_police-d410105");
    AddLight("light-nobody", "紫荆山路东大街路口信号灯", "410104", "");
  }

  void AddLight(const std::string& id, const std::string& name,
                const std::string& district_code, const std::string& owner) {
    const Rect& rect = FirstCompound(district_code).rect;
    CityRow row;
    auto& asset = *row.mutable_asset();
    asset.set_asset_id(id);
    asset.set_category_code("road.signal");
    asset.set_name(name);
    asset.set_owner_unit_id(owner);
    asset.set_latitude_e7(rect.CenterLatitude() - 2'000);
    asset.set_longitude_e7(rect.CenterLongitude() - 2'000);
    city::AddRow(row, &result_.rows);
  }

  void AddCalendar() {
    const struct {
      const char* date;
      bool working;
      const char* name;
    } days[] = {
        {"2026-10-01", false, "国庆节"},    {"2026-10-02", false, "国庆节"},
        {"2026-10-05", false, "国庆节"},    {"2026-10-06", false, "国庆节"},
        {"2026-10-07", false, "国庆节"},    {"2026-09-27", true, "国庆节调休"},
        {"2026-10-10", true, "国庆节调休"}, {"2027-01-01", false, "元旦"},
        {"2027-02-05", false, "除夕"},      {"2027-02-08", false, "春节"},
        {"2027-02-09", false, "春节"},      {"2027-02-10", false, "春节"},
        {"2027-02-11", false, "春节"},      {"2027-02-12", false, "春节"},
        {"2027-01-31", true, "春节调休"},   {"2027-02-14", true, "春节调休"},
    };
    for (const auto& day : days) {
      CityRow row;
      row.mutable_calendar_day()->set_date(day.date);
      row.mutable_calendar_day()->set_working(day.working);
      row.mutable_calendar_day()->set_name(day.name);
      city::AddRow(row, &result_.rows);
    }
  }

  const Scale scale_;
  const uint32_t seed_;
  std::vector<Node> districts_;
  Outliner outliner_;
  SimulatedCity result_;
  int officers_ = 0;
  int shifts_ = 0;
  int rules_ = 0;
  int dedicated_ = 0;
};

}  // namespace

SimulatedCity MakeCity(const Scale& scale, uint32_t seed) {
  return CityMaker(scale, seed).Make();
}

}  // namespace wangge::citysim
