// The district of an address: a pool of the opinions of the model of districts,
// which reads the words, and of the city's own names that occur in them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "services/routing/domain/spots.h"
#include "text/classifier.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::routing {

// The evidence of one name in an address.
struct DistrictHint {
  std::string kind;  // Of its first spot: `compound`, `road`.
  size_t begin = 0;  // Of the name in the text.
  // How many of its spots lie in which district, by the code, which lives as
  // long as the city. A code may come more than once.
  std::vector<std::pair<const std::string*, double>> counts;
};

// One hint for each name that has spots in districts.
std::vector<DistrictHint> DistrictHintsOf(const std::vector<Spot>& spots);

// An address of which the district is known.
struct DistrictExample {
  // Of a model that was trained without this address.
  std::vector<text::Prediction> predictions;
  std::vector<DistrictHint> hints;
  std::string district_code;
};

// The weights of the model and of each kind of name that minimise the log loss
// of their logarithmic opinion pool (Genest, Zidek: Combining probability
// distributions, 1986), which is convex in them. Few examples leave the weights
// near their defaults.
std::vector<v1::OpinionWeight> FitOpinionWeights(
    const std::vector<DistrictExample>& examples);

// How probable each district of `predictions` is, in their order.
std::vector<double> VoteOnDistrict(
    const v1::AddressModel& model,
    const std::vector<text::Prediction>& predictions,
    const std::vector<DistrictHint>& hints);

}  // namespace wangge::routing
