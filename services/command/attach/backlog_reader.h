// Reads what waits for recipients that have joined, for many streams in one
// statement.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "exec/batcher.h"
#include "services/command/attach/attach_store.h"
#include "services/command/attach/delivery_cache.h"

namespace wangge::command {

// A part of what waits for some recipients of a stream.
struct BacklogPage {
  std::vector<grpc::ByteBuffer> messages;
  // Those for whom more waits, with what to ask for next.
  std::vector<Wanted> more;
  // What the messages hold, for the record of what was sent.
  std::vector<int64_t> delivery_nos;
  std::vector<std::string> recipient_ids;
};

// Thread-safe. The destructor answers what was asked.
class BacklogReader {
 public:
  // What has expired by `clock` does not wait any more.
  BacklogReader(AttachStore* store, DeliveryCache* cache, const Clock* clock);

  // Does not block; `done` is called once, on a thread of the reader.
  using Done = exec::Batcher<std::vector<Wanted>, BacklogPage>::Done;
  void Read(std::vector<Wanted> wanted, Done done);

 private:
  using Group = std::vector<std::vector<Wanted>>;
  std::vector<absl::StatusOr<BacklogPage>> ReadGroup(const Group& group,
                                                     absl::Time deadline);
  absl::StatusOr<std::vector<BacklogPage>> ReadPages(const Group& group,
                                                     absl::Time deadline);

  AttachStore& store_;
  DeliveryCache& cache_;
  const Clock& clock_;
  exec::Batcher<std::vector<Wanted>, BacklogPage> batcher_;
};

}  // namespace wangge::command
