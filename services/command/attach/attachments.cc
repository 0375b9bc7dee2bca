#include "services/command/attach/attachments.h"

#include <memory>

#include "services/command/attach/attach_stream.h"

namespace wangge::command {
namespace {

// CommandService.Attach.
std::shared_ptr<rpc::ShardedStream> Attach(Attachments& room) {
  return std::make_shared<AttachStream>(&room);
}

}  // namespace

Attachments::Attachments(AttachStore* store, const city::Holder* city_holder,
                         const Gateways* gateway_profiles, const Clock* clock)
    : city(*city_holder),
      gateways(*gateway_profiles),
      cache(store),
      backlogs(store, &cache, clock),
      receipts(store, clock),
      handouts(store, &cache, &receipts, &hub, clock) {}

std::vector<rpc::Row> AttachRows(Attachments* room) {
  return rpc::RowsOf(room, {{"Attach", &Attach, rpc::kShardedStream}});
}

}  // namespace wangge::command
