#include "services/cases/feed.h"

namespace wangge::cases {

v1::WatchEventsResponse PackEvents(
    const std::vector<const v1::FeedEvent*>& items, const std::string& cursor) {
  v1::WatchEventsResponse response;
  for (const v1::FeedEvent* item : items) *response.add_events() = *item;
  response.set_cursor(cursor);
  return response;
}

v1::WatchFeedbackResponse PackFeedback(
    const std::vector<const v1::Feedback*>& items, const std::string&) {
  v1::WatchFeedbackResponse response;
  for (const v1::Feedback* item : items) *response.add_items() = *item;
  return response;
}

}  // namespace wangge::cases
