#include "services/cases/feed/feed.h"

#include <algorithm>

#include "errors/errors.h"
#include "rpc/bytes.h"

namespace wangge::cases {
namespace {

constexpr int kPage = 1000;
constexpr absl::Duration kInterval = absl::Milliseconds(25);
// Between two looks while much is committed: each costs the database and every
// reader something, however little there is.
constexpr absl::Duration kRest = absl::Milliseconds(20);

// A message whose list, field `number`, is the items.
std::string ListOf(const std::vector<const FeedItem*>& items, int number) {
  constexpr size_t kMaxHeaderBytes = 10;
  size_t size = 0;
  for (const FeedItem* item : items)
    size += item->bytes.size() + kMaxHeaderBytes;
  std::string message;
  message.reserve(size);
  for (const FeedItem* item : items) {
    rpc::AppendField(number, item->bytes, &message);
  }
  return message;
}

grpc::ByteBuffer ToBuffer(const std::string& message) {
  const grpc::Slice slice(message);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

Feed::Feed(const std::string& name, exec::Executor* executor, Load load,
           Pack pack)
    : executor_(*executor),
      load_(std::move(load)),
      pack_(std::move(pack)),
      readers_(metrics::GetGauge("feed_readers", "Open feed streams.",
                                 {{"feed", name}})) {}

void Feed::Start(const std::string& name, FeedCursor end) {
  {
    MutexLock lock(&mutex_);
    tail_ = end;
  }
  periodic_ = std::make_unique<exec::Periodic>(
      name, kInterval, [this] { return ReadTail(); }, kRest);
}

void Feed::Wake() {
  if (periodic_ != nullptr) periodic_->Wake();
}

void Feed::Add(const std::shared_ptr<FeedStream>& stream, bool at_end) {
  MutexLock lock(&mutex_);
  if (closed_) {
    stream->Close(rpc::NotServing());
    return;
  }
  streams_.push_back(stream);
  if (at_end) stream->cursor_ = tail_;
  if (stream->cursor_ < tail_) CatchUp(stream);
}

void Feed::Close() {
  if (periodic_ != nullptr) periodic_->Stop();
  MutexLock lock(&mutex_);
  closed_ = true;
  for (const auto& weak : streams_) {
    if (const auto stream = weak.lock()) stream->Close(rpc::NotServing());
  }
}

bool Feed::ReadTail() {
  FeedCursor from;
  {
    MutexLock lock(&mutex_);
    std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
    readers_.Set(static_cast<double>(streams_.size()));
    from = tail_;
  }
  const auto page = load_(from, "", kPage);
  if (!page.ok()) return false;
  Shared shared;
  MutexLock lock(&mutex_);
  if (!page->empty()) tail_ = page->back().cursor;
  for (const auto& weak : streams_) {
    const auto stream = weak.lock();
    if (stream == nullptr || stream->catching_up_) continue;
    if (stream->cursor_ < from) {
      CatchUp(stream);
    } else if (!page->empty()) {
      SendShared(stream.get(), *page, &shared);
    }
  }
  return page->size() == kPage;
}

void Feed::SendShared(FeedStream* stream, const Page& page, Shared* shared) {
  if (stream->cursor_ >= page.front().cursor) {
    SendTo(stream, page);
    return;
  }
  const auto [packed, fresh] = shared->try_emplace(stream->source_id_);
  if (fresh) packed->second = PackFor(*stream, page);
  if (packed->second && !stream->Send(*packed->second)) return;
  stream->cursor_ = page.back().cursor;
}

std::optional<grpc::ByteBuffer> Feed::PackFor(const FeedStream& stream,
                                              const Page& page) const {
  std::vector<const FeedItem*> items;
  for (const FeedItem& item : page) {
    if (item.cursor > stream.cursor_ &&
        (stream.source_id_.empty() || stream.source_id_ == item.source_id)) {
      items.push_back(&item);
    }
  }
  if (items.empty()) return std::nullopt;
  return ToBuffer(
      pack_(items, std::max(stream.cursor_, page.back().cursor).ToText()));
}

bool Feed::SendTo(FeedStream* stream, const Page& page) {
  auto packed = PackFor(*stream, page);
  if (packed && !stream->Send(*std::move(packed))) return false;
  stream->cursor_ = std::max(stream->cursor_, page.back().cursor);
  return true;
}

void Feed::CatchUp(const std::shared_ptr<FeedStream>& stream) {
  stream->catching_up_ =
      executor_.TryPost([this, stream] { ReadPagesFor(stream); });
  if (!stream->catching_up_) {
    stream->Close(errors::Overloaded(absl::Milliseconds(500)));
  }
}

void Feed::ReadPagesFor(const std::shared_ptr<FeedStream>& stream) {
  bool reading = true;
  while (reading && stream->outbox_size() < FeedStream::kMaxOutbox / 2) {
    FeedCursor seen;
    {
      MutexLock lock(&mutex_);
      seen = tail_;
    }
    const auto page = load_(stream->cursor_, stream->source_id_, kPage);
    if (!page.ok()) break;
    if (!page->empty() && !SendTo(stream.get(), *page)) break;
    if (page->size() == kPage) continue;
    // A page that is not full holds all that the tail had seen before, so the
    // stream stands there, also when nothing of it was for it.
    MutexLock lock(&mutex_);
    stream->cursor_ = std::max(stream->cursor_, seen);
    reading = stream->cursor_ < tail_;
    stream->catching_up_ = reading;
  }
  if (!reading) return;
  MutexLock lock(&mutex_);
  stream->catching_up_ = false;
}

std::string PackEvents(const std::vector<const FeedItem*>& items,
                       const std::string& cursor) {
  std::string message =
      ListOf(items, v1::WatchEventsResponse::kEventsFieldNumber);
  rpc::AppendField(v1::WatchEventsResponse::kCursorFieldNumber, cursor,
                   &message);
  return message;
}

std::string PackFeedback(const std::vector<const FeedItem*>& items,
                         const std::string& /*cursor*/) {
  return ListOf(items, v1::WatchFeedbackResponse::kItemsFieldNumber);
}

}  // namespace wangge::cases
