// What a source may see of a case that others reported too. Pure.
#pragma once

#include <string>

#include "services/cases/domain/apply.h"

namespace wangge::cases {

// Leaves a source its own reports and what happened, without the words and the
// references of other sources.
void KeepViewOf(const std::string& source_id, v1::GetCaseResponse* response);

// Takes a reporter's words out of an event; its plan keeps what it chose.
void RedactWords(CaseEvent* event);

}  // namespace wangge::cases
