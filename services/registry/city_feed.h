// The streams that follow the city.
#pragma once

#include <memory>
#include <vector>

#include "base/mutex.h"
#include "city/city.h"
#include "rpc/stream.h"
#include "services/registry/store.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::registry {

class CityStream : public rpc::ServerStream<v1::WatchCityResponse> {
 public:
  // A full city is a few hundred pieces.
  static constexpr size_t kMaxOutbox = 20'000;
  explicit CityStream(int64_t held_version)
      : rpc::ServerStream<v1::WatchCityResponse>(kMaxOutbox),
        held_version_(held_version) {}

 private:
  friend class CityFeed;
  int64_t held_version_;  // Guarded by CityFeed's mutex.
};

// Sends every version to every stream. Thread-safe.
class CityFeed {
 public:
  explicit CityFeed(Store* store) : store_(*store) {}

  // Adds a stream and sends it what it lacks of `city`.
  void Add(const std::shared_ptr<CityStream>& stream,
           const std::shared_ptr<const city::City>& city);
  // Sends a new version to all streams.
  void Publish(const std::shared_ptr<const city::City>& city);
  // Closes all streams, and those that are added later.
  void Close();

 private:
  void Update(CityStream* stream, const std::shared_ptr<const city::City>& city)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<CityStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

// Cuts a difference into messages of about a megabyte; the last one is marked
// complete, the first one reset when `full`.
std::vector<v1::WatchCityResponse> MakePieces(const city::CityVersion& version,
                                              const city::Changes& changes,
                                              bool full);

}  // namespace wangge::registry
