// What a source is told of an event. Pure.
#pragma once

#include <optional>

#include "services/cases/domain/apply.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// The item for the source of `report`, without its cursor; nothing for events
// that sources are not told. `after` is the case after the event. Never carries
// personal data.
std::optional<v1::Feedback> FeedbackOf(const CaseEvent& event,
                                       const v1::ReportKey& report,
                                       const Case& after);

}  // namespace wangge::cases
