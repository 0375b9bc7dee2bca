#include "services/registry/city_feed.h"

#include <algorithm>
#include <utility>

#include "rpc/runtime.h"

namespace wangge::registry {
namespace {

constexpr size_t kPieceBytes = 1 << 20;

}  // namespace

std::vector<v1::WatchCityResponse> MakePieces(const city::CityVersion& version,
                                              const city::Changes& changes,
                                              bool full) {
  std::vector<v1::WatchCityResponse> pieces(1);
  size_t bytes = 0;
  for (const auto& [key, row] : changes.upserts) {
    if (bytes > kPieceBytes) {
      pieces.emplace_back();
      bytes = 0;
    }
    bytes += row->ByteSizeLong();
    *pieces.back().add_rows() = *row;
  }
  for (const auto& key : changes.removals) {
    *pieces.back().add_removed_rows() = city::ParseKeyText(key);
  }
  for (auto& piece : pieces) *piece.mutable_version() = version;
  pieces.front().set_reset(full);
  pieces.back().set_complete(true);
  return pieces;
}

void CityFeed::Update(CityStream* stream,
                      const std::shared_ptr<const city::City>& city) {
  const int64_t current = city->version().version();
  if (stream->held_version_ == current) return;
  city::Changes changes;
  bool full = stream->held_version_ <= 0 || stream->held_version_ > current;
  if (!full) {
    auto delta = store_.LoadChanges(stream->held_version_, current,
                                    absl::Now() + absl::Seconds(5));
    full = !delta.ok();
    if (delta.ok()) changes = *std::move(delta);
  }
  if (full) changes.upserts = city->rows().Sorted();
  for (auto& piece : MakePieces(city->version(), changes, full)) {
    if (!stream->Send(std::move(piece))) return;
  }
  stream->held_version_ = current;
}

void CityFeed::Add(const std::shared_ptr<CityStream>& stream,
                   const std::shared_ptr<const city::City>& city) {
  MutexLock lock(&mutex_);
  if (closed_) {
    stream->Close(rpc::NotServing());
    return;
  }
  streams_.push_back(stream);
  if (city != nullptr) Update(stream.get(), city);
}

void CityFeed::Publish(const std::shared_ptr<const city::City>& city) {
  MutexLock lock(&mutex_);
  std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
  for (const auto& weak : streams_) {
    if (const auto stream = weak.lock()) Update(stream.get(), city);
  }
}

void CityFeed::Close() {
  MutexLock lock(&mutex_);
  closed_ = true;
  for (const auto& weak : streams_) {
    if (const auto stream = weak.lock()) stream->Close(rpc::NotServing());
  }
  streams_.clear();
}

}  // namespace wangge::registry
