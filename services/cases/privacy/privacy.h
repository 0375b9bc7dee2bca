// The room of personal data: who reported is shown masked, revealed for a
// stated purpose, redacted on demand.
#pragma once

#include <string>
#include <vector>

#include "rpc/rows.h"
#include "services/cases/privacy/personal.h"
#include "services/cases/privacy/reporter_store.h"
#include "services/cases/shared/changes.h"

namespace wangge::cases {

// All must outlive the service. Thread-safe.
struct Privacy {
  ReporterStore& reporters;
  const PersonalKeys& keys;
  Changes& changes;

  // Who reported the reports, masked; erased ones are marked so, those whose
  // key is lost are without a reporter.
  absl::StatusOr<std::vector<v1::MaskedReporter>> Masked(
      const std::vector<std::string>& report_ids, absl::Time deadline) const;
};

// Rows of CaseService.
std::vector<rpc::Row> PrivacyRows(Privacy* privacy);

// Deletes a reporter together with a change of its case; ABORTED when it was
// deleted already.
TransactionHook HookErasing(const std::string& report_id);
// Takes the words of a redacted report out of its case's first event, its
// report and its reporter, together with the change.
TransactionHook HookRedacting();

}  // namespace wangge::cases
