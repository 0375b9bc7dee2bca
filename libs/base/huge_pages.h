// Memory in huge pages, where the system has them, for large data that is
// looked up at random and rarely freed: fewer look-ups wait for a page table.
#pragma once

#include <cstddef>
#include <memory>

#include "base/mutex.h"

namespace wangge {

// Allocates pieces of large chunks. A chunk returns to the system when all its
// pieces are freed, so pieces that are allocated together should be freed
// together. Thread-safe; pieces may outlive the object.
class HugePages {
 public:
  // Zeros, aligned to a cache line. Throws std::bad_alloc when there is no
  // memory, as `new` does.
  std::shared_ptr<std::byte> Allocate(size_t bytes);

 private:
  Mutex mutex_;
  std::shared_ptr<std::byte> chunk_ ABSL_GUARDED_BY(mutex_);
  size_t left_ ABSL_GUARDED_BY(mutex_) = 0;  // Free, at the end of the chunk.
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;  // Of the chunk.
};

}  // namespace wangge
