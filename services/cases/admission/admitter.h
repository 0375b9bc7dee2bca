// Admitting reports: each opens a case, unless it was admitted before; that of
// a duplicate is merged at once.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "city/city.h"
#include "services/cases/admission/admission_store.h"
#include "services/cases/admission/keyed_lock.h"
#include "services/cases/shared/sealed_reporter.h"

namespace wangge::cases {

// What admitting needs; all must outlive it.
struct AdmitterParts {
  AdmissionStore& store;
  KeyedLock& spots;
  Seal seal;
  // Told of every case that was admitted: somebody will change it soon.
  std::function<void(const Case& c)> admitted;
};

// Thread-safe.
class Admitter {
 public:
  explicit Admitter(AdmitterParts parts) : parts_(std::move(parts)) {}

  // A case number `district-YYYYMMDD-serial` that nobody else gets. They come
  // from blocks of serial numbers, so that a number costs no round trip; unused
  // ones are lost, never given twice.
  absl::StatusOr<std::string> NextCaseNo(const std::string& district_code,
                                         absl::Time now, absl::Time deadline);

  // Each report under a number of its own.
  absl::StatusOr<v1::AdmitReportsResponse> Admit(
      const v1::AdmitReportsRequest& request, const city::City& city,
      absl::Time now, absl::Time deadline);
  // The only report of a request under a given number, with statements that
  // belong to it; those do not run when it had been admitted before.
  absl::StatusOr<v1::AdmitReportsResponse> AdmitAs(
      const std::string& case_no, const v1::AdmitReportsRequest& request,
      const city::City& city, absl::Time now, absl::Time deadline,
      const AdmissionHook& hook);

 private:
  const AdmitterParts parts_;
  Mutex mutex_;
  int64_t next_serial_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t end_serial_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace wangge::cases
