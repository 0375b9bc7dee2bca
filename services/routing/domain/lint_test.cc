#include "services/routing/domain/lint.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "services/routing/domain/test_city.h"

namespace wangge::routing {
namespace {

using ::testing::Contains;
using ::testing::Not;

std::vector<std::string> Found(const std::vector<std::string>& more) {
  std::vector<std::string> found;
  for (const v1::LintFinding& finding : Lint(*MakeCity(more))) {
    found.push_back(absl::StrCat(
        absl::AsciiStrToLower(
            v1::LintKind_Name(finding.kind()).substr(sizeof("LINT_KIND_") - 1)),
        " ", finding.subject(), finding.other().empty() ? "" : " ",
        finding.other()));
  }
  return found;
}

TEST(LintTest, HolesAreCategoriesThatOnlyTheCentreAnswersFor) {
  // No heating in the second district.
  EXPECT_THAT(Found({}), Contains("hole heat s2"));
  EXPECT_THAT(Found({"unit { unit_id: 'h2' name: '中牟热力' parent_unit_id: "
                     "'oc' kind: UNIT_KIND_UTILITY level: UNIT_LEVEL_DISTRICT "
                     "function: 'heating' jurisdiction_grid_ids: 'd2' }"}),
              Not(Contains("hole heat s2")));
}

TEST(LintTest, ARuleWithoutAUnitInItsGridIsUnreachable) {
  EXPECT_THAT(Found({"rule { rule_id: 'x' category_code: 'heat' grid_id: 'd2' "
                     "function: 'property' role: RULE_ROLE_LEAD }"}),
              Contains("unreachable x"));
  // A rule of a light's grid team is one too: it may not, but could.
  EXPECT_THAT(Found({}), Not(Contains("unreachable r1")));
}

TEST(LintTest, ARuleBehindOneOfTheSameKindIsShadowed) {
  const auto found =
      Found({"rule { rule_id: 'r9' category_code: 'heat' function: 'heating' "
             "role: RULE_ROLE_LEAD }"});
  EXPECT_THAT(found, Contains("shadowed r9 r1"));
  EXPECT_THAT(found, Not(Contains("contradiction r9 r1")));
}

TEST(LintTest, TwoLeadsOfOneCategoryContradictEachOther) {
  EXPECT_THAT(Found({"rule { rule_id: 'r9' category_code: 'heat' function: "
                     "'property' role: RULE_ROLE_LEAD }"}),
              Contains("contradiction r9 r1"));
}

TEST(LintTest, AUnitWithFarMoreThanItsPeersIsOverloaded) {
  std::vector<std::string> rows;
  // Five districts' worth of streets: one unit has nine streets, four have one.
  for (int i = 0; i < 13; ++i) {
    rows.push_back(GridRow(absl::StrCat("t", i), absl::StrCat("41012300", i),
                           absl::StrCat("街", i), "d2", "STREET", ""));
    const int owner = i < 9 ? 0 : i;
    rows.push_back(absl::StrCat(
        "rule { rule_id: 'w", i, "' category_code: 'heat' grid_id: 't", i,
        "' function: 'water", owner, "' role: RULE_ROLE_LEAD }"));
  }
  std::string grids;
  for (int i = 0; i < 9; ++i) {
    absl::StrAppend(&grids, " jurisdiction_grid_ids: 't", i, "'");
  }
  for (const int i : {0, 9, 10, 11, 12}) {
    rows.push_back(absl::StrCat(
        "unit { unit_id: 'u", i, "' name: '水务", i,
        "' parent_unit_id: 'oc' kind: UNIT_KIND_UTILITY level: "
        "UNIT_LEVEL_STREET function: 'water",
        i, "'",
        i == 0 ? grids : absl::StrCat(" jurisdiction_grid_ids: 't", i, "'"),
        " }"));
  }
  // Peers are units of one function: these have one each, so nobody is.
  EXPECT_THAT(Found(rows), Not(Contains("overloaded u0")));
  for (std::string& row : rows) {
    for (const int i : {0, 9, 10, 11, 12}) {
      absl::StrReplaceAll({{absl::StrCat("'water", i, "'"), "'water'"}}, &row);
    }
  }
  EXPECT_THAT(Found(rows), Contains("overloaded u0"));
}

}  // namespace
}  // namespace wangge::routing
