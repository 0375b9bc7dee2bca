// A hash map whose copies share what they have in common: a copy costs a few
// thousand pointers, a change of a copy one bucket. So a new version of a large
// value costs what changed, not what there is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace wangge {

// The value behind `shared`, for this holder alone: a new one when there is
// none, a copy when others hold it too.
template <typename T>
T& Unshare(std::shared_ptr<T>* shared) {
  if (*shared == nullptr) {
    *shared = std::make_shared<T>();
  } else if (shared->use_count() > 1) {
    *shared = std::make_shared<T>(**shared);
  }
  return **shared;
}

// FNV-1a, the same in every process, so that buckets can be compared between
// processes.
inline uint64_t StableHash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  return hash;
}
inline uint64_t StableHash(uint64_t number) {
  return (number * 0x9E3779B97F4A7C15) >> 20;
}

// `Key` is std::string (looked up by string_view) or an unsigned number. A map
// that is being changed belongs to one thread; maps that are not are
// thread-safe, also while a copy is being changed. Pointers to values stay
// until the map that they came from is changed or gone.
template <typename Key, typename T>
class SharedMap {
 public:
  static constexpr size_t kBuckets = 4096;
  using Lookup = std::conditional_t<std::is_same_v<Key, std::string>,
                                    absl::string_view, Key>;
  using Entry = std::pair<Key, T>;
  using Bucket = std::vector<Entry>;  // In order of the key.

  // Null when there is none.
  const T* Find(Lookup key) const {
    const Bucket* bucket = BucketAt(IndexOf(key));
    if (bucket == nullptr) return nullptr;
    const auto found = LowerBound(*bucket, key);
    return found == bucket->end() || found->first != key ? nullptr
                                                         : &found->second;
  }

  // The value of a key, to be changed; a new one when there is none.
  T& Edit(Lookup key) {
    Bucket& bucket = EditBucket(IndexOf(key));
    auto found = LowerBound(bucket, key);
    if (found == bucket.end() || found->first != key) {
      found = bucket.emplace(found, Key(key), T());
      ++size_;
    }
    return found->second;
  }

  void Erase(Lookup key) {
    if (Find(key) == nullptr) return;
    Bucket& bucket = EditBucket(IndexOf(key));
    bucket.erase(LowerBound(bucket, key));
    --size_;
  }

  size_t size() const { return size_; }

  // Calls `visit` with every key and value, in an order that depends on the
  // keys alone.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (const auto& bucket : buckets_) {
      if (bucket == nullptr) continue;
      for (const auto& [key, value] : *bucket) visit(key, value);
    }
  }

  static size_t IndexOf(Lookup key) { return StableHash(key) % kBuckets; }
  // Null for an empty one. Equal pointers of two maps mean equal content.
  const Bucket* BucketAt(size_t index) const {
    return buckets_.empty() ? nullptr : buckets_[index].get();
  }

 private:
  template <typename AnyBucket>
  static auto LowerBound(AnyBucket& bucket, Lookup key) {
    return std::lower_bound(
        bucket.begin(), bucket.end(), key,
        [](const Entry& entry, Lookup k) { return entry.first < k; });
  }

  Bucket& EditBucket(size_t index) {
    if (buckets_.empty()) buckets_.resize(kBuckets);
    return Unshare(&buckets_[index]);
  }

  std::vector<std::shared_ptr<Bucket>> buckets_;
  size_t size_ = 0;
};

}  // namespace wangge
