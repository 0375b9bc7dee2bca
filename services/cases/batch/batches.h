// The room of batches: like cases with one root cause, and the programmes and
// inventories that they lead to.
#pragma once

#include <vector>

#include "city/watch.h"
#include "rpc/rows.h"
#include "services/cases/batch/batch_store.h"
#include "services/cases/shared/changes.h"

namespace wangge::cases {

// All must outlive the service. Thread-safe.
struct Batches {
  BatchStore& store;
  Changes& changes;
};

// Rows of BatchService.
std::vector<rpc::Row> BatchRows(Batches* batches);
// LinkToBatch of CaseService, which changes a case.
std::vector<rpc::Row> BatchLinkRows(Batches* batches);

// Adds the case to its batch, or opens that, together with the change.
TransactionHook HookLinking(const v1::LinkToBatchRequest& request);

}  // namespace wangge::cases
