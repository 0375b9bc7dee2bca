// Memory for much that is looked up at random and seldom goes: in huge pages,
// where the system has them, so that a look seldom waits for a page table.
#pragma once

#include <cstddef>
#include <memory>

#include "base/mutex.h"

namespace wangge {

// Gives out pieces of large chunks. A chunk is the system's again when all its
// pieces are gone, so what is given together should go together. Thread-safe;
// pieces may outlive the object.
class HugePages {
 public:
  // Zeros, aligned to a cache line. Throws std::bad_alloc when there is no
  // memory, as `new` does.
  std::shared_ptr<std::byte> Allocate(size_t bytes);

 private:
  Mutex mutex_;
  std::shared_ptr<std::byte> chunk_ ABSL_GUARDED_BY(mutex_);
  size_t left_ ABSL_GUARDED_BY(mutex_) = 0;  // Of the chunk, at its end.
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;  // Of the chunk.
};

}  // namespace wangge
