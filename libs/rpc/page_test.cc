#include "rpc/page.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/status.h"
#include "wangge/cases/v1/cases.pb.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::rpc {
namespace {

using cases::v1::ListCasesRequest;
using registry::v1::ListChangeSetsRequest;
using registry::v1::ListCityVersionsRequest;

using Numbered = Page<int64_t>;
using Wide = Page<absl::Time, std::string, int64_t, int64_t>;

ListCasesRequest OfSource(const std::string& source_id) {
  ListCasesRequest request;
  request.set_source_id(source_id);
  return request;
}

TEST(PageTest, ATokenLeadsBackToItsPosition) {
  const absl::Time time = absl::FromUnixMicros(1'795'400'000'123'456);
  for (const char* text :
       {"ZZ20261123-000001", "", "a.b|c/d+e", "三里湾", "\n \t"}) {
    auto request = OfSource("110");
    request.set_page_token(Wide::Token(request, time, text, int64_t{-7},
                                       std::numeric_limits<int64_t>::max()));
    const auto page = Wide::Read(request);
    ASSERT_OK(page);
    ASSERT_TRUE(page->after.has_value());
    EXPECT_EQ(*page->after,
              std::make_tuple(time, std::string(text), int64_t{-7},
                              std::numeric_limits<int64_t>::max()));
  }
}

TEST(PageTest, WithoutTokenItBeginsAtTheBeginning) {
  const auto page = Numbered::Read(OfSource("110"));
  ASSERT_OK(page);
  EXPECT_FALSE(page->after.has_value());
}

TEST(PageTest, ATokenNeedsNoEscapeInAUrl) {
  const std::string token = Page<std::string, int64_t>::Token(
      OfSource("110"), "\xfb\xff?/ 三&=", int64_t{-1});
  EXPECT_THAT(token, ::testing::MatchesRegex("[A-Za-z0-9._-]+"));
}

TEST(PageTest, SizesAreDefaultedAndCoerced) {
  const auto size_of = [](int32_t asked, const PageSizes& sizes = {}) {
    ListCityVersionsRequest request;
    request.set_page_size(asked);
    return Numbered::Read(request, sizes)->size;
  };
  EXPECT_EQ(size_of(0), 50);
  EXPECT_EQ(size_of(1), 1);
  EXPECT_EQ(size_of(1000), 1000);
  EXPECT_EQ(size_of(1001), 1000);
  EXPECT_EQ(size_of(std::numeric_limits<int32_t>::max()), 1000);
  EXPECT_EQ(size_of(0, {.default_size = 100, .max_size = 500}), 100);
  EXPECT_EQ(size_of(501, {.default_size = 100, .max_size = 500}), 500);
}

TEST(PageTest, ANegativeSizeIsRefusedWithTheRange) {
  ListCityVersionsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(Numbered::Read(request),
              StatusIs(kInvalid, "page_size is -1; use 1 to 1000, or 0"));
}

TEST(PageTest, TheSizeMayChangeFromPageToPage) {
  auto request = OfSource("110");
  request.set_page_size(10);
  request.set_page_token(Numbered::Token(request, int64_t{5}));
  request.set_page_size(20);
  EXPECT_EQ(Numbered::Read(request)->after, std::make_tuple(int64_t{5}));
  // The token of a page is made with the token of the page before.
  EXPECT_EQ(Numbered::Token(request, int64_t{5}), request.page_token());
}

TEST(PageTest, ATokenOfAnotherFilterIsRefused) {
  auto request = OfSource("110");
  request.set_page_token(Numbered::Token(request, int64_t{5}));
  request.set_source_id("12345");
  EXPECT_THAT(Numbered::Read(request),
              StatusIs(kInvalid, "page_token is of a request with other"));
  // Of another method with the same, namely no, fields.
  ListChangeSetsRequest other;
  other.set_page_token(Numbered::Token(ListCityVersionsRequest(), int64_t{5}));
  EXPECT_THAT(Numbered::Read(other),
              StatusIs(kInvalid, "page_token is of a request with other"));
}

TEST(PageTest, WhatIsNoTokenIsRefused) {
  const auto good = Numbered::Token(ListCityVersionsRequest(), int64_t{5});
  const auto digest = good.substr(0, good.rfind('.'));
  for (const std::string& token :
       {std::string("5"), std::string("nonsense"), std::string("..."),
        std::string(10'000, '.'), "2" + good.substr(1), good + ".NQ",
        digest,                                       // No position.
        digest + ".",                                 // An empty one,
        digest + ".YWJj",                             // no number,
        digest + ".!!",                               // no base64,
        digest + ".OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}) {  // beyond int64.
    ListCityVersionsRequest request;
    request.set_page_token(token);
    EXPECT_THAT(Numbered::Read(request),
                StatusIs(kInvalid, "page_token is not a next_page_token"))
        << token;
  }
}

// Tokens are not signed: what a database would refuse must not get there.
TEST(PageTest, APositionThatNoItemCanHaveIsRefused) {
  using Named = Page<std::string>;
  using Timed = Page<absl::Time>;
  for (const std::string& text :
       {std::string("a\0b", 3), std::string("\xff")}) {
    ListCityVersionsRequest request;
    request.set_page_token(Named::Token(request, text));
    EXPECT_THAT(Named::Read(request), StatusIs(kInvalid, "page_token"));
  }
  for (const absl::Time time : {absl::InfiniteFuture(), absl::InfinitePast(),
                                absl::FromUnixSeconds(253'402'300'800)}) {
    ListCityVersionsRequest request;
    request.set_page_token(Timed::Token(request, time));
    EXPECT_THAT(Timed::Read(request), StatusIs(kInvalid, "page_token"));
  }
}

TEST(PageTest, OneItemMoreTellsThatAPageFollows) {
  ListCityVersionsRequest request;
  request.set_page_size(2);
  const auto page = Numbered::Read(request);
  EXPECT_EQ(page->limit(), 3);
  std::vector<int> items = {1, 2, 3};
  EXPECT_TRUE(page->Cut(&items));
  EXPECT_THAT(items, ::testing::ElementsAre(1, 2));
  EXPECT_FALSE(page->Cut(&items));
  EXPECT_THAT(items, ::testing::ElementsAre(1, 2));
}

TEST(PageTest, AllFaultsAreToldAtOnce) {
  ListCityVersionsRequest request;
  request.set_page_size(-5);
  request.set_page_token("nonsense");
  errors::Violations v;
  Numbered::Require(request, &v);
  EXPECT_THAT(v.ToStatus(), StatusIs(kInvalid, "page_size is -5"));
  EXPECT_THAT(v.ToStatus(), StatusIs(kInvalid, "page_token is not"));
}

}  // namespace
}  // namespace wangge::rpc
