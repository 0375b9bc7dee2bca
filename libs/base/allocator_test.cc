#include "base/allocator.h"

#include <jemalloc/jemalloc.h>

#include "gtest/gtest.h"

#pragma weak mallctl

namespace wangge {
namespace {

ssize_t Setting(const char* name) {
  ssize_t value = 0;
  size_t size = sizeof(value);
  EXPECT_EQ(mallctl(name, &value, &size, nullptr, 0), 0) << name;
  return value;
}

TEST(KeepFreedMemoryTest, OfArenasThatAreAndWillBe) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  KeepFreedMemory();
  GTEST_SKIP() << "the sanitizers' own allocator";
#endif
  ASSERT_NE(&mallctl, nullptr) << "programs link jemalloc";
  KeepFreedMemory();
  for (const char* name :
       {"arenas.dirty_decay_ms", "arenas.muzzy_decay_ms",
        "arena.0.dirty_decay_ms", "arena.0.muzzy_decay_ms"}) {
    EXPECT_EQ(Setting(name), 60'000) << name;
  }
}

}  // namespace
}  // namespace wangge
