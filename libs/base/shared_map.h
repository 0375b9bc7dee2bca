// A hash map whose copies share what they have in common: a copy costs a few
// thousand pointers, a change of a copy one bucket. So a new version of a large
// value costs what changed, not what there is. Our own because Debian has no
// library of persistent maps.
#pragma once

#include <algorithm>
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
    return bucket->Holds(at, key) ? &bucket->EntryAt(at).second : nullptr;
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
    return bucket.EntryAt(at).second;
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
      bucket->ForEach(
          [&](const Entry& entry) { visit(entry.first, entry.second); });
    }
  }

  static size_t IndexOf(Lookup key) { return Place(key).bucket; }
  // Null for an empty one. Equal pointers of two maps mean equal content.
  const Bucket* BucketAt(size_t index) const {
    return buckets_.empty() ? nullptr : buckets_[index].get();
  }

  // Entries lie in no order, so that a new one moves none of them; their slots
  // do, in order of the tag, which is a part of the key's hash, then of the
  // key. As tags are spread evenly, a look-up begins near its end, and touches
  // few cache lines however full the bucket.
  class Bucket {
   public:
    size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    // In an order that depends on the keys alone.
    template <typename Visit>
    void ForEach(const Visit& visit) const {
      for (const Slot& slot : slots_) visit(entries_[slot.entry]);
    }

   private:
    friend class SharedMap;

    struct Slot {
      uint32_t tag;
      uint32_t entry;  // Position in entries_.
    };

    // Where the slot of the key is or belongs.
    size_t PositionOf(uint32_t tag, Lookup key) const {
      size_t at = (uint64_t{tag} * slots_.size()) >> 32;
      while (at > 0 && slots_[at - 1].tag >= tag) --at;
      while (at < slots_.size() &&
             (slots_[at].tag < tag ||
              (slots_[at].tag == tag && EntryAt(at).first < key))) {
        ++at;
      }
      return at;
    }
    const Entry& EntryAt(size_t at) const { return entries_[slots_[at].entry]; }
    Entry& EntryAt(size_t at) { return entries_[slots_[at].entry]; }
    bool Holds(size_t at, Lookup key) const {
      return at < slots_.size() && EntryAt(at).first == key;
    }
    void Insert(size_t at, uint32_t tag, Lookup key) {
      slots_.insert(slots_.begin() + static_cast<std::ptrdiff_t>(at),
                    {tag, static_cast<uint32_t>(entries_.size())});
      entries_.emplace_back(Key(key), T());
    }
    // The last entry takes the place of the one that goes.
    void Erase(size_t at) {
      const uint32_t gone = slots_[at].entry;
      const auto last = static_cast<uint32_t>(entries_.size() - 1);
      slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(at));
      if (gone != last) {
        entries_[gone] = std::move(entries_[last]);
        std::find_if(slots_.begin(), slots_.end(), [&](const Slot& slot) {
          return slot.entry == last;
        })->entry = gone;
      }
      entries_.pop_back();
    }

    std::vector<Slot> slots_;
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
