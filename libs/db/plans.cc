#include "db/plans.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace wangge::db {
namespace {

// The highest number of a parameter in a statement.
size_t ParametersOf(const std::string& text) {
  size_t count = 0;
  for (size_t at = text.find('$'); at != std::string::npos;
       at = text.find('$', at + 1)) {
    count = std::max(count, std::strtoul(text.c_str() + at + 1, nullptr, 10));
  }
  return count;
}

}  // namespace

bool Plan::ReadsAllOf(const std::string& table) const {
  const std::string scan = absl::StrCat("Seq Scan on ", table);
  return std::any_of(lines_.begin(), lines_.end(), [&](const auto& line) {
    return absl::EndsWith(line, scan) || absl::StrContains(line, scan + " ");
  });
}

bool Plan::ComparesAllPairs() const {
  return std::adjacent_find(lines_.begin(), lines_.end(),
                            [](const auto& node, const auto& next) {
                              return absl::StrContains(node, "Nested Loop") &&
                                     absl::StrContains(next, "Join Filter: ");
                            }) != lines_.end();
}

std::string Plan::ToString() const { return absl::StrJoin(lines_, "\n"); }

Plans::Plans(const std::string& dsn)
    : connection_(absl::StrCat(dsn, " options='",
                               PlannerOptions(/*prefer_indexes=*/true), "'")),
      work_(connection_) {}

Plan Plans::Of(const Statement& statement) {
  const std::string name = statement.name;
  work_.exec(absl::StrCat("PREPARE ", name, " AS ", statement.text));
  const std::vector<std::string> nulls(ParametersOf(statement.text), "NULL");
  const std::string arguments =
      nulls.empty() ? "" : absl::StrCat("(", absl::StrJoin(nulls, ","), ")");
  std::vector<std::string> lines;
  for (const auto& row : work_.exec(
           absl::StrCat("EXPLAIN (COSTS OFF) EXECUTE ", name, arguments))) {
    lines.emplace_back(row[0].c_str());
  }
  return Plan(std::move(lines));
}

}  // namespace wangge::db
