#include "services/routing/domain/lessons.h"

#include <map>
#include <utility>

#include "services/routing/domain/route.h"
#include "services/routing/domain/spots.h"
#include "text/figures.h"

namespace wangge::routing {
namespace {

std::string DistrictCodeOf(city::Chain chain) {
  const city::Grid* district = DistrictOf(chain);
  return district == nullptr ? "" : district->grid_code();
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
  city::Chain chain;   // Where its point lies.
  bool right = false;  // The best spot lies in the same street.
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
    Found found;
    found.spots = FindSpots(city, nullptr, Reading(matter));
    found.chain = chain;
    if (found.spots.empty()) continue;
    const city::Grid* street = StreetOf(found.spots[0].chain);
    found.right = street == StreetOf(chain) &&
                  street->level() == common::v1::GRID_LEVEL_STREET;
    all.push_back(std::move(found));
  }
  return all;
}

using Records = std::map<std::string, v1::PlaceRecord>;

void Count(const std::string& evidence, bool right, Records* records) {
  auto& record = (*records)[evidence];
  record.set_evidence(evidence);
  record.set_total_count(record.total_count() + 1);
  if (right) record.set_right_count(record.right_count() + 1);
}

void Write(Records records,
           google::protobuf::RepeatedPtrField<v1::PlaceRecord>* out) {
  for (auto& [evidence, record] : records) *out->Add() = std::move(record);
}

// Of every name, whether it stands for the district at all.
void CountDistricts(const Found& found, Records* records) {
  std::map<size_t, std::pair<std::string, bool>> names;
  for (const Spot& spot : found.spots) {
    const city::Grid* district = DistrictOf(spot.chain);
    if (district == nullptr) continue;
    auto& [kind, right] = names[spot.begin];
    kind = spot.kind;
    right = right || district == DistrictOf(found.chain);
  }
  for (const auto& [begin, name] : names) {
    Count(name.first, name.second, records);
  }
}

void WriteRecords(const std::vector<Found>& all, v1::AddressModel* model) {
  Records streets;
  Records districts;
  for (const Found& found : all) {
    Count(EvidenceOf(found.spots), found.right, &streets);
    CountDistricts(found, &districts);
  }
  Write(std::move(streets), model->mutable_records());
  Write(std::move(districts), model->mutable_district_records());
}

}  // namespace

v1::AddressModel LearnAddresses(const city::City& city,
                                const std::vector<KnownAddress>& addresses) {
  std::vector<text::Example> examples = NamesOf(city);
  for (const KnownAddress& known : addresses) {
    const std::string district = DistrictCodeOf(city.Locate(known.point).chain);
    if (!district.empty()) examples.push_back({known.address, district});
  }
  // Words of addresses are names, which rarely come twice.
  const auto districts =
      text::Classifier::Train(examples, {.longest_gram = 4, .fewest_rows = 1});
  v1::AddressModel model;
  if (districts.ok()) *model.mutable_districts() = (*districts)->model();
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
