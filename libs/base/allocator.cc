#include "base/allocator.h"

#include <jemalloc/jemalloc.h>

#include <string>

#include "absl/strings/str_cat.h"

// Null in a program without jemalloc.
#pragma weak mallctl

namespace wangge {
namespace {

constexpr ssize_t kMilliseconds = 60'000;

// Nothing where there is no such arena yet.
void Keep(const std::string& which) {
  ssize_t value = kMilliseconds;
  // Pages as they are, and those whose content the system may take.
  for (const char* kind : {".dirty_decay_ms", ".muzzy_decay_ms"}) {
    mallctl((which + kind).c_str(), nullptr, nullptr, &value, sizeof(value));
  }
}

}  // namespace

void KeepFreedMemory() {
  if (mallctl == nullptr) return;
  unsigned made = 0;
  size_t size = sizeof(made);
  mallctl("arenas.narenas", &made, &size, nullptr, 0);
  Keep("arenas");  // Those to come.
  for (unsigned i = 0; i < made; ++i) Keep(absl::StrCat("arena.", i));
}

}  // namespace wangge
