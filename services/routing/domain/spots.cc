#include "services/routing/domain/spots.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "geo/coordinates.h"
#include "services/routing/domain/address.h"
#include "services/routing/domain/district_vote.h"

namespace wangge::routing {
namespace {

using city::Chain;

// What a kind of spot says by itself, and how likely its street is right where
// no records say it.
struct SpotKind {
  const char* name;
  double score;
  double confidence;
};
constexpr SpotKind kCrossing = {"crossing", 14, 0.9};
constexpr SpotKind kHouse = {"house", 13, 0.9};
constexpr SpotKind kPlace = {"place", 10, 0.9};
constexpr SpotKind kRoad = {"road", 3.5, 0.7};
constexpr SpotKind kModelled = {"modelled", 1.5, 0.4};
constexpr SpotKind kLevels[] = {{"unknown", 0, 0.1},   {"city", 1, 0.1},
                                {"district", 2, 0.4},  {"street", 3, 0.9},
                                {"community", 4, 0.9}, {"compound", 5, 0.9},
                                {"micro", 6, 0.9}};

// What speaks for a spot, beside its kind.
constexpr double kNamedAbove = 2;      // A name above it.
constexpr double kDistrictVote = 100;  // Times the district's probability.
constexpr double kHomeLevel = 0.5;     // A level shared with the reporter's.
constexpr double kTellApart = 0.25;    // Scores nearer than this are equal.

// A model's district is worth a candidate from here on.
constexpr double kModelledDistrict = 0.1;
// Points of a road that are looked at for its streets, and how many of them the
// one with the right number is worth: roads of other towns have it as well.
constexpr size_t kRoadSamples = 16;
constexpr double kHouseWeight = 16;
// Names of two roads that meet stand so near each other: 路与…
constexpr size_t kCrossingGap = 3;
constexpr double kBeyondMeters = 30;
// How many records an estimate is worth.
constexpr double kEstimateWeight = 20;
constexpr double kRelativeConfidence = 0.85;

const SpotKind& KindOf(const city::Grid& grid) {
  return kLevels[std::min<size_t>(static_cast<size_t>(grid.level()),
                                  std::size(kLevels) - 1)];
}

// The point `meters` from `point` towards a side.
geo::Point Moved(const geo::Point& point, Side side, double meters) {
  const geo::Reach reach = geo::ReachE7(point, meters);
  switch (side) {
    case Side::kNorth:
      return {point.latitude_deg + reach.high / 1e7, point.longitude_deg};
    case Side::kSouth:
      return {point.latitude_deg - reach.high / 1e7, point.longitude_deg};
    case Side::kEast:
      return {point.latitude_deg, point.longitude_deg + reach.wide / 1e7};
    case Side::kWest:
      return {point.latitude_deg, point.longitude_deg - reach.wide / 1e7};
    case Side::kNone:
      break;
  }
  return point;
}

// Across the street from the gate on a side of a grid.
std::optional<geo::Point> Beyond(const city::Grid& grid, Side side) {
  if (grid.polygons().empty() || side == Side::kNone) return std::nullopt;
  const auto& ring = grid.polygons(0).rings(0).coordinates_e7();
  double west = ring[0], east = ring[0], south = ring[1], north = ring[1];
  for (int i = 0; i + 1 < ring.size(); i += 2) {
    west = std::min<double>(west, ring[i]);
    east = std::max<double>(east, ring[i]);
    south = std::min<double>(south, ring[i + 1]);
    north = std::max<double>(north, ring[i + 1]);
  }
  geo::Point gate{(south + north) / 2e7, (west + east) / 2e7};
  if (side == Side::kNorth) gate.latitude_deg = north / 1e7;
  if (side == Side::kSouth) gate.latitude_deg = south / 1e7;
  if (side == Side::kEast) gate.longitude_deg = east / 1e7;
  if (side == Side::kWest) gate.longitude_deg = west / 1e7;
  return Moved(gate, side, kBeyondMeters);
}

// Finds and scores the spots of one text.
class Finder {
 public:
  Finder(const city::City& city, const text::NormalText& text)
      : city_(city), text_(text) {}

  std::vector<Spot> Find() && {
    const auto names = city_.FindPlaces(text_);
    auto roads = city_.FindRoads(text_);
    std::erase_if(roads, [&](const city::NamedRoads& road) {
      return std::any_of(names.begin(), names.end(), [&](const auto& name) {
        return name.begin <= road.begin && name.end >= road.end;
      });
    });
    for (const auto& name : names) begins_.push_back(name.begin);
    for (const auto& road : roads) begins_.push_back(road.begin);
    for (const auto& name : names) AddName(name);
    for (size_t i = 0; i < roads.size(); ++i) {
      if (i + 1 < roads.size() && AddCrossing(roads[i], roads[i + 1])) {
        ++i;
      } else {
        AddRoads(roads[i]);
      }
    }
    for (Spot& spot : spots_) {
      for (const auto& name : names) {
        if (name.grid != nullptr && name.chain.size() < spot.chain.size() &&
            IsPrefix(name.chain, spot.chain)) {
          spot.score += kNamedAbove;
        }
      }
    }
    return std::move(spots_);
  }

 private:
  AddressDetail DetailAt(size_t end) const {
    size_t next = text_.characters().size();
    for (const size_t begin : begins_) {
      if (begin >= end) next = std::min(next, begin);
    }
    return ReadDetail(text_.characters(), end, next);
  }

  Spot& Add(const SpotKind& kind, std::string words, size_t begin) {
    Spot& spot = spots_.emplace_back();
    spot.begin = begin;
    spot.kind = kind.name;
    spot.estimate = kind.confidence;
    // Long names say more than short ones.
    spot.score = kind.score + static_cast<double>(Utf8Length(words)) / 10;
    spot.words = std::move(words);
    return spot;
  }

  void PutAt(const geo::Point& point, Spot* spot) const {
    spot->point = point;
    spot->chain = city_.Locate(point).chain;
  }

  void AddName(const city::NamedPlace& name) {
    const AddressDetail detail = DetailAt(name.end);
    if (name.place != nullptr) {
      Spot& spot = Add(kPlace, name.words, name.begin);
      spot.place = name.place;
      spot.relative = detail.IsRelative();
      const geo::Point point{name.place->latitude_e7() / 1e7,
                             name.place->longitude_e7() / 1e7};
      spot.point = point;
      spot.chain = name.chain;
      if (detail.meters > 0) {
        PutAt(Moved(point, detail.side, detail.meters), &spot);
      }
      if (spot.chain.empty()) spots_.pop_back();
      return;
    }
    Spot& spot = Add(KindOf(*name.grid), name.words, name.begin);
    spot.grid = name.grid;
    spot.chain = name.chain;
    spot.relative = detail.IsRelative();
    if (!detail.opposite) return;
    const auto beyond = Beyond(*name.grid, detail.side);
    if (!beyond.has_value() || city_.Locate(*beyond).chain.empty()) return;
    PutAt(*beyond, &spot);
    spot.grid = nullptr;
  }

  // Where the roads meet, in every town that has both. False when they do not.
  bool AddCrossing(const city::NamedRoads& a, const city::NamedRoads& b) {
    const AddressDetail detail = DetailAt(b.end);
    // `A路与B路` says it as well as `A路B路交叉口`.
    const bool joined =
        b.begin == a.end + 1 && (text_.characters()[a.end] == U'与' ||
                                 text_.characters()[a.end] == U'和');
    if (a.roads == b.roads || b.begin > a.end + kCrossingGap ||
        !(joined || detail.crossing)) {
      return false;
    }
    bool meet = false;
    for (const city::Road* one : a.roads) {
      for (const city::Road* other : b.roads) {
        const auto point = city::CrossingOf(*one, *other);
        if (!point.has_value()) continue;
        meet = true;
        Spot& spot =
            Add(kCrossing, absl::StrCat(one->name, "与", other->name), a.begin);
        spot.relative = detail.IsRelative();
        PutAt(Moved(*point, detail.side, detail.meters), &spot);
        if (spot.chain.empty()) spots_.pop_back();
      }
    }
    return meet;
  }

  void AddRoads(const city::NamedRoads& named) {
    const AddressDetail detail = DetailAt(named.end);
    size_t point_count = 0;
    for (const city::Road* road : named.roads) {
      point_count += road->points.size();
      if (detail.house_number > 0) AddHouse(*road, named.begin, detail);
    }
    for (const city::Road* road : named.roads) {
      AddStreetsOf(*road, named.begin, 1 + point_count / kRoadSamples);
    }
  }

  void AddHouse(const city::Road& road, size_t begin,
                const AddressDetail& detail) {
    const auto point = city::HouseOn(road, detail.house_number);
    if (!point.has_value()) return;
    Spot& spot =
        Add(kHouse, absl::StrCat(road.name, detail.house_number, "号"), begin);
    spot.relative = detail.opposite || detail.near;
    spot.weight = kHouseWeight;
    PutAt(*point, &spot);
    if (spot.chain.empty()) spots_.pop_back();
  }

  // A road by itself may mean every street that it runs through, as every
  // `step`th point tells.
  void AddStreetsOf(const city::Road& road, size_t begin, size_t step) {
    for (size_t i = 0; i < road.points.size(); i += step) {
      const Chain chain = city_.Locate(road.points[i].point).chain;
      if (chain.empty()) continue;
      const city::Grid* street = StreetOf(chain);
      const auto seen =
          std::find_if(spots_.begin(), spots_.end(), [&](const Spot& spot) {
            return spot.begin == begin && spot.grid == street;
          });
      if (seen != spots_.end()) {
        ++seen->weight;
        continue;
      }
      Spot& spot = Add(kRoad, road.name, begin);
      spot.grid = street;
      spot.chain = city_.ChainOf(*street);
    }
  }

  const city::City& city_;
  const text::NormalText& text_;
  std::vector<size_t> begins_;  // Of all names.
  std::vector<Spot> spots_;
};

// The measured accuracy of a kind of evidence, drawn towards the estimate while
// there are few measurements.
double AccuracyOf(
    const google::protobuf::RepeatedPtrField<v1::EvidenceAccuracy>& accuracies,
    const std::string& evidence, double estimate) {
  double correct = 0;
  double total = 0;
  for (const auto& accuracy : accuracies) {
    if (accuracy.evidence() != evidence) continue;
    correct = static_cast<double>(accuracy.correct_count());
    total = static_cast<double>(accuracy.total_count());
  }
  return (correct + estimate * kEstimateWeight) / (total + kEstimateWeight);
}

// Puts the spots of the likeliest district first, and adds that district itself
// when no spot lies in it.
void WeighByModel(const city::City& city, const text::Classifier& model,
                  const text::NormalText& address, std::vector<Spot>* spots) {
  const auto predictions =
      model.districts()->Predict(TextForDistricts(address));
  if (predictions.empty()) return;
  const std::vector<double> vote = VoteOnDistrict(
      model.model().addresses(), predictions, DistrictHintsOf(*spots));
  const auto most = std::max_element(vote.begin(), vote.end());
  const std::string& best =
      predictions[static_cast<size_t>(most - vote.begin())].label;
  bool has_best = false;
  for (Spot& spot : *spots) {
    const city::Grid* district = DistrictOf(spot.chain);
    if (district == nullptr) continue;
    const auto said = std::find_if(
        predictions.begin(), predictions.end(),
        [&](const auto& p) { return p.label == district->grid_code(); });
    if (said == predictions.end()) continue;
    spot.score +=
        kDistrictVote * vote[static_cast<size_t>(said - predictions.begin())];
    has_best = has_best || said->label == best;
  }
  if (has_best || *most < kModelledDistrict) return;
  const city::Grid* grid = FindDistrict(city, best);
  if (grid == nullptr) return;
  Spot& spot = spots->emplace_back();
  spot.words = grid->name();
  spot.kind = kModelled.name;
  spot.estimate = kModelled.confidence;
  spot.grid = grid;
  spot.chain = city.ChainOf(*grid);
  spot.score = kModelled.score + kDistrictVote * *most;
}

}  // namespace

bool IsPrefix(Chain shorter, Chain longer) {
  return shorter.size() <= longer.size() &&
         std::equal(shorter.begin(), shorter.end(), longer.begin());
}

const city::Grid* DistrictOf(Chain chain) {
  for (const auto* grid : chain) {
    if (grid->level() == common::v1::GRID_LEVEL_DISTRICT) return grid;
  }
  return nullptr;
}

const city::Grid* FindDistrict(const city::City& city,
                               const std::string& code) {
  for (const auto* grid : city.ChildrenOf(city.root_grid().grid_id())) {
    if (grid->grid_code() == code) return grid;
  }
  return nullptr;
}

std::vector<Spot> FindSpots(const city::City& city,
                            const text::Classifier* model,
                            const Reading& reading) {
  // The address says where; the text may also name places in passing.
  std::vector<Spot> spots = Finder(city, reading.address).Find();
  if (spots.empty()) spots = Finder(city, reading.text).Find();
  if (model != nullptr && model->districts() != nullptr &&
      !reading.address.bytes().empty()) {
    WeighByModel(city, *model, reading.address, &spots);
  }
  const city::Grid* grid = city.FindGrid(reading.matter.reporter_grid_id());
  const Chain home = grid == nullptr ? Chain() : city.ChainOf(*grid);
  for (Spot& spot : spots) {
    for (size_t i = 0; i < std::min(home.size(), spot.chain.size()); ++i) {
      if (home[i] == spot.chain[i]) spot.score += kHomeLevel;
    }
  }
  std::stable_sort(
      spots.begin(), spots.end(),
      [](const Spot& a, const Spot& b) { return a.score > b.score; });
  return spots;
}

const city::Grid* StreetOf(Chain chain) {
  const city::Grid* street = nullptr;
  for (const auto* grid : chain) {
    if (grid->level() <= common::v1::GRID_LEVEL_STREET) street = grid;
  }
  return street;
}

size_t CountRivals(const std::vector<Spot>& spots) {
  std::vector<const city::Grid*> streets;
  for (const Spot& spot : spots) {
    if (spot.score < spots[0].score - kTellApart) break;
    const city::Grid* street = StreetOf(spot.chain);
    if (std::find(streets.begin(), streets.end(), street) == streets.end()) {
      streets.push_back(street);
    }
  }
  return streets.size();
}

std::string EvidenceOf(const std::vector<Spot>& spots) {
  constexpr size_t kMaxRivals = 3;
  return absl::StrCat(spots[0].kind, "/",
                      std::min(CountRivals(spots), kMaxRivals),
                      spots[0].relative ? "/relative" : "");
}

double ConfidenceIn(const std::vector<Spot>& spots,
                    const v1::AddressModel& model) {
  const double estimate = spots[0].estimate *
                          (spots[0].relative ? kRelativeConfidence : 1) /
                          static_cast<double>(CountRivals(spots));
  return AccuracyOf(model.evidence_accuracies(), EvidenceOf(spots), estimate);
}

}  // namespace wangge::routing
