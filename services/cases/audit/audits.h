// The room of proof: audits, the proof of a case and the daily roots.
#pragma once

#include <vector>

#include "exec/executor.h"
#include "rpc/rows.h"
#include "services/cases/audit/audit.h"
#include "services/cases/audit/audit_store.h"
#include "services/cases/audit/daily_roots.h"
#include "services/cases/shared/change.h"

namespace wangge::cases {

// All must outlive the service. Thread-safe.
struct Audits {
  AuditStore& store;
  DailyRoots& roots;
  Auditor& auditor;
  Changer& changer;
  // Runs audits that are asked for; few at a time.
  exec::Executor& executor;
  const rpc::Runtime& runtime;
};

// Rows of CaseService.
std::vector<rpc::Row> AuditRows(Audits* audits);

}  // namespace wangge::cases
