// Which events of a case become tasks in somebody's inbox, and which end them.
// Pure.
#pragma once

#include <map>
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

// When the tasks about a case end that stood before.
struct TaskEnd {
  absl::Time time;
  // The notice that a case was taken from somebody outlives its next dispatch,
  // but not the case.
  bool all_kinds = false;
};

// What a page of the feed does to inboxes.
struct TaskPage {
  std::vector<Task> tasks = {};
  // By case: the end of the tasks that earlier pages have made.
  std::map<std::string, TaskEnd> ends = {};
};

// Adds what an event does. An assignment without a named officer goes to all
// officers of the unit. Tasks end when their case is over, and when it is
// dispatched anew, which withdraws all assignments before; tasks that begin and
// end in one page are none.
void AddEvent(const cases::v1::FeedEvent& event, const city::City& city,
              TaskPage* page);

}  // namespace wangge::command
