// One attached phone or push gateway.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/mutex.h"
#include "city/watch.h"
#include "rpc/stream.h"
#include "services/command/hub.h"
#include "services/command/store.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

// What the stream needs of its service.
struct AttachDeps {
  rpc::Runtime& runtime;
  Store& store;
  Hub& hub;
  const city::Holder& city;
};

class AttachStream
    : public rpc::BidiStream<v1::AttachRequest, v1::AttachResponse> {
 public:
  // Messages that wait for the client.
  static constexpr size_t kMaxOutbox = 1000;

  AttachStream(const AttachDeps& deps, rpc::Caller caller);
  void Begin(const std::shared_ptr<AttachStream>& self);

  // Sends a delivery, unless this stream has sent it for these recipients.
  void Deliver(v1::Delivery delivery);

 private:
  void OnMessage(v1::AttachRequest request) override;
  void OnReadsEnd() override { Close(absl::OkStatus()); }
  void OnEnd() override { deps_.hub.Remove(this); }

  // Runs on a worker, one message at a time.
  absl::Status Serve(const v1::AttachRequest& request);
  absl::Status Join(const std::vector<std::string>& recipient_ids);
  absl::Status CheckRecipients(const std::vector<std::string>& ids) const;
  absl::Status RecordReceipts(const v1::AttachRequest& request);

  const AttachDeps deps_;
  const rpc::Caller caller_;
  std::weak_ptr<AttachStream> weak_self_;
  Mutex mutex_;
  absl::flat_hash_set<std::string> joined_ ABSL_GUARDED_BY(mutex_);
  // `delivery/recipient` that came both from the inbox and as news.
  absl::flat_hash_set<std::string> sent_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::command
