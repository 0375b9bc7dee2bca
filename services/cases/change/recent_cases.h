// Cases as they were seen last: who changes a case again soon needs not wait
// for the database to say what it looks like. What is kept may be old, for
// others write too: nothing rests on it until a write has proved its version.
#pragma once

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "wangge/cases/v1/case.pb.h"

namespace wangge::cases {

// Thread-safe.
class RecentCases {
 public:
  // Keeps `max_count` at the most, those that were used last among them; a case
  // takes a kilobyte or two.
  explicit RecentCases(size_t max_count) : max_count_(max_count) {}

  void Put(const v1::Case& c);
  std::optional<v1::Case> Find(const std::string& case_no);

 private:
  using Bodies = absl::flat_hash_map<std::string, std::string>;  // By case_no.

  void PutLocked(const std::string& case_no, std::string body)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_count_;
  Mutex mutex_;
  // Two generations: what is used moves to the younger one; when that is half
  // of all, the older one is dropped.
  Bodies younger_ ABSL_GUARDED_BY(mutex_);
  Bodies older_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::cases
