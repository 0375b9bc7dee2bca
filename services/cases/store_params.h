// The parameters of the statements that write cases: a row a report, change,
// event or item, a parameter a column. Pure.
#pragma once

#include <vector>

#include "db/pool.h"
#include "services/cases/store.h"

namespace wangge::cases {

// Of admit_reports.
db::Params AdmitParams(const AdmissionBatch& batch);
// Of commit_changes. Groups that are null are left out; the others keep their
// numbers.
db::Params ChangeParams(const std::vector<const ChangeGroup*>& groups);

}  // namespace wangge::cases
