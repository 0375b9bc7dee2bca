// Rules for fields that requests of several rooms have. Pure.
#pragma once

#include <string>

#include "errors/errors.h"
#include "wangge/common/v1/common.pb.h"

namespace wangge::command {

void RequireInstructionId(const std::string& id, errors::Violations* v);
// The level of a breakdown: DISTRICT, STREET, COMMUNITY, or none.
void RequireBreakdown(common::v1::GridLevel level, errors::Violations* v);

}  // namespace wangge::command
