// The table of reporters: personal data, sealed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/cases/privacy/personal.h"

namespace wangge::cases {

// A reporter whose time is over.
struct ExpiredReporter {
  absl::Time receive_time = absl::UnixEpoch();
  std::string report_id;
  std::string case_no;  // Empty when it never came to a case.
};

// Thread-safe. What is sealed is written with its report.
class ReporterStore {
 public:
  explicit ReporterStore(db::Pool* pool) : pool_(*pool) {}

  // The sealed reporter; NOT_FOUND when there is none or it was erased.
  absl::StatusOr<SealedReporter> Find(const std::string& report_id,
                                      absl::Time deadline) const;
  // Those of several reports, by report_id; absent where it was erased.
  absl::StatusOr<std::map<std::string, std::optional<SealedReporter>>> FindAll(
      const std::vector<std::string>& report_ids, absl::Time deadline) const;
  // Reporters of cases that have ended, or that it never came to, received
  // before `before`; after `last` in order of their receive_time.
  absl::StatusOr<std::vector<ExpiredReporter>> Expired(
      absl::Time before, const ExpiredReporter& last, int limit,
      absl::Time deadline) const;
  // Deletes a reporter without a case. False when it was deleted already.
  absl::StatusOr<bool> Erase(const std::string& report_id, absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::cases
