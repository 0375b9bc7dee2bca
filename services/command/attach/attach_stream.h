// One attached phone or push gateway.
//
// What waits for recipients that join (the backlog) is read in pages, as fast
// as the client reads. The hub says up to which position it reaches; what comes
// after that is handed out live and held back until the backlog was sent.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "city/watch.h"
#include "rpc/runtime.h"
#include "rpc/stream_shards.h"
#include "services/command/attach/backlog_reader.h"
#include "services/command/attach/hub.h"
#include "services/command/attach/receipt_recorder.h"
#include "services/command/domain/gateway.h"

namespace wangge::command {

// What the stream needs of its service; all must outlive the streams.
struct AttachDeps {
  rpc::Runtime& runtime;
  Hub& hub;
  BacklogReader& backlogs;
  ReceiptRecorder& receipts;
  const city::Holder& city;
  const Gateways& gateways;
};

class AttachStream final : public Subscriber {
 public:
  // Messages that wait for the client: a burst of tasks to a large gateway.
  // Their bytes are mostly shared by all streams.
  static constexpr size_t kMaxOutbox = 10'000;
  // Those of them that a backlog may take; the rest is for what is new.
  static constexpr size_t kMaxBacklogMessages = 16;

  explicit AttachStream(const AttachDeps& deps);

  void Deliver(const std::shared_ptr<const ShardHandout>& handout,
               const Chosen& recipients) override;

 private:
  // What waits for some recipients.
  struct Backlog {
    std::vector<std::string> recipient_ids;
    Position from;
    bool last = false;  // Of a join.
  };
  // The backlog that is being sent.
  struct Sending {
    std::vector<Wanted> wanted;
    absl::flat_hash_set<absl::string_view> recipients;  // Of backlogs_.front().
    Position to;
    bool reading = false;
    // More came meanwhile than is held: read again from `to`.
    bool overflowed = false;
  };
  struct Held {
    std::shared_ptr<const ShardHandout> handout;
    Chosen recipients;
  };

  void OnBegin() override;
  void OnMessage(grpc::ByteBuffer message) override;
  void OnRoom() override { ContinueBacklog(); }
  void OnSlowReader() override;
  void OnEnd() override;

  absl::Status Check(const v1::AttachRequest& request) const;
  absl::Status CheckRecipient(const city::City& city,
                              const std::string& id) const;
  // What comes after the receipts of a message were recorded.
  void AfterReceipts(const v1::AttachRequest& request);
  void Join(const v1::AttachRequest& request);
  void Leave(const std::vector<std::string>& recipient_ids);

  // Asks for the next page of the first backlog while there is room for it.
  void ContinueBacklog();
  // From now on the hub hands out what is new for the first backlog.
  void BeginSending(const Position& from);
  void ReadPage();
  void TakePage(absl::StatusOr<BacklogPage> page);
  void EndBacklog();
  void SendNew(const ShardHandout& handout, const Chosen& recipients);

  std::shared_ptr<AttachStream> Self() {
    return std::static_pointer_cast<AttachStream>(shared_from_this());
  }

  const AttachDeps deps_;
  rpc::Caller caller_;
  absl::flat_hash_set<std::string> joined_;
  std::deque<Backlog> backlogs_;
  std::unique_ptr<Sending> sending_;
  std::vector<Held> held_;
  int64_t recorded_receipts_ = 0;
};

}  // namespace wangge::command
