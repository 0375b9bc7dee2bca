#include "citysim/addresses.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/csv.h"

namespace wangge::citysim {
namespace {

constexpr size_t kMaxAddresses = 4000;

// # is a number.
constexpr const char* kForms[] = {
    "{compound}#号楼",
    "{compound}#号楼",
    "{compound}#号楼#单元",
    "{compound}#号楼楼下",
    "{district}{compound}#号楼",
    "{compound}北门",
    "{compound}附近",
    "{district}{street}{compound}",
};
constexpr const char* kKnownForms[] = {
    "{compound}#栋",
    "{compound}#幢#室",
    "{community}{compound}#栋",
    "{district}{community}{compound}",
    "{compound}西门口",
    "{compound}东门旁边",
    "{compound}物业楼下",
    "{compound}周边",
    "{street}{community}",
    "{district}{street}",
};

std::string NameAt(city::Chain chain, common::v1::GridLevel level) {
  for (const auto* grid : chain) {
    if (grid->level() == level) return grid->name();
  }
  return "";
}

size_t Below(size_t n, std::mt19937* random) {
  return std::uniform_int_distribution<size_t>(0, n - 1)(*random);
}

std::string Fill(const char* form, const city::City& city,
                 const city::Grid& compound, std::mt19937* random) {
  const city::Chain chain = city.ChainOf(compound);
  const std::string names = absl::StrReplaceAll(
      form, {{"{district}", NameAt(chain, common::v1::GRID_LEVEL_DISTRICT)},
             {"{street}", NameAt(chain, common::v1::GRID_LEVEL_STREET)},
             {"{community}", NameAt(chain, common::v1::GRID_LEVEL_COMMUNITY)},
             {"{compound}", compound.name()}});
  std::string address;
  for (const char c : names) {
    if (c == '#') {
      absl::StrAppend(&address, Below(30, random) + 1);
    } else {
      address.push_back(c);
    }
  }
  return address;
}

}  // namespace

std::string AddressIn(const city::City& city, const city::Grid& compound,
                      std::mt19937* random) {
  return Fill(kForms[Below(std::size(kForms), random)], city, compound, random);
}

std::string KnownAddresses(const city::City& city, uint32_t seed) {
  std::vector<const city::Grid*> compounds;
  city.rows().ForEach([&](const std::string&, const city::RowPtr& row) {
    if (row->has_grid() &&
        row->grid().layer() == common::v1::GRID_LAYER_GOVERNANCE &&
        row->grid().level() == common::v1::GRID_LEVEL_COMPOUND) {
      compounds.push_back(&row->grid());
    }
  });
  std::mt19937 random(seed);
  std::shuffle(compounds.begin(), compounds.end(), random);
  std::string csv = "address,latitude_deg,longitude_deg\n";
  for (size_t i = 0; i < std::max(compounds.size(), size_t{1000}); ++i) {
    if (i == kMaxAddresses || compounds.empty()) break;
    const city::Grid& compound = *compounds[i % compounds.size()];
    const geo::Point point = MiddleOf(compound);
    const char* form = kKnownForms[Below(std::size(kKnownForms), &random)];
    absl::StrAppend(&csv, CsvQuote(Fill(form, city, compound, &random)), ",",
                    absl::StrFormat("%.7f,%.7f\n", point.latitude_deg,
                                    point.longitude_deg));
  }
  return csv;
}

geo::Point MiddleOf(const city::Grid& grid) {
  const auto& ring = grid.polygons(0).rings(0).coordinates_e7();
  double latitude = 0;
  double longitude = 0;
  for (int i = 0; i < ring.size(); i += 2) {
    longitude += ring[i] / 1e7;
    latitude += ring[i + 1] / 1e7;
  }
  const double corners = ring.size() / 2.0;
  return {latitude / corners, longitude / corners};
}

}  // namespace wangge::citysim
