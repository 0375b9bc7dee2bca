// A hash map whose copies share what they have in common: a copy costs a few
// thousand pointers, a change of a copy one bucket. So a new version of a large
// value costs what changed, not what there is.
#pragma once

#include <cstddef>
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
  class Bucket;

  // Null when there is none.
  const T* Find(Lookup key) const {
    const Place place(key);
    const Bucket* bucket = BucketAt(place.bucket);
    if (bucket == nullptr) return nullptr;
    const size_t at = bucket->PositionOf(place.tag, key);
    return bucket->Holds(at, key) ? &bucket->entries_[at].second : nullptr;
  }

  // The value of a key, to be changed; a new one when there is none.
  T& Edit(Lookup key) {
    const Place place(key);
    Bucket& bucket = EditBucket(place.bucket);
    const size_t at = bucket.PositionOf(place.tag, key);
    if (!bucket.Holds(at, key)) {
      bucket.Insert(at, place.tag, key);
      ++size_;
    }
    return bucket.entries_[at].second;
  }

  void Erase(Lookup key) {
    if (Find(key) == nullptr) return;
    const Place place(key);
    Bucket& bucket = EditBucket(place.bucket);
    bucket.Erase(bucket.PositionOf(place.tag, key));
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

  static size_t IndexOf(Lookup key) { return Place(key).bucket; }
  // Null for an empty one. Equal pointers of two maps mean equal content.
  const Bucket* BucketAt(size_t index) const {
    return buckets_.empty() ? nullptr : buckets_[index].get();
  }

  // Entries in order of the tag, which is a part of the key's hash, then of the
  // key. The tags lie by themselves: as they are spread evenly, a look-up
  // begins near its end, and touches few cache lines however full the bucket.
  class Bucket {
   public:
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }

   private:
    friend class SharedMap;

    // Where the key is or belongs.
    size_t PositionOf(uint32_t tag, Lookup key) const {
      size_t at = (uint64_t{tag} * tags_.size()) >> 32;
      while (at > 0 && tags_[at - 1] >= tag) --at;
      while (
          at < tags_.size() &&
          (tags_[at] < tag || (tags_[at] == tag && entries_[at].first < key))) {
        ++at;
      }
      return at;
    }
    bool Holds(size_t at, Lookup key) const {
      return at < entries_.size() && entries_[at].first == key;
    }
    void Insert(size_t at, uint32_t tag, Lookup key) {
      const auto offset = static_cast<std::ptrdiff_t>(at);
      tags_.insert(tags_.begin() + offset, tag);
      entries_.emplace(entries_.begin() + offset, Key(key), T());
    }
    void Erase(size_t at) {
      const auto offset = static_cast<std::ptrdiff_t>(at);
      tags_.erase(tags_.begin() + offset);
      entries_.erase(entries_.begin() + offset);
    }

    std::vector<uint32_t> tags_;
    std::vector<Entry> entries_;
  };

 private:
  // Where a key belongs: 12 bits of its hash name the bucket, 32 others are its
  // tag in there.
  struct Place {
    explicit Place(Lookup key) {
      const uint64_t hash = StableHash(key);
      bucket = hash % kBuckets;
      tag = static_cast<uint32_t>(hash >> 12);
    }
    size_t bucket;
    uint32_t tag;
  };

  Bucket& EditBucket(size_t index) {
    if (buckets_.empty()) buckets_.resize(kBuckets);
    return Unshare(&buckets_[index]);
  }

  std::vector<std::shared_ptr<Bucket>> buckets_;
  size_t size_ = 0;
};

}  // namespace wangge
