// Who is attached, and handing them what is new.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "db/listener.h"
#include "exec/periodic.h"
#include "metrics/metrics.h"
#include "rpc/stream_shards.h"
#include "services/command/attach/delivery_cache.h"
#include "services/command/attach/receipt_recorder.h"

namespace wangge::command {

// A handout as the streams of one shard get it.
struct ShardHandout {
  std::shared_ptr<const Handout> whole;
  // A clone, whose references only this shard counts: cores that count the same
  // ones wait for each other at every stream.
  EncodedDelivery delivery;
};

// Some of a handout's recipients, as indexes. Mostly one for each stream, or
// very many.
using Chosen = absl::InlinedVector<uint32_t, 4>;

// A stream that the hub hands deliveries to.
class Subscriber : public rpc::ShardedStream {
 public:
  v1::Channel channel() const { return channel_; }
  // On the shard's thread: a new delivery for some of its recipients.
  virtual void Deliver(const std::shared_ptr<const ShardHandout>& handout,
                       const Chosen& recipients) = 0;

 protected:
  using ShardedStream::ShardedStream;
  // Before it is added to a hub.
  void set_channel(v1::Channel channel) { channel_ = channel; }

 private:
  friend class Hub;
  // Guarded by the hub's lock: this stream's share of a handout.
  struct Mark {
    uint64_t round = 0;
    size_t share = 0;
  };
  Mark mark_;
  v1::Channel channel_ = v1::CHANNEL_PUSH;
};

// What a stream gets of a handout: with the cursor when it owes its recipients
// nothing else.
grpc::ByteBuffer ResponseOf(const ShardHandout& handout,
                            const Chosen& recipients, bool with_cursor);

// Hands each new delivery once to every stream that carries one of its
// recipients. Thread-safe.
class Hub {
 public:
  Hub();

  // `position` is where what is new begins.
  void Begin(const Position& position);

  void Add(std::shared_ptr<Subscriber> stream);
  // The stream has ended.
  void Remove(const std::shared_ptr<Subscriber>& stream);
  // From now on the stream gets what is new for the recipients: all that comes
  // after the position returned, and nothing before it.
  Position Join(const std::shared_ptr<Subscriber>& stream,
                const std::vector<std::string>& recipient_ids);
  void Leave(const std::shared_ptr<Subscriber>& stream,
             const std::vector<std::string>& recipient_ids);

  // Positions must increase. Returns whom it went out to, as indexes of the
  // handout's recipients.
  std::vector<uint32_t> HandOut(const std::shared_ptr<const Handout>& handout);

  // Ends all streams, and those that are added later, with an error.
  void CloseAll(const absl::Status& status);

 private:
  using Streams = absl::InlinedVector<std::shared_ptr<Subscriber>, 1>;
  using Index = absl::flat_hash_map<std::string, Streams>;

  // Each recipient's streams, null for none.
  static void Find(const Index& index,
                   absl::Span<const std::string> recipient_ids,
                   absl::Span<const Streams*> found);
  Index& IndexOf(const Subscriber& stream)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  metrics::Gauge& streams_gauge_;
  metrics::Gauge& recipients_gauge_;
  Mutex mutex_;
  Position position_ ABSL_GUARDED_BY(mutex_);
  uint64_t round_ ABSL_GUARDED_BY(mutex_) = 0;   // Of handing out.
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);  // An error after CloseAll.
  absl::flat_hash_set<std::shared_ptr<Subscriber>> streams_
      ABSL_GUARDED_BY(mutex_);
  Index first_ ABSL_GUARDED_BY(mutex_);
  Index second_ ABSL_GUARDED_BY(mutex_);  // Of the second channel.
};

// Reads new deliveries from the database, whichever process made them, into a
// hub. Thread-safe.
class HandoutReader {
 public:
  HandoutReader(AttachStore* store, DeliveryCache* cache,
                ReceiptRecorder* recorder, Hub* hub, const Clock* clock);

  // Begins with what comes after now. Hears of new deliveries on `dsn`.
  absl::Status Start(const std::string& dsn);
  void Stop();

 private:
  bool ReadNew();

  AttachStore& store_;
  DeliveryCache& cache_;
  ReceiptRecorder& recorder_;
  Hub& hub_;
  const Clock& clock_;
  metrics::Histogram& task_seconds_;
  Position position_;  // Of the reading thread.
  std::unique_ptr<exec::Periodic> periodic_;
  std::unique_ptr<db::Listener> listener_;
};

}  // namespace wangge::command
