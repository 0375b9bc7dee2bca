// Who is attached, and handing them what is new.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "exec/periodic.h"
#include "metrics/metrics.h"
#include "services/command/store.h"

namespace wangge::command {

class AttachStream;

// Reads new deliveries from the database, whichever replica made them, and
// sends each once to every stream that carries one of its recipients.
// Thread-safe.
class Hub {
 public:
  explicit Hub(Store* store);

  // Begins with what comes after now.
  absl::Status Start();
  // New deliveries were committed.
  void Poke();

  void Join(const std::shared_ptr<AttachStream>& stream,
            const std::vector<std::string>& recipient_ids);
  void Leave(const std::shared_ptr<AttachStream>& stream,
             const std::vector<std::string>& recipient_ids);
  // The stream has ended.
  void Remove(AttachStream* stream);
  // Ends all streams.
  void Close();

 private:
  using Streams = std::vector<std::shared_ptr<AttachStream>>;

  bool ReadNew();
  void HandOut(const StoredDelivery& stored);

  Store& store_;
  metrics::Histogram& task_seconds_;
  metrics::Gauge& recipients_gauge_;
  DeliveryCursor cursor_;  // Of the reading thread.
  Mutex mutex_;
  absl::flat_hash_map<std::string, Streams> by_recipient_
      ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<exec::Periodic> periodic_;
};

}  // namespace wangge::command
