// One holder of each key at a time, in this process. Admission locks the spots
// where it looks for duplicates: the version of a spot decides between
// processes; within one, those who would only find that it has changed wait
// instead of doing their work twice.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"

namespace wangge::cases {

// Thread-safe.
class KeyedLock {
 public:
  // As long as it lives, nobody else holds any of its keys.
  class Holder {
   public:
    // Waits until all of them are free and takes them together, so that two
    // cannot wait for each other.
    Holder(KeyedLock* owner, std::set<std::string> keys);
    ~Holder();
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    const std::set<std::string>& keys() const { return keys_; }

   private:
    KeyedLock& owner_;
    const std::set<std::string> keys_;
  };

 private:
  Mutex mutex_;
  CondVar released_;
  std::set<std::string> taken_ ABSL_GUARDED_BY(mutex_);
};

inline KeyedLock::Holder::Holder(KeyedLock* owner, std::set<std::string> keys)
    : owner_(*owner), keys_(std::move(keys)) {
  MutexLock lock(&owner_.mutex_);
  const auto is_taken = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const std::string& key : keys_) {
      if (owner_.taken_.contains(key)) return true;
    }
    return false;
  };
  while (is_taken()) owner_.released_.Wait(&owner_.mutex_);
  owner_.taken_.insert(keys_.begin(), keys_.end());
}

inline KeyedLock::Holder::~Holder() {
  MutexLock lock(&owner_.mutex_);
  for (const std::string& key : keys_) owner_.taken_.erase(key);
  owner_.released_.SignalAll();
}

}  // namespace wangge::cases
