// Merkle trees of RFC 6962, section 2.1: leaf = SHA-256(0x00 || data), node =
// SHA-256(0x01 || left || right). Hashes are 32 bytes. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// Builds a root over leaves that come one after the other; keeps no more than
// one hash per level.
class MerkleTree {
 public:
  void Add(const std::string& data);
  int64_t size() const { return size_; }
  // Of the leaves so far; of none SHA-256 of nothing.
  std::string Root() const;

 private:
  int64_t size_ = 0;
  // Roots of full subtrees, the largest first.
  std::vector<std::pair<int64_t, std::string>> subtrees_;
};

// The siblings of leaf `index` from the bottom up.
std::vector<std::string> MerklePath(const std::vector<std::string>& data,
                                    size_t index);

// True when the proof leads from an event with this hash to the proof's root.
bool Leads(const v1::MerkleProof& proof, const std::string& event_hash);

}  // namespace wangge::cases
