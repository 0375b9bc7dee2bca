// What a case says, apart from how it is written down. Rows outlive the program
// that wrote them: a case that 0.1.0 stored and the same events folded by
// today's program must compare as equal, or every old case would look tampered
// with. Pure.
#pragma once

#include <string>

#include "services/cases/domain/transitions.h"

namespace wangge::cases {

// Where the two cases say different things, as field paths, for example
// `state, approvals[0].decider_id`; empty when they mean the same. Values are
// not named: they may be personal.
//
// Does not count: fields marked as deprecated, fields that this program does
// not know, and a sentence of 0.1.0 where there is a code now.
std::string DifferenceOf(const Case& a, const Case& b);

}  // namespace wangge::cases
