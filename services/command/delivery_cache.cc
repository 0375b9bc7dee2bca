#include "services/command/delivery_cache.h"

#include <utility>

#include "base/status_macros.h"

namespace wangge::command {
namespace {

// Of either age; a delivery has 1 to 20 KiB.
constexpr size_t kMaxCached = 4096;

}  // namespace

void DeliveryCache::Put(const EncodedDelivery& delivery) {
  MutexLock lock(&mutex_);
  PutLocked(delivery);
}

void DeliveryCache::PutLocked(EncodedDelivery delivery) {
  if (young_.size() >= kMaxCached) old_ = std::exchange(young_, {});
  const int64_t number = delivery.delivery_no;
  young_.insert({number, std::move(delivery)});
}

absl::StatusOr<DeliveryCache::Deliveries> DeliveryCache::Get(
    const std::vector<int64_t>& delivery_nos, absl::Time deadline) {
  Deliveries found;
  std::vector<int64_t> missing;
  {
    MutexLock lock(&mutex_);
    for (const int64_t number : delivery_nos) {
      if (const auto y = young_.find(number); y != young_.end()) {
        found.insert(*y);
      } else if (const auto o = old_.find(number); o != old_.end()) {
        found.insert(*o);
        PutLocked(o->second);
      } else {
        missing.push_back(number);
      }
    }
  }
  if (missing.empty()) return found;
  ASSIGN_OR_RETURN(const auto read, store_.Deliveries(missing, deadline));
  MutexLock lock(&mutex_);
  for (const EncodedDelivery& delivery : read) {
    found.insert({delivery.delivery_no, delivery});
    PutLocked(delivery);
  }
  return found;
}

}  // namespace wangge::command
