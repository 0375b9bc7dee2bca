// What cases are looked up by, and what a question looks for. Pure.
//
// A key is a month and one of: two neighbouring characters of the words, a
// grid, a cell of a hundredth of a degree. Two characters and not words,
// because Chinese is written without blanks between words.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "geo/coordinates.h"
#include "services/cases/domain/apply.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// The month of a moment, UTC.
absl::CivilMonth SearchMonth(absl::Time time);

// Title, text and address as they are compared: NormalizeText's form.
std::string SearchWords(const Case& c);
std::vector<std::string> SearchKeys(const Case& c);

// A question for one month: cases with all of `all` and one of `any`.
struct SearchQuestion {
  std::vector<std::string> all;
  std::vector<std::string> any;  // Never empty.
  std::vector<std::string> words;
};

// True when a request asks by text or place.
bool IsSearch(const v1::ListCasesRequest& request);
// The words of a request, normalized.
std::vector<std::string> WordsOf(const std::string& text);
// `near` is the request's point when it has one.
SearchQuestion QuestionOf(const v1::ListCasesRequest& request,
                          const geo::Point& near, absl::CivilMonth month);

}  // namespace wangge::cases
