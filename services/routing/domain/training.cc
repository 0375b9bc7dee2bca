#include "services/routing/domain/training.h"

#include <map>
#include <utility>

#include "services/routing/domain/address.h"
#include "services/routing/domain/district_vote.h"
#include "services/routing/domain/route.h"
#include "services/routing/domain/spots.h"
#include "text/train/evaluation.h"
#include "text/train/trainer.h"

namespace wangge::routing {
namespace {

std::string DistrictCodeOf(city::Chain chain) {
  const city::Grid* district = DistrictOf(chain);
  return district == nullptr ? "" : district->grid_code();
}

bool HasDistinctiveName(const city::Grid& grid) {
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
    if (row->has_grid() && HasDistinctiveName(row->grid())) {
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

// An address with the spots that its words lead to.
struct ResolvedAddress {
  const KnownAddress* known = nullptr;
  city::Chain chain;  // Of its point; empty outside the city.
  // Found without the model of districts, which would have been trained on
  // these very addresses.
  std::vector<Spot> spots;
};

std::vector<ResolvedAddress> ResolveAll(
    const city::City& city, const std::vector<KnownAddress>& addresses) {
  std::vector<ResolvedAddress> all;
  for (const KnownAddress& known : addresses) {
    Matter matter;
    matter.set_address(known.address);
    all.push_back({&known, city.Locate(known.point).chain,
                   FindSpots(city, nullptr, Reading(matter))});
  }
  return all;
}

// Whether words and point can be compared.
bool IsComparable(const ResolvedAddress& address) {
  return !address.chain.empty() && !address.spots.empty();
}

// Whether the best spot lies in the same street as the point.
bool IsCorrect(const ResolvedAddress& address) {
  const city::Grid* street = StreetOf(address.spots[0].chain);
  return street == StreetOf(address.chain) &&
         street->level() == common::v1::GRID_LEVEL_STREET;
}

void MeasureEvidence(const std::vector<ResolvedAddress>& all,
                     v1::AddressModel* model) {
  std::map<std::string, v1::EvidenceAccuracy> accuracies;
  for (const ResolvedAddress& address : all) {
    if (!IsComparable(address)) continue;
    const std::string evidence = EvidenceOf(address.spots);
    v1::EvidenceAccuracy& accuracy = accuracies[evidence];
    accuracy.set_evidence(evidence);
    accuracy.set_total_count(accuracy.total_count() + 1);
    if (IsCorrect(address))
      accuracy.set_correct_count(accuracy.correct_count() + 1);
  }
  for (auto& [evidence, accuracy] : accuracies) {
    *model->add_evidence_accuracies() = std::move(accuracy);
  }
}

// The model of districts, and the weights of its and of the names' opinions.
void LearnDistricts(const city::City& city,
                    const std::vector<ResolvedAddress>& all,
                    v1::AddressModel* model) {
  std::vector<text::Example> examples = NamesOf(city);
  const size_t first = examples.size();
  std::vector<const ResolvedAddress*> used;
  for (const ResolvedAddress& address : all) {
    const KnownAddress& known = *address.known;
    const std::string district = known.district_code.empty()
                                     ? DistrictCodeOf(address.chain)
                                     : known.district_code;
    if (district.empty()) continue;
    examples.push_back({TextForDistricts(known.address).bytes(), district});
    used.push_back(&address);
  }
  // Words of addresses are names, which rarely occur twice.
  std::vector<std::vector<text::Prediction>> held_out;
  // Cross-validation would choose the cost by the names as well, which tell
  // less than addresses do.
  const auto districts = text::Train(examples,
                                     {.max_ngram = 3,
                                      .min_rows = 1,
                                      .bucket_bits = 23,
                                      .cost = 4,
                                      .smoothing = 0.01,
                                      .use_heads = false},
                                     &held_out);
  if (!districts.ok()) return;
  *model->mutable_districts() = (*districts)->model();
  std::vector<DistrictExample> district_examples;
  for (size_t i = 0; i < used.size(); ++i) {
    district_examples.push_back({std::move(held_out[first + i]),
                                 DistrictHintsOf(used[i]->spots),
                                 examples[first + i].label});
  }
  for (auto& weight : FitOpinionWeights(district_examples)) {
    *model->add_opinion_weights() = std::move(weight);
  }
}

}  // namespace

v1::AddressModel LearnAddresses(const city::City& city,
                                const std::vector<KnownAddress>& addresses) {
  v1::AddressModel model;
  const std::vector<ResolvedAddress> all = ResolveAll(city, addresses);
  LearnDistricts(city, all, &model);
  MeasureEvidence(all, &model);
  std::vector<text::Outcome> outcomes;
  for (const ResolvedAddress& address : all) {
    if (!IsComparable(address)) continue;
    outcomes.push_back(
        {ConfidenceIn(address.spots, model), IsCorrect(address)});
  }
  if (!outcomes.empty()) {
    *model.mutable_threshold() =
        text::FitThreshold(std::move(outcomes), text::kTargetPrecision);
  }
  return model;
}

v1::Threshold LearnCategoryThreshold(
    const city::City& city, const std::vector<text::Example>& examples,
    const std::vector<std::vector<text::Prediction>>& held_out) {
  std::vector<text::Outcome> outcomes;
  for (size_t i = 0; i < examples.size(); ++i) {
    const auto ranked = RankCategories(city, held_out[i], examples[i].text, "");
    if (ranked.empty()) continue;
    outcomes.push_back(
        {ranked[0].probability,
         ranked[0].category->category_code() == examples[i].label});
  }
  return text::FitThreshold(std::move(outcomes), text::kTargetPrecision);
}

}  // namespace wangge::routing
