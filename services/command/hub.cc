#include "services/command/hub.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "rpc/runtime.h"
#include "services/command/attach_stream.h"

namespace wangge::command {
namespace {

constexpr int kDeliveryPage = 500;
constexpr absl::Duration kInterval = absl::Milliseconds(25);
constexpr absl::Duration kPollTime = absl::Seconds(10);

}  // namespace

Hub::Hub(Store* store)
    : store_(*store),
      task_seconds_(metrics::GetSeconds(
          "report_to_officer_seconds",
          "From the receipt of a report to the task on the officer's stream.")),
      recipients_gauge_(metrics::GetGauge("attached_recipients",
                                          "Recipients with a live stream.")) {}

absl::Status Hub::Start() {
  ASSIGN_OR_RETURN(cursor_, store_.DeliveryEnd(absl::Now() + kPollTime));
  periodic_ = std::make_unique<exec::Periodic>("hub", kInterval,
                                               [this] { return ReadNew(); });
  return absl::OkStatus();
}

void Hub::Poke() { periodic_->Poke(); }

void Hub::Join(const std::shared_ptr<AttachStream>& stream,
               const std::vector<std::string>& recipient_ids) {
  MutexLock lock(&mutex_);
  for (const std::string& id : recipient_ids) {
    auto& streams = by_recipient_[id];
    if (std::find(streams.begin(), streams.end(), stream) == streams.end()) {
      streams.push_back(stream);
    }
  }
  recipients_gauge_.Set(static_cast<double>(by_recipient_.size()));
}

void Hub::Leave(const std::shared_ptr<AttachStream>& stream,
                const std::vector<std::string>& recipient_ids) {
  MutexLock lock(&mutex_);
  for (const std::string& id : recipient_ids) {
    const auto found = by_recipient_.find(id);
    if (found == by_recipient_.end()) continue;
    std::erase(found->second, stream);
    if (found->second.empty()) by_recipient_.erase(found);
  }
  recipients_gauge_.Set(static_cast<double>(by_recipient_.size()));
}

void Hub::Remove(AttachStream* stream) {
  MutexLock lock(&mutex_);
  absl::erase_if(by_recipient_, [&](auto& entry) {
    std::erase_if(entry.second,
                  [&](const auto& held) { return held.get() == stream; });
    return entry.second.empty();
  });
  recipients_gauge_.Set(static_cast<double>(by_recipient_.size()));
}

void Hub::Close() {
  periodic_->Stop();
  MutexLock lock(&mutex_);
  for (const auto& [id, streams] : by_recipient_) {
    for (const auto& stream : streams) stream->Close(rpc::NotServing());
  }
  by_recipient_.clear();
}

bool Hub::ReadNew() {
  const auto page =
      store_.DeliveriesAfter(cursor_, kDeliveryPage, absl::Now() + kPollTime);
  if (!page.ok() || page->empty()) return false;
  for (const StoredDelivery& stored : *page) HandOut(stored);
  cursor_ = page->back().cursor;
  return page->size() == kDeliveryPage;
}

void Hub::HandOut(const StoredDelivery& stored) {
  absl::flat_hash_map<std::shared_ptr<AttachStream>, std::vector<std::string>>
      recipients_of;
  {
    MutexLock lock(&mutex_);
    for (const std::string& id : stored.recipient_ids) {
      const auto found = by_recipient_.find(id);
      if (found == by_recipient_.end()) continue;
      for (const auto& stream : found->second) {
        recipients_of[stream].push_back(id);
      }
    }
  }
  for (const auto& [stream, ids] : recipients_of) {
    v1::Delivery delivery = stored.delivery;
    *delivery.mutable_recipient_ids() = {ids.begin(), ids.end()};
    stream->Deliver(std::move(delivery));
  }
  if (stored.report_time && !recipients_of.empty()) {
    task_seconds_.Observe(
        absl::ToDoubleSeconds(absl::Now() - *stored.report_time));
  }
}

}  // namespace wangge::command
