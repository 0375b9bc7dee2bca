// Deliveries that were read or sent lately. When ten thousand streams come back
// at once, most of them want the same few.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "services/command/attach/attach_store.h"

namespace wangge::command {

// Deliveries never change, so what is held is right for ever. Thread-safe.
class DeliveryCache {
 public:
  using Deliveries = absl::flat_hash_map<int64_t, EncodedDelivery>;

  explicit DeliveryCache(AttachStore* store) : store_(*store) {}

  void Put(const EncodedDelivery& delivery);
  // Reads from the database what is not held.
  absl::StatusOr<Deliveries> Get(const std::vector<int64_t>& delivery_nos,
                                 absl::Time deadline);

 private:
  // By value: it may be one of the old that are forgotten here.
  void PutLocked(EncodedDelivery delivery)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  AttachStore& store_;
  Mutex mutex_;
  // When the young are many, they become the old, and the old are forgotten.
  Deliveries young_ ABSL_GUARDED_BY(mutex_);
  Deliveries old_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::command
