#include "services/cases/feed.h"

#include "rpc/bytes.h"

namespace wangge::cases {

grpc::ByteBuffer PackEvents(const std::vector<const v1::FeedEvent*>& items,
                            const std::string& cursor) {
  v1::WatchEventsResponse response;
  for (const v1::FeedEvent* item : items) *response.add_events() = *item;
  response.set_cursor(cursor);
  return rpc::ToBytes(response);
}

grpc::ByteBuffer PackFeedback(const std::vector<const v1::Feedback*>& items,
                              const std::string&) {
  v1::WatchFeedbackResponse response;
  for (const v1::Feedback* item : items) *response.add_items() = *item;
  return rpc::ToBytes(response);
}

}  // namespace wangge::cases
