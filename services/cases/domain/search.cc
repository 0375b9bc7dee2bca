#include "services/cases/domain/search.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/text.h"

namespace wangge::cases {
namespace {

constexpr double kCellsPerDegree = 100;

// 2611 for November 2026.
std::string Prefix(absl::CivilMonth month) {
  return absl::StrFormat("%02d%02d", month.year() % 100, month.month());
}

void AddPairs(const std::string& prefix, const std::string& words,
              std::vector<std::string>* keys) {
  const std::vector<char32_t> characters = DecodeUtf8(words);
  for (size_t i = 0; i + 1 < characters.size(); ++i) {
    if (characters[i] == U' ' || characters[i + 1] == U' ') continue;
    std::string key = prefix;
    AppendUtf8(characters[i], &key);
    AppendUtf8(characters[i + 1], &key);
    keys->push_back(std::move(key));
  }
}

std::string GridKey(const std::string& prefix, const std::string& grid_id) {
  return absl::StrCat(prefix, "@", grid_id);
}

int CellOf(double degrees) {
  return static_cast<int>(std::floor(degrees * kCellsPerDegree));
}

std::string CellKey(const std::string& prefix, int high, int wide) {
  return absl::StrCat(prefix, "#", high, ",", wide);
}

void SortUnique(std::vector<std::string>* keys) {
  std::sort(keys->begin(), keys->end());
  keys->erase(std::unique(keys->begin(), keys->end()), keys->end());
}

std::vector<std::string> CellsAround(const std::string& prefix,
                                     const geo::Point& point, double meters) {
  const geo::Reach reach = geo::ReachE7(point, meters);
  const double high = reach.high / geo::kE7;
  const double wide = reach.wide / geo::kE7;
  std::vector<std::string> keys;
  for (int y = CellOf(point.latitude_deg - high);
       y <= CellOf(point.latitude_deg + high); ++y) {
    for (int x = CellOf(point.longitude_deg - wide);
         x <= CellOf(point.longitude_deg + wide); ++x) {
      keys.push_back(CellKey(prefix, y, x));
    }
  }
  return keys;
}

}  // namespace

absl::CivilMonth SearchMonth(absl::Time time) {
  return absl::ToCivilMonth(time, absl::UTCTimeZone());
}

std::string SearchWords(const Case& c) {
  return NormalizeText(
      absl::StrCat(c.title(), " ", c.text(), " ", c.address()));
}

std::vector<std::string> SearchKeys(const Case& c) {
  const std::string prefix = Prefix(SearchMonth(FromProto(c.receive_time())));
  std::vector<std::string> keys;
  AddPairs(prefix, SearchWords(c), &keys);
  // All cases are in the city, so its own grid tells nothing.
  for (int i = 1; i < c.grid_ids_size(); ++i) {
    keys.push_back(GridKey(prefix, c.grid_ids(i)));
  }
  if (c.has_point()) {
    keys.push_back(CellKey(prefix, CellOf(c.point().latitude_deg()),
                           CellOf(c.point().longitude_deg())));
  }
  SortUnique(&keys);
  return keys;
}

bool IsSearch(const v1::ListCasesRequest& request) {
  return !request.text().empty() || !request.grid_id().empty() ||
         request.has_near();
}

std::vector<std::string> WordsOf(const std::string& text) {
  return absl::StrSplit(NormalizeText(text), ' ', absl::SkipEmpty());
}

SearchQuestion QuestionOf(const v1::ListCasesRequest& request,
                          const geo::Point& near, absl::CivilMonth month) {
  const std::string prefix = Prefix(month);
  SearchQuestion question;
  question.words = WordsOf(request.text());
  for (const std::string& word : question.words) {
    AddPairs(prefix, word, &question.all);
  }
  if (!request.grid_id().empty()) {
    question.all.push_back(GridKey(prefix, request.grid_id()));
  }
  SortUnique(&question.all);
  if (request.has_near()) {
    question.any = CellsAround(prefix, near, request.radius_meters());
  } else {
    question.any = question.all;
  }
  return question;
}

}  // namespace wangge::cases
