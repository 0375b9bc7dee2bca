// Which events of a case become tasks in somebody's inbox. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "city/city.h"
#include "wangge/cases/v1/cases.pb.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

// A task for one or more recipients.
struct Task {
  std::string origin;  // `case_no/sequence/n`: the same event, the same origin.
  std::vector<std::string> recipient_ids;
  std::optional<absl::Time> report_time;
  v1::Delivery delivery;  // Without id and recipients.
};

// The tasks of an event. An assignment without a named officer goes to all
// officers of the unit.
std::vector<Task> TasksOf(const cases::v1::FeedEvent& event,
                          const city::City& city);

}  // namespace wangge::command
