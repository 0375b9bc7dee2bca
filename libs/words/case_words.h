// What people read about a case, in Chinese: events hold codes and what persons
// wrote; the sentences are made here, where they are shown. Pure.
//
// What events before 0.2.0 hold as a sentence is shown as it is.
#pragma once

#include <string>

#include "wangge/cases/v1/case.pb.h"

namespace wangge::words {

// An event in a line.
std::string Describe(const cases::v1::CaseEvent& event);

// Why a person must choose: Case.operator_reason, RoutePlan.operator_reason.
// A code that is not known is shown as it is.
std::string OperatorReason(const std::string& reason);

// Why it happened: the rule's cause in words, or the person's own words.
std::string Cause(const cases::v1::ApprovalLapsed& body);
std::string Cause(const cases::v1::Supervised& body);
std::string Cause(const cases::v1::JointProposed& body);
std::string Cause(const cases::v1::Verification& verification);
std::string Cause(const cases::v1::Merged& body);
// What a person or a timer reminds of.
std::string Cause(const cases::v1::Urged& body);

}  // namespace wangge::words
