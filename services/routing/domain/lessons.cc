#include "services/routing/domain/lessons.h"

#include <map>
#include <utility>

#include "base/status_macros.h"
#include "services/routing/domain/route.h"
#include "services/routing/domain/spots.h"
#include "text/figures.h"

namespace wangge::routing {
namespace {

std::string DistrictCodeOf(city::Chain chain) {
  for (const auto* grid : chain) {
    if (grid->level() == common::v1::GRID_LEVEL_DISTRICT) {
      return grid->grid_code();
    }
  }
  return "";
}

// Names of streets, communities and compounds, with their districts.
std::vector<text::Example> NamesOf(const city::City& city) {
  std::vector<text::Example> names;
  city.rows().ForEach([&](const std::string&, const city::RowPtr& row) {
    if (!row->has_grid()) return;
    const city::Grid& grid = row->grid();
    if (grid.layer() != common::v1::GRID_LAYER_GOVERNANCE ||
        grid.level() <= common::v1::GRID_LEVEL_DISTRICT ||
        grid.level() >= common::v1::GRID_LEVEL_MICRO) {
      return;
    }
    const std::string district = DistrictCodeOf(city.ChainOf(grid));
    if (!district.empty()) names.push_back({grid.name(), district});
  });
  return names;
}

// An address that the words of lead somewhere.
struct Found {
  std::vector<Spot> spots;
  bool right = false;
};

std::vector<Found> FindAll(const city::City& city,
                           const std::vector<KnownAddress>& addresses) {
  std::vector<Found> all;
  for (const KnownAddress& known : addresses) {
    const city::Chain chain = city.Locate(known.point).chain;
    if (chain.empty()) continue;
    Matter matter;
    matter.set_address(known.address);
    // Without the model of districts, which has seen these very addresses.
    Found found{FindSpots(city, nullptr, Reading(matter))};
    if (found.spots.empty()) continue;
    const city::Grid* street = StreetOf(found.spots[0].chain);
    found.right = street == StreetOf(chain) &&
                  street->level() == common::v1::GRID_LEVEL_STREET;
    all.push_back(std::move(found));
  }
  return all;
}

void WriteRecords(const std::vector<Found>& all, v1::AddressModel* model) {
  std::map<std::string, v1::PlaceRecord> records;
  for (const Found& found : all) {
    auto& record = records[EvidenceOf(found.spots)];
    record.set_total_count(record.total_count() + 1);
    if (found.right) record.set_right_count(record.right_count() + 1);
  }
  for (auto& [evidence, record] : records) {
    record.set_evidence(evidence);
    *model->add_records() = std::move(record);
  }
}

}  // namespace

absl::StatusOr<v1::AddressModel> LearnAddresses(
    const city::City& city, const std::vector<KnownAddress>& addresses) {
  std::vector<text::Example> examples = NamesOf(city);
  for (const KnownAddress& known : addresses) {
    const std::string district = DistrictCodeOf(city.Locate(known.point).chain);
    if (!district.empty()) examples.push_back({known.address, district});
  }
  // Words of addresses are names, which rarely come twice.
  ASSIGN_OR_RETURN(
      const auto districts,
      text::Classifier::Train(examples, {.longest_gram = 4, .fewest_rows = 1}));
  v1::AddressModel model;
  *model.mutable_districts() = districts->model();
  const std::vector<Found> all = FindAll(city, addresses);
  WriteRecords(all, &model);
  std::vector<text::Answer> answers;
  for (const Found& found : all) {
    answers.push_back({ConfidenceIn(found.spots, model), found.right});
  }
  if (!answers.empty()) {
    *model.mutable_threshold() =
        text::ThresholdFor(std::move(answers), text::kWantedPrecision);
  }
  return model;
}

v1::Threshold LearnCategoryThreshold(
    const city::City& city, const std::vector<text::Example>& examples,
    const std::vector<std::vector<text::Prediction>>& held_out) {
  std::vector<text::Answer> answers;
  for (size_t i = 0; i < examples.size(); ++i) {
    const auto ranked = RankCategories(city, held_out[i], examples[i].text, "");
    if (ranked.empty()) continue;
    answers.push_back(
        {ranked[0].probability,
         ranked[0].category->category_code() == examples[i].label});
  }
  return text::ThresholdFor(std::move(answers), text::kWantedPrecision);
}

}  // namespace wangge::routing
