#include "base/text.h"

#include "gtest/gtest.h"

namespace wangge {
namespace {

TEST(TextTest, Utf8IsCheckedStrictly) {
  EXPECT_TRUE(IsUtf8("热力管道漏水 🏚"));
  EXPECT_FALSE(IsUtf8("\xC0\x80"));          // Overlong.
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));      // A surrogate.
  EXPECT_FALSE(IsUtf8("\xF5\x80\x80\x80"));  // Past the last code point.
  EXPECT_FALSE(IsUtf8("\xE7\x83"));          // Cut.
}

TEST(TextTest, DecodingInvertsEncoding) {
  for (const char32_t c : {U'a', U'é', U'网', U'🏚'}) {
    std::string text;
    AppendUtf8(c, &text);
    EXPECT_EQ(DecodeUtf8(text), std::vector<char32_t>{c});
    EXPECT_EQ(Utf8Length(text), 1U);
  }
}

TEST(TextTest, IllFormedBytesAreReplaced) {
  EXPECT_EQ(DecodeUtf8("a\xC0\x80z"), DecodeUtf8("a\xEF\xBF\xBDz"));
  EXPECT_EQ(DecodeUtf8("网\xE7\x83"), (std::vector<char32_t>{U'网', 0xFFFD}));
  EXPECT_EQ(NormalizeText("\xFF"), "\xEF\xBF\xBD");
}

TEST(TextTest, OtherTextIsReadAsGb18030) {
  EXPECT_EQ(*ToUtf8("热力"), "热力");
  EXPECT_EQ(*ToUtf8("\xEF\xBB\xBF热力"), "热力");  // A byte order mark.
  EXPECT_EQ(*ToUtf8("\xC8\xC8\xC1\xA6"), "热力");
  EXPECT_FALSE(ToUtf8("\xFF").ok());
}

TEST(TextTest, NormalizingBringsWidthsAndBlanksToOneForm) {
  EXPECT_EQ(NormalizeText("　５号楼\t\n３单元ＡＢ "), "5号楼 3单元ab");
}

TEST(TextTest, EllipsizeCountsCharacters) {
  EXPECT_EQ(Ellipsize("网格治理", 4), "网格治理");
  EXPECT_EQ(Ellipsize("网格治理", 3), "网格…");
  EXPECT_EQ(Ellipsize("网格治理", 1), "…");
  EXPECT_EQ(Ellipsize("ab网", 3), "ab网");
}

}  // namespace
}  // namespace wangge
