// The spots that the words of a matter may mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "city/city.h"
#include "services/routing/domain/route.h"

namespace wangge::routing {

// A spot that words lead to. Pointers live as long as the city.
struct Spot {
  std::string words;  // `花园路126号`
  // What it is: crossing, house, place, road, district by the model of
  // addresses, or the level of its grid.
  const char* kind = "";
  // How likely its street is right where no records say it, 0 to 1.
  double estimate = 0;
  const city::Place* place = nullptr;
  const city::Grid* grid = nullptr;
  std::optional<geo::Point> point;
  city::Chain chain;
  size_t begin = 0;       // Of the words in the text.
  bool relative = false;  // The words say where it lies from there.
  double score = 0;       // Compares the spots of one matter.
  // How much of what the name means lies here, as points of a road do, beside
  // other spots of the same name.
  double weight = 1;
};

// All of them, the best first: those in the likeliest district, then by what a
// name says by itself, other names above it and the reporter's grid. The model,
// whose districts and records weigh the districts, may be null.
std::vector<Spot> FindSpots(const city::City& city,
                            const text::Classifier* model,
                            const Reading& reading);

// True when the second chain goes on where the first one ends.
bool IsPrefix(city::Chain shorter, city::Chain longer);

// The district of a chain; null above districts.
const city::Grid* DistrictOf(city::Chain chain);

// The district with a code; null when the city has none.
const city::Grid* FindDistrict(const city::City& city, const std::string& code);

// How many of the best spots cannot be told apart and lie in different streets.
size_t CountRivals(const std::vector<Spot>& spots);

// The street (or what is deepest, above streets) of a chain.
const city::Grid* StreetOf(city::Chain chain);

// What the best spot stands on, as the records of a model name it:
// `compound/1`, `road/3/relative`.
std::string EvidenceOf(const std::vector<Spot>& spots);

// How likely the best spot lies in the right street: what the model's records
// say of such evidence, and while they are few an estimate.
double ConfidenceIn(const std::vector<Spot>& spots,
                    const v1::AddressModel& model);

}  // namespace wangge::routing
