#include "services/cases/domain/search.h"

#include "base/clock.h"
#include "gmock/gmock.h"

namespace wangge::cases {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsSubsetOf;
using ::testing::Not;

Case Heating() {
  Case c;
  c.set_title("暖气不热");
  c.set_text("金水路　９７号，ＡＢ座没有暖气");
  c.set_address("金水路97号");
  *c.mutable_receive_time() = ToProto(absl::FromUnixSeconds(1795399200));
  for (const char* id : {"city", "d1", "s1"}) c.add_grid_ids(id);
  c.mutable_point()->set_latitude_deg(34.7666);
  c.mutable_point()->set_longitude_deg(113.6899);
  return c;
}

v1::ListCasesRequest By(const std::string& text) {
  v1::ListCasesRequest request;
  request.set_text(text);
  return request;
}

const absl::CivilMonth kNovember(2026, 11);

TEST(SearchTest, WordsAreComparedWithoutWidthAndCase) {
  EXPECT_EQ(SearchWords(Heating()),
            "暖气不热 金水路 97号,ab座没有暖气 金水路97号");
  EXPECT_THAT(WordsOf("　９７号  AB座 "), ElementsAre("97号", "ab座"));
}

TEST(SearchTest, KeysAreOfTheMonth) {
  const auto keys = SearchKeys(Heating());
  for (const char* key :
       {"2611暖气", "261197", "2611@d1", "2611@s1", "2611#3476,11368"}) {
    EXPECT_THAT(keys, Contains(key));
  }
  EXPECT_THAT(keys, Not(Contains("2611@city")));
  EXPECT_THAT(keys, Not(Contains("2611热 ")));
}

TEST(SearchTest, AQuestionAsksForWhatTheCaseHas) {
  const auto keys = SearchKeys(Heating());
  v1::ListCasesRequest request = By("暖气 金水路97号");
  request.set_grid_id("s1");
  const auto found = QuestionOf(request, {}, kNovember);
  EXPECT_THAT(found.all, IsSubsetOf(keys));
  EXPECT_EQ(found.any, found.all);
  const auto other = QuestionOf(By("暖气热"), {}, kNovember);
  EXPECT_THAT(other.all, Not(IsSubsetOf(keys)));
  const auto month = QuestionOf(request, {}, kNovember + 1);
  EXPECT_THAT(month.all, Not(IsSubsetOf(keys)));
}

// Whatever lies within the radius has one of the cells.
TEST(SearchTest, ACircleIsCoveredByItsCells) {
  v1::ListCasesRequest request;
  request.mutable_near();
  for (const int radius : {1, 300, 5000}) {
    request.set_radius_meters(radius);
    for (int i = 0; i < 360; i += 7) {
      const geo::Point centre{34.7 + i * 1e-4, 113.6};
      const double angle = i * 3.14159265 / 180;
      const double degrees = radius * 0.999 / 111'195;
      Case c;
      c.mutable_receive_time()->set_seconds(1795399200);
      c.mutable_point()->set_latitude_deg(centre.latitude_deg +
                                          degrees * std::sin(angle));
      c.mutable_point()->set_longitude_deg(
          centre.longitude_deg +
          degrees * std::cos(angle) /
              std::cos(centre.latitude_deg * 3.14159265 / 180));
      const auto keys = SearchKeys(c);
      EXPECT_THAT(QuestionOf(request, centre, kNovember).any,
                  Contains(keys[0]));
    }
  }
}

}  // namespace
}  // namespace wangge::cases
