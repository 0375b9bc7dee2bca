// The methods of CaseService that change cases and nothing else.
#pragma once

#include <vector>

#include "rpc/rows.h"
#include "services/cases/shared/changes.h"

namespace wangge::cases {

// `changes` must outlive the service that the rows make.
std::vector<rpc::Row> ChangeRows(Changes* changes);

}  // namespace wangge::cases
