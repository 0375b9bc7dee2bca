#include <openssl/rand.h>
#include <unistd.h>

#include <cstdlib>

#include "gtest/gtest.h"

namespace wangge::rpc {
namespace {

bool IsUsable() {
  unsigned char byte = 0;
  return RAND_bytes(&byte, 1) == 1;
}

// What OpenSSL would run at the exit would come before what was asked for
// earlier, so that the latter sees what it left.
void ExitHavingUsedIt() {
  std::atexit([] { _exit(IsUsable() ? 0 : 1); });
  IsUsable();
  std::exit(2);
}

TEST(OpenSslTest, WhoeverIsStillRunningAtTheExitMayUseIt) {
  // A process of its own, in which nobody used OpenSSL before.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(ExitHavingUsedIt(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace wangge::rpc
