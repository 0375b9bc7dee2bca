// A sequence whose copies share what they have in common, in blocks: a copy
// costs a pointer a block, a change of a copy one block (see SharedMap).
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "base/shared_map.h"

namespace wangge {

// Thread safety as SharedMap. References to elements stay until the sequence
// that they came from is changed or gone.
template <typename T>
class SharedVector {
 public:
  static constexpr size_t kBlock = 256;

  size_t size() const { return size_; }
  const T& operator[](size_t index) const {
    return (*blocks_[index / kBlock])[index % kBlock];
  }

  // The element, to be changed.
  T& Edit(size_t index) {
    return Unshare(&blocks_[index / kBlock])[index % kBlock];
  }

  // Adds a T().
  void Grow() {
    if (size_ % kBlock == 0) blocks_.push_back(std::make_shared<Block>());
    ++size_;
  }

 private:
  using Block = std::array<T, kBlock>;

  std::vector<std::shared_ptr<Block>> blocks_;
  size_t size_ = 0;
};

}  // namespace wangge
