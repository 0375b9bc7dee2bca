#include "base/huge_pages.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/parallel.h"
#include "gtest/gtest.h"

namespace wangge {
namespace {

TEST(HugePagesTest, PiecesAreZerosApartAndOutliveWhoGaveThem) {
  // More than a chunk together, and one by itself.
  constexpr size_t kPieces = 3000;
  const auto size_of = [](size_t i) {
    return i == 7 ? size_t{20} << 20 : 1 + i * 13 % 9000;
  };
  std::vector<std::shared_ptr<std::byte>> pieces(kPieces);
  {
    HugePages memory;
    ForEachRange(kPieces, 1, [&](size_t i, size_t /*end*/) {
      pieces[i] = memory.Allocate(size_of(i));
    });
  }
  for (size_t i = 0; i < kPieces; ++i) {
    const std::byte* begin = pieces[i].get();
    EXPECT_EQ(reinterpret_cast<uintptr_t>(begin) % 64, 0U);
    ASSERT_TRUE(std::all_of(begin, begin + size_of(i),
                            [](std::byte b) { return b == std::byte{0}; }))
        << "piece " << i << " was written to by another";
    std::memset(pieces[i].get(), 1, size_of(i));
  }
}

}  // namespace
}  // namespace wangge
