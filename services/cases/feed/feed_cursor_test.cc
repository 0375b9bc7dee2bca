#include "services/cases/feed/feed_cursor.h"

#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::cases {
namespace {

TEST(FeedCursorTest, TextKeepsTheOrder) {
  const FeedCursor cursors[] = {{0, 0}, {1, 9}, {1, 10}, {2, 1}, {300, 0}};
  for (const FeedCursor& a : cursors) {
    EXPECT_EQ(*FeedCursor::FromText("cursor", a.ToText()), a);
    for (const FeedCursor& b : cursors) {
      EXPECT_EQ(a < b, a.ToText() < b.ToText());
    }
  }
}

TEST(FeedCursorTest, OtherTextIsRefused) {
  EXPECT_OK(FeedCursor::FromText("cursor", ""));
  for (const char* text : {"1", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"}) {
    EXPECT_THAT(FeedCursor::FromText("cursor", text),
                StatusIs(absl::StatusCode::kInvalidArgument, "cursor"));
  }
}

}  // namespace
}  // namespace wangge::cases
