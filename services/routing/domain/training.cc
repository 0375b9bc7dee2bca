#include "services/routing/domain/training.h"

#include <map>
#include <utility>

#include "services/routing/domain/address.h"
#include "services/routing/domain/district_vote.h"
#include "services/routing/domain/route.h"
#include "services/routing/domain/spots.h"
#include "text/train/evaluation.h"

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

// Where the words of an address lead.
struct Found {
  const KnownAddress* known = nullptr;
  city::Chain chain;  // Where its point lies; empty outside the city.
  // Without the model of districts, which will have seen these very addresses.
  std::vector<Spot> spots;
};

std::vector<Found> FindAll(const city::City& city,
                           const std::vector<KnownAddress>& addresses) {
  std::vector<Found> all;
  for (const KnownAddress& known : addresses) {
    Matter matter;
    matter.set_address(known.address);
    all.push_back({&known, city.Locate(known.point).chain,
                   FindSpots(city, nullptr, Reading(matter))});
  }
  return all;
}

// Whether words and point can be compared.
bool IsTried(const Found& found) {
  return !found.chain.empty() && !found.spots.empty();
}

// Whether the best spot lies in the same street as the point.
bool IsRight(const Found& found) {
  const city::Grid* street = StreetOf(found.spots[0].chain);
  return street == StreetOf(found.chain) &&
         street->level() == common::v1::GRID_LEVEL_STREET;
}

void WriteRecords(const std::vector<Found>& all, v1::AddressModel* model) {
  std::map<std::string, v1::PlaceRecord> records;
  for (const Found& found : all) {
    if (!IsTried(found)) continue;
    const std::string evidence = EvidenceOf(found.spots);
    v1::PlaceRecord& record = records[evidence];
    record.set_evidence(evidence);
    record.set_total_count(record.total_count() + 1);
    if (IsRight(found)) record.set_right_count(record.right_count() + 1);
  }
  for (auto& [evidence, record] : records) {
    *model->add_records() = std::move(record);
  }
}

// The model of districts, and how loud it and the names are.
void LearnDistricts(const city::City& city, const std::vector<Found>& all,
                    v1::AddressModel* model) {
  std::vector<text::Example> examples = NamesOf(city);
  const size_t first = examples.size();
  std::vector<const Found*> taught;
  for (const Found& found : all) {
    const KnownAddress& known = *found.known;
    const std::string district = known.district_code.empty()
                                     ? DistrictCodeOf(found.chain)
                                     : known.district_code;
    if (district.empty()) continue;
    examples.push_back({TextForDistricts(known.address).bytes(), district});
    taught.push_back(&found);
  }
  // Words of addresses are names, which rarely come twice.
  std::vector<std::vector<text::Prediction>> held_out;
  // Cross-validation would choose the cost by names as well, which tell less
  // than addresses do.
  const auto districts = text::Classifier::Train(examples,
                                                 {.longest_gram = 3,
                                                  .fewest_rows = 1,
                                                  .bucket_bits = 23,
                                                  .cost = 4,
                                                  .smoothing = 0.01,
                                                  .heads = false},
                                                 &held_out);
  if (!districts.ok()) return;
  *model->mutable_districts() = (*districts)->model();
  std::vector<DistrictLesson> lessons;
  for (size_t i = 0; i < taught.size(); ++i) {
    lessons.push_back({std::move(held_out[first + i]),
                       DistrictHintsOf(taught[i]->spots),
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
  const std::vector<Found> all = FindAll(city, addresses);
  LearnDistricts(city, all, &model);
  WriteRecords(all, &model);
  std::vector<text::Answer> answers;
  for (const Found& found : all) {
    if (!IsTried(found)) continue;
    answers.push_back({ConfidenceIn(found.spots, model), IsRight(found)});
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
