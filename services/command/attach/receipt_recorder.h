// Records what became of deliveries: receipts of many streams in one statement,
// and what went out without any.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "exec/batcher.h"
#include "exec/periodic.h"
#include "services/command/attach/attach_store.h"

namespace wangge::command {

// Thread-safe. The destructor records what was given.
class ReceiptRecorder {
 public:
  // Receipts get the time of `clock`.
  ReceiptRecorder(AttachStore* store, const Clock* clock);

  // Does not block; `done` is called once, on a thread of the recorder, when
  // the receipts are in the database or could not be written.
  using Done = std::function<void(const absl::Status&)>;
  void Record(std::vector<v1::Receipt> receipts, Done done);

  // An instruction's delivery went out to these recipients just now. Written a
  // while later, and only where no receipt has come by then.
  void Sent(std::vector<int64_t> delivery_nos,
            std::vector<std::string> recipient_ids);

 private:
  // A message of receipts and when it came.
  struct ReceiptMessage {
    std::vector<v1::Receipt> receipts;
    absl::Time time;
  };
  using Group = std::vector<ReceiptMessage>;

  std::vector<absl::StatusOr<bool>> RecordGroup(const Group& group);
  bool RecordSent();

  struct SentOut {
    std::vector<int64_t> delivery_nos;
    std::vector<std::string> recipient_ids;
    absl::Time time;
  };

  AttachStore& store_;
  const Clock& clock_;
  metrics::Counter& receipts_;
  absl::Time rest_until_ = absl::InfinitePast();  // The batcher's only lane's.
  std::atomic<size_t> waiting_rows_ = 0;
  Mutex mutex_;
  std::deque<SentOut> sent_ ABSL_GUARDED_BY(mutex_);
  exec::Batcher<ReceiptMessage, bool> batcher_;
  exec::Periodic sent_writer_;
};

}  // namespace wangge::command
