// One attached phone or push gateway.
//
// What waits for a recipient that joins (the backlog) is read in pages, as fast
// as the client reads. What is new meanwhile comes after it: most of it as the
// last pages; only what is committed behind the page being read must be held.
#pragma once

#include <deque>
#include <memory>
#include <optional>
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
  // Those of them that a backlog may take; the rest is for what is new.
  static constexpr size_t kMaxBacklogMessages = 16;

  AttachStream(const AttachDeps& deps, rpc::Caller caller);
  void Begin(const std::shared_ptr<AttachStream>& self);

  // Sends a new delivery, unless this stream has sent it for these recipients.
  void Deliver(v1::Delivery delivery);

 private:
  struct Backlog {
    std::shared_ptr<const std::vector<std::string>> recipient_ids;
    PendingCursor cursor;
    bool begun = false;
  };

  void OnRoom() override { ContinueBacklogs(); }
  void OnMessage(v1::AttachRequest request) override;
  void OnReadsEnd() override { Close(absl::OkStatus()); }
  void OnEnd() override { deps_.hub.Remove(this); }

  // Runs on a worker, one message at a time.
  absl::Status Serve(const v1::AttachRequest& request);
  absl::Status Join(const std::vector<std::string>& recipient_ids);
  absl::Status CheckRecipients(const std::vector<std::string>& ids) const;
  absl::Status RecordReceipts(const v1::AttachRequest& request);

  // Has a worker send pages of the backlogs while there is room for them.
  void ContinueBacklogs();
  void SendBacklogs();
  // Sends the next page. False at the end of all backlogs or of the stream.
  bool SendPage();
  // From now on the hub hands this stream what is new for the first backlog.
  Backlog BeginBacklog();
  // False when the stream has ended.
  bool SendPending(std::vector<v1::Delivery> deliveries,
                   const PendingCursor& cursor);
  // Marks the end of the first backlog; false after the last one.
  bool EndBacklog();
  // Sends what was held back and lies up to `last_no`: the page that
  // ended there may have been read before it was committed. Later pages hold
  // the rest.
  void SendHeld(int64_t last_no) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Back to what was not held for want of room, if that lies before the cursor.
  void Rewind(Backlog* backlog) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SendUnsent(v1::Delivery delivery) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom() const { return outbox_size() < kMaxBacklogMessages; }
  // Leaves the recipients that this stream has not sent it for; false for none.
  bool KeepUnsent(v1::Delivery* delivery) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AttachDeps deps_;
  const rpc::Caller caller_;
  std::weak_ptr<AttachStream> weak_self_;
  Mutex mutex_;
  absl::flat_hash_set<std::string> joined_ ABSL_GUARDED_BY(mutex_);
  // `delivery/recipient` that was sent: some come from the backlog and as new.
  absl::flat_hash_set<std::string> sent_ ABSL_GUARDED_BY(mutex_);
  std::deque<Backlog> backlogs_ ABSL_GUARDED_BY(mutex_);
  bool sending_backlogs_ ABSL_GUARDED_BY(mutex_) = false;
  // Recipients of the first backlog, if it has begun.
  absl::flat_hash_set<std::string> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Delivery> held_ ABSL_GUARDED_BY(mutex_);
  // The first delivery that was not held for want of room.
  std::optional<int64_t> dropped_no_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::command
