#include "services/routing/domain/lessons.h"

#include <map>
#include <utility>

#include "services/routing/domain/address.h"
#include "services/routing/domain/district_vote.h"
#include "services/routing/domain/route.h"
#include "services/routing/domain/spots.h"
#include "text/figures.h"

namespace wangge::routing {
namespace {

std::string DistrictCodeOf(city::Chain chain) {
  const city::Grid* district = DistrictOf(chain);
  return district == nullptr ? "" : district->grid_code();
}

bool HasTellingName(const city::Grid& grid) {
  return grid.layer() == common::v1::GRID_LAYER_GOVERNANCE &&
         grid.level() > common::v1::GRID_LEVEL_DISTRICT &&
         grid.level() < common::v1::GRID_LEVEL_MICRO;
}

// Names of streets, communities, compounds and places, with their districts;
// none of roads, which run through several.
std::vector<text::Example> NamesOf(const city::City& city) {
  std::vector<text::Example> names;
  const auto add = [&](const std::string& name, city::Chain chain) {
    const std::string district = DistrictCodeOf(chain);
    if (!district.empty()) {
      names.push_back({TextForDistricts(name).bytes(), district});
    }
  };
  city.rows().ForEach([&](const std::string&, const city::RowPtr& row) {
    if (row->has_grid() && HasTellingName(row->grid())) {
      add(row->grid().name(), city.ChainOf(row->grid()));
    }
    if (!row->has_place() || city::Roads::SpotOf(row->place())) return;
    const city::Place& place = row->place();
    add(place.name(),
        city.Locate({place.latitude_e7() / 1e7, place.longitude_e7() / 1e7})
            .chain);
  });
  return names;
}

// An address whose words lead somewhere.
struct Found {
  std::vector<Spot> spots;
  bool right = false;  // The best spot lies in the same street.
};

// Without the model of districts, which has seen these very addresses.
std::vector<Spot> FindSpotsOf(const city::City& city,
                              const KnownAddress& known) {
  Matter matter;
  matter.set_address(known.address);
  return FindSpots(city, nullptr, Reading(matter));
}

std::vector<Found> FindAll(const city::City& city,
                           const std::vector<KnownAddress>& addresses) {
  std::vector<Found> all;
  for (const KnownAddress& known : addresses) {
    const city::Chain chain = city.Locate(known.point).chain;
    if (chain.empty()) continue;
    Found found;
    found.spots = FindSpotsOf(city, known);
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
    const std::string evidence = EvidenceOf(found.spots);
    v1::PlaceRecord& record = records[evidence];
    record.set_evidence(evidence);
    record.set_total_count(record.total_count() + 1);
    if (found.right) record.set_right_count(record.right_count() + 1);
  }
  for (auto& [evidence, record] : records) {
    *model->add_records() = std::move(record);
  }
}

// The model of districts, and how loud it and the names are.
void LearnDistricts(const city::City& city,
                    const std::vector<KnownAddress>& addresses,
                    v1::AddressModel* model) {
  std::vector<text::Example> examples = NamesOf(city);
  const size_t first = examples.size();
  std::vector<const KnownAddress*> taught;
  for (const KnownAddress& known : addresses) {
    const std::string district =
        known.district_code.empty()
            ? DistrictCodeOf(city.Locate(known.point).chain)
            : known.district_code;
    if (district.empty()) continue;
    examples.push_back({TextForDistricts(known.address).bytes(), district});
    taught.push_back(&known);
  }
  // Words of addresses are names, which rarely come twice.
  std::vector<std::vector<text::Prediction>> held_out;
  // Cross-validation would choose the cost by names as well, which tell less
  // than addresses do.
  const auto districts = text::Classifier::Train(examples,
                                                 {.longest_gram = 3,
                                                  .fewest_rows = 1,
                                                  .bucket_bits = 23,
                                                  .cost = 1,
                                                  .heads = false},
                                                 &held_out);
  if (!districts.ok()) return;
  *model->mutable_districts() = (*districts)->model();
  std::vector<DistrictLesson> lessons;
  for (size_t i = 0; i < taught.size(); ++i) {
    lessons.push_back({std::move(held_out[first + i]),
                       DistrictHintsOf(FindSpotsOf(city, *taught[i])),
                       examples[first + i].label});
  }
  for (auto& voice : LearnVoices(lessons)) {
    *model->add_voices() = std::move(voice);
  }
}

}  // namespace

v1::AddressModel LearnAddresses(const city::City& city,
                                const std::vector<KnownAddress>& addresses) {
  v1::AddressModel model;
  LearnDistricts(city, addresses, &model);
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
