// One admission of this process at a time at each merge spot. The version of
// the spot decides between processes; within one, those who would only find
// that it has changed wait instead of doing their work twice.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"

namespace wangge::cases {

// Thread-safe.
class SpotGate {
 public:
  // As long as it lives, nobody else is at any of its spots.
  class Entry {
   public:
    // Waits until all of them are free and takes them together, so that two
    // cannot wait for each other.
    Entry(SpotGate* gate, std::set<std::string> spots);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    const std::set<std::string>& spots() const { return spots_; }

   private:
    SpotGate& gate_;
    const std::set<std::string> spots_;
  };

 private:
  Mutex mutex_;
  CondVar left_;
  std::set<std::string> taken_ ABSL_GUARDED_BY(mutex_);
};

inline SpotGate::Entry::Entry(SpotGate* gate, std::set<std::string> spots)
    : gate_(*gate), spots_(std::move(spots)) {
  MutexLock lock(&gate_.mutex_);
  const auto is_taken = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const std::string& spot : spots_) {
      if (gate_.taken_.contains(spot)) return true;
    }
    return false;
  };
  while (is_taken()) gate_.left_.Wait(&gate_.mutex_);
  gate_.taken_.insert(spots_.begin(), spots_.end());
}

inline SpotGate::Entry::~Entry() {
  MutexLock lock(&gate_.mutex_);
  for (const std::string& spot : spots_) gate_.taken_.erase(spot);
  gate_.left_.SignalAll();
}

}  // namespace wangge::cases
