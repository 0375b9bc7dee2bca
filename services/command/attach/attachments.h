// Streams to phones and push gateways: the parts that all of them share.
#pragma once

#include <vector>

#include "base/clock.h"
#include "city/watch.h"
#include "rpc/rows.h"
#include "services/command/attach/attach_store.h"
#include "services/command/attach/backlog_reader.h"
#include "services/command/attach/delivery_cache.h"
#include "services/command/attach/hub.h"
#include "services/command/attach/receipt_recorder.h"
#include "services/command/domain/gateway.h"

namespace wangge::command {

// Thread-safe.
struct Attachments {
  // All must outlive it, as must the shards of its streams.
  Attachments(AttachStore* store, const city::Holder* city_holder,
              const Gateways* gateway_profiles, const Clock* clock);

  const city::Holder& city;
  const Gateways& gateways;
  DeliveryCache cache;
  Hub hub;
  BacklogReader backlogs;
  ReceiptRecorder receipts;
  HandoutReader handouts;
};

std::vector<rpc::Row> AttachRows(Attachments* room);

}  // namespace wangge::command
