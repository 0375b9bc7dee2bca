// Admitting reports: each opens a case, unless it was admitted before; that of
// a duplicate is merged at once.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "city/city.h"
#include "services/cases/privacy/personal.h"
#include "services/cases/store.h"

namespace wangge::cases {

// Gives out case numbers `district-YYYYMMDD-serial` from blocks of serial
// numbers, so that a number costs no round trip. Unused ones are lost, never
// given twice. Thread-safe.
class CaseNumbers {
 public:
  explicit CaseNumbers(Store* store) : store_(*store) {}
  absl::StatusOr<std::string> Next(const std::string& district_code,
                                   absl::Time now, absl::Time deadline);

 private:
  Store& store_;
  Mutex mutex_;
  int64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t end_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Each report under a number of its own.
absl::StatusOr<v1::AdmitReportsResponse> AdmitReports(
    const v1::AdmitReportsRequest& request, const city::City& city,
    const PersonalKeys& keys, absl::Time now, absl::Time deadline,
    CaseNumbers* numbers, Store* store);
// The only report of a request under a given number, with statements that
// belong to it; those do not run when it had been admitted before.
absl::StatusOr<v1::AdmitReportsResponse> AdmitAs(
    const std::string& case_no, const v1::AdmitReportsRequest& request,
    const city::City& city, const PersonalKeys& keys, absl::Time now,
    absl::Time deadline, const AdmissionCompanion& companion, Store* store);

}  // namespace wangge::cases
