#include "services/cases/domain/merkle.h"

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/crypto.h"

namespace wangge::cases {
namespace {

using Leaves = absl::Span<const std::string>;

std::string Leaf(const std::string& data) {
  return Sha256(std::string(1, '\0') + data);
}

std::string Node(const std::string& left, const std::string& right) {
  return Sha256(absl::StrCat("\x01", left, right));
}

std::string RootOf(Leaves data) {
  MerkleTree tree;
  for (const std::string& one : data) tree.Add(one);
  return tree.Root();
}

// The largest power of two below n. REQUIRES: n > 1.
size_t SplitOf(size_t n) {
  size_t split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

void AddPath(Leaves data, size_t index, std::vector<std::string>* path) {
  if (data.size() <= 1) return;
  const size_t split = SplitOf(data.size());
  const Leaves left = data.subspan(0, split);
  const Leaves right = data.subspan(split);
  if (index < split) {
    AddPath(left, index, path);
    path->push_back(RootOf(right));
  } else {
    AddPath(right, index - split, path);
    path->push_back(RootOf(left));
  }
}

}  // namespace

void MerkleTree::Add(const std::string& data) {
  ++size_;
  int64_t leaves = 1;
  std::string hash = Leaf(data);
  while (!subtrees_.empty() && subtrees_.back().first == leaves) {
    hash = Node(subtrees_.back().second, hash);
    leaves *= 2;
    subtrees_.pop_back();
  }
  subtrees_.emplace_back(leaves, std::move(hash));
}

std::string MerkleTree::Root() const {
  if (subtrees_.empty()) return Sha256("");
  std::string root = subtrees_.back().second;
  for (auto it = subtrees_.rbegin() + 1; it != subtrees_.rend(); ++it) {
    root = Node(it->second, root);
  }
  return root;
}

std::vector<std::string> MerklePath(const std::vector<std::string>& data,
                                    size_t index) {
  std::vector<std::string> path;
  AddPath(data, index, &path);
  return path;
}

bool Leads(const v1::MerkleProof& proof, const std::string& event_hash) {
  // RFC 9162, section 2.1.3.2.
  if (proof.leaf_index() < 0 || proof.leaf_index() >= proof.leaf_count()) {
    return false;
  }
  int64_t index = proof.leaf_index();
  int64_t last = proof.leaf_count() - 1;
  std::string hash = Leaf(event_hash);
  for (const std::string& sibling : proof.siblings()) {
    if (last == 0) return false;
    if (index % 2 == 1 || index == last) {
      hash = Node(sibling, hash);
      while (index % 2 == 0 && index != 0) {
        index /= 2;
        last /= 2;
      }
    } else {
      hash = Node(hash, sibling);
    }
    index /= 2;
    last /= 2;
  }
  return last == 0 && hash == proof.root();
}

}  // namespace wangge::cases
