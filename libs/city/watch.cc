#include "city/watch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "errors/errors.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "rpc/stream_reader.h"

namespace wangge::city {

void Holder::Set(std::shared_ptr<const City> city) {
  metrics::GetGauge("city_version", "Version of the city in use.")
      .Set(static_cast<double>(city->version().version()));
  city_.store(std::move(city));
}

absl::StatusOr<std::shared_ptr<const City>> Current(const Holder& holder) {
  auto city = holder.Get();
  if (city != nullptr) return city;
  return errors::Unavailable("city", "no city was imported yet");
}

Watcher::Watcher(std::shared_ptr<grpc::Channel> channel, Holder* holder)
    : channel_(std::move(channel)),
      holder_(*holder),
      thread_([this] { Run(); }) {}

Watcher::~Watcher() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
    changed_.SignalAll();
  }
  thread_.join();
}

bool Watcher::SleepUnlessStopped(absl::Duration duration) {
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(duration);
  MutexLock lock(&mutex_);
  while (!stopping_ && changed_.WaitUntil(&mutex_, deadline)) {
  }
  return !stopping_;
}

void Watcher::Run() {
  const auto stub = registry::v1::RegistryService::NewStub(channel_);
  auto& connected = metrics::GetGauge(
      "city_feed_connected", "1 while the registry's feed is being followed.");
  do {
    connected.Set(1);
    Follow(stub.get());
    connected.Set(0);
  } while (SleepUnlessStopped(absl::Milliseconds(200)));
}

void Watcher::Follow(registry::v1::RegistryService::Stub* stub) {
  grpc::ClientContext context;
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    context_ = &context;
  }
  changes_ = {};
  anew_ = false;
  registry::v1::WatchCityRequest request;
  request.set_held_version(held_version_);
  rpc::StreamReader<registry::v1::WatchCityResponse> reader([&](auto* reactor) {
    stub->async()->WatchCity(&context, &request, reactor);
  });
  registry::v1::WatchCityResponse piece;
  while (reader.Read(&piece)) {
    if (!Apply(std::exchange(piece, {}))) break;
  }
  context.TryCancel();
  const grpc::Status status = reader.Finish();
  log::Info("city feed ended", {{"code", static_cast<int>(status.error_code())},
                                {"cause", status.error_message()}});
  MutexLock lock(&mutex_);
  context_ = nullptr;
}

bool Watcher::Apply(registry::v1::WatchCityResponse piece) {
  if (piece.reset()) {
    changes_ = {};
    anew_ = true;
  }
  for (CityRow& row : *piece.mutable_rows()) {
    // Rows come in the order of their keys.
    std::string key = KeyText(KeyOf(row));
    changes_.upserts.insert_or_assign(
        changes_.upserts.end(), std::move(key),
        std::make_shared<const CityRow>(std::move(row)));
  }
  for (const CityRowKey& key : piece.removed_rows()) {
    changes_.removals.push_back(KeyText(key));
  }
  if (!piece.complete()) return true;
  const absl::Time start = absl::Now();
  const auto held = holder_.Get();
  Changes changes = std::exchange(changes_, {});
  const size_t received = changes.upserts.size();
  auto city = City::Adopt(std::exchange(anew_, false) ? nullptr : held.get(),
                          piece.version(), changes);
  if (city.ok()) {
    holder_.Set(*std::move(city));
    held_version_ = piece.version().version();
    log::Info("city loaded",
              {{"version", held_version_},
               {"rows_received", received},
               {"ms", absl::ToDoubleMilliseconds(absl::Now() - start)}});
    return true;
  }
  log::Error("city refused", {{"version", piece.version().version()},
                              {"cause", std::string(city.status().message())}});
  held_version_ = 0;  // Ask for everything again.
  return false;
}

}  // namespace wangge::city
