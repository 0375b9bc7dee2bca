#include "services/cases/feed.h"

#include "rpc/bytes.h"

namespace wangge::cases {
namespace {

// Serializes a message whose list is `items`, which are lent to it meanwhile: a
// copy of each would cost more than all the rest.
template <typename Response, typename Item>
grpc::ByteBuffer Pack(const std::vector<const Item*>& items,
                      google::protobuf::RepeatedPtrField<Item>* list,
                      const Response& response) {
  for (const Item* item : items) {
    list->UnsafeArenaAddAllocated(const_cast<Item*>(item));
  }
  grpc::ByteBuffer bytes = rpc::ToBytes(response);
  while (!list->empty()) list->UnsafeArenaReleaseLast();
  return bytes;
}

}  // namespace

grpc::ByteBuffer PackEvents(const std::vector<const v1::FeedEvent*>& items,
                            const std::string& cursor) {
  v1::WatchEventsResponse response;
  response.set_cursor(cursor);
  return Pack(items, response.mutable_events(), response);
}

grpc::ByteBuffer PackFeedback(const std::vector<const v1::Feedback*>& items,
                              const std::string&) {
  v1::WatchFeedbackResponse response;
  return Pack(items, response.mutable_items(), response);
}

}  // namespace wangge::cases
