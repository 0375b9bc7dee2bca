#include "base/huge_pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace wangge {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kChunk = 4 * kHugePage;
constexpr size_t kCacheLine = 64;

constexpr size_t RoundUp(size_t value, size_t unit) {
  return (value + unit - 1) / unit * unit;
}

// `size` is a number of huge pages. The system gives memory that begins in the
// midst of one, so as much more is asked for, and what is around is given back.
std::shared_ptr<std::byte> MapChunk(size_t size) {
  void* const mapped = mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<std::byte*>(mapped);
  const size_t before = RoundUp(reinterpret_cast<size_t>(begin), kHugePage) -
                        reinterpret_cast<size_t>(begin);
  if (before > 0) munmap(begin, before);
  if (before < kHugePage) munmap(begin + before + size, kHugePage - before);
  // A wish: without huge pages all is the same, but slower.
  madvise(begin + before, size, MADV_HUGEPAGE);
  return {begin + before, [size](std::byte* chunk) { munmap(chunk, size); }};
}

}  // namespace

std::shared_ptr<std::byte> HugePages::Allocate(size_t bytes) {
  const size_t wanted = RoundUp(bytes, kCacheLine);
  const MutexLock lock(&mutex_);
  if (chunk_ == nullptr || wanted > left_) {
    size_ = RoundUp(std::max(wanted, kChunk), kHugePage);
    chunk_ = MapChunk(size_);
    left_ = size_;
  }
  std::shared_ptr<std::byte> piece(chunk_, chunk_.get() + (size_ - left_));
  left_ -= wanted;
  return piece;
}

}  // namespace wangge
