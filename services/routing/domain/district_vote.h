// Which district an address means: what the model of addresses reads in its
// words and what the city's own names in it say, each as loud as it has earned.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "services/routing/domain/spots.h"
#include "text/classifier.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::routing {

// What one name in an address says of its district.
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
struct DistrictLesson {
  // By a model that was trained without it.
  std::vector<text::Prediction> predictions;
  std::vector<DistrictHint> hints;
  std::string district_code;
};

// How loud the model and each kind of name are, so that the right districts
// become most probable: a logarithmic opinion pool (Genest, Zidek: Combining
// probability distributions, 1986) whose weights minimise the log loss, which
// is convex in them. Few lessons leave them near what is thought without any.
std::vector<v1::VoiceWeight> LearnVoices(
    const std::vector<DistrictLesson>& lessons);

// How probable each district of `predictions` is, in their order.
std::vector<double> VoteOnDistrict(
    const v1::AddressModel& model,
    const std::vector<text::Prediction>& predictions,
    const std::vector<DistrictHint>& hints);

}  // namespace wangge::routing
