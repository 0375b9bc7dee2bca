#include "services/cases/domain/duplicate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "geo/coordinates.h"
#include "text/normal_text.h"

namespace wangge::cases {
namespace {

constexpr double kMaxMeters = 50;
constexpr double kSameAsset = 0.6;
constexpr double kSameIncident = 0.8;

bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }

// One side of a thing and the other.
bool IsDirection(char32_t c) {
  static constexpr char32_t kDirections[] = U"东南西北上下左右前后内外";
  return std::find(std::begin(kDirections), std::end(kDirections) - 1, c) !=
         std::end(kDirections) - 1;
}

template <typename List>
void SortUnique(List* list) {
  std::sort(list->begin(), list->end());
  list->erase(std::unique(list->begin(), list->end()), list->end());
}

std::vector<std::string> NumbersOf(const std::vector<char32_t>& characters) {
  std::vector<std::string> numbers;
  bool inside = false;
  for (const char32_t c : characters) {
    if (IsDigit(c)) {
      if (!inside) numbers.emplace_back();
      numbers.back().push_back(static_cast<char>(c));
    }
    inside = IsDigit(c);
  }
  SortUnique(&numbers);
  return numbers;
}

std::string DirectionsOf(const std::vector<char32_t>& characters) {
  std::u32string directions;
  for (const char32_t c : characters) {
    if (IsDirection(c)) directions.push_back(c);
  }
  SortUnique(&directions);
  std::string text;
  for (const char32_t c : directions) absl::StrAppend(&text, uint32_t{c}, ",");
  return text;
}

std::vector<uint64_t> PairsOf(const std::vector<char32_t>& characters) {
  std::vector<uint64_t> pairs;
  for (size_t i = 1; i < characters.size(); ++i) {
    pairs.push_back(uint64_t{characters[i - 1]} << 32 | characters[i]);
  }
  SortUnique(&pairs);
  return pairs;
}

geo::Point PointOf(const Case& c) {
  return {c.point().latitude_deg(), c.point().longitude_deg()};
}

}  // namespace

std::string MergeSpotOf(const routing::v1::RoutePlan& plan,
                        const city::City& city) {
  const auto& place = plan.place();
  if (plan.disposition() != routing::v1::DISPOSITION_AUTO ||
      !place.has_point() || place.grid_ids().empty()) {
    return "";
  }
  const city::Grid* deepest = city.FindGrid(*place.grid_ids().rbegin());
  if (deepest == nullptr ||
      deepest->level() < common::v1::GRID_LEVEL_COMPOUND) {
    return "";
  }
  return absl::StrCat(plan.category_code(), "@", deepest->grid_id());
}

bool TakesDuplicates(const Case& c) {
  return IsOpen(c.state()) && c.state() < v1::CASE_STATE_HANDLED &&
         !c.merge_spot().empty();
}

Wording::Wording(const std::string& title, const std::string& text,
                 const std::string& address) {
  const text::NormalText words(title + text);
  const text::NormalText all(absl::StrCat(title, "。", text, "。", address));
  pairs_ = PairsOf(words.characters());
  numbers_ = NumbersOf(all.characters());
  directions_ = DirectionsOf(all.characters());
}

bool Wording::Contradicts(const Wording& other) const {
  const auto differ = [](const auto& a, const auto& b) {
    return !a.empty() && !b.empty() && a != b;
  };
  return differ(numbers_, other.numbers_) ||
         differ(directions_, other.directions_);
}

double Wording::Similarity(const Wording& other) const {
  const size_t sum = pairs_.size() + other.pairs_.size();
  if (sum == 0) return 0;
  std::vector<uint64_t> common;
  std::set_intersection(pairs_.begin(), pairs_.end(), other.pairs_.begin(),
                        other.pairs_.end(), std::back_inserter(common));
  return 2.0 * static_cast<double>(common.size()) / static_cast<double>(sum);
}

Candidate* FindMaster(const Case& fresh, const Wording& wording,
                      const city::City& city,
                      std::vector<Candidate>* candidates) {
  const city::Category* category = city.FindCategory(fresh.category_code());
  double best = category != nullptr &&
                        category->kind() == registry::v1::CATEGORY_KIND_ASSET
                    ? kSameAsset
                    : kSameIncident;
  Candidate* master = nullptr;
  for (Candidate& candidate : *candidates) {
    const Case& c = candidate.snapshot;
    if (!TakesDuplicates(c) || c.merge_spot() != fresh.merge_spot() ||
        c.urgency() != fresh.urgency() ||
        FromProto(fresh.receive_time()) - FromProto(c.receive_time()) >
            kDuplicateWindow ||
        geo::DistanceMeters(PointOf(c), PointOf(fresh)) > kMaxMeters ||
        wording.Contradicts(candidate.wording)) {
      continue;
    }
    const double similarity = wording.Similarity(candidate.wording);
    if (similarity < best) continue;
    best = similarity;
    master = &candidate;
  }
  return master;
}

}  // namespace wangge::cases
