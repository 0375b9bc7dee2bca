// Holds the current city of a process: loads it from the registry, follows its
// versions, swaps atomically. Readers never wait; when the registry is away,
// they go on with the version held, and a gauge says since when.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "city/city.h"
#include "grpcpp/client_context.h"
#include "rpc/client.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::city {

// The current city. Thread-safe.
class Holder {
 public:
  // Null before the first city.
  std::shared_ptr<const City> Get() const { return city_.load(); }
  void Set(std::shared_ptr<const City> city);

 private:
  std::atomic<std::shared_ptr<const City>> city_;
};

// The current city, or UNAVAILABLE before the first one.
absl::StatusOr<std::shared_ptr<const City>> Current(const Holder& holder);

// Follows the registry into a holder on a thread of its own.
class Watcher {
 public:
  // `holder` must outlive the watcher.
  Watcher(std::shared_ptr<grpc::Channel> channel, Holder* holder);
  // Ends the stream.
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  void Run();
  // Follows one stream until it ends.
  void Follow(registry::v1::RegistryService::Stub* stub);
  // Applies a piece; on the last one swaps the city. False on a faulty city.
  bool Apply(registry::v1::WatchCityResponse piece);
  bool SleepUnlessStopped(absl::Duration duration);

  const std::shared_ptr<grpc::Channel> channel_;
  Holder& holder_;
  // Of the version that is being received.
  Changes changes_;
  bool anew_ = false;
  int64_t held_version_ = 0;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

}  // namespace wangge::city
