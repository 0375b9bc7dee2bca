#include "services/command/attach/hub.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/status_macros.h"

namespace wangge::command {
namespace {

constexpr int kHandoutPage = 500;
// When no notice comes, for example from a transaction that waited for another.
constexpr absl::Duration kHandoutInterval = absl::Milliseconds(25);
constexpr absl::Duration kHandoutTime = absl::Seconds(10);

// Recipients and their streams lie anywhere in memory: of so many together the
// processor fetches what it will look at next.
constexpr size_t kLookedUpTogether = 16;

// What one stream gets of a handout.
struct Share {
  std::shared_ptr<Subscriber> stream;
  Chosen recipients;
};

void PostClose(const std::shared_ptr<Subscriber>& stream,
               const absl::Status& status) {
  stream->shard().Post([stream, status] { stream->Close(status); });
}

}  // namespace

grpc::ByteBuffer ResponseOf(const ShardHandout& handout,
                            const Chosen& recipients, bool with_cursor) {
  const Handout& whole = *handout.whole;
  absl::InlinedVector<absl::string_view, 4> ids;
  ids.reserve(recipients.size());
  for (const uint32_t i : recipients) ids.push_back(whole.recipient_ids[i]);
  ResponseWriter writer;
  if (with_cursor) writer.SetCursor(whole.cursor);
  writer.Add(handout.delivery, ids);
  return writer.Take();
}

Hub::Hub()
    : streams_gauge_(
          metrics::GetGauge("attached_streams", "Live streams to workers.")),
      recipients_gauge_(metrics::GetGauge("attached_recipients",
                                          "Recipients with a live stream.")) {}

void Hub::Begin(const Position& position) {
  MutexLock lock(&mutex_);
  position_ = position;
}

Hub::Index& Hub::IndexOf(const Subscriber& stream) {
  return stream.channel() == v1::CHANNEL_SECOND ? second_ : first_;
}

void Hub::Add(std::shared_ptr<Subscriber> stream) {
  MutexLock lock(&mutex_);
  // It came while the service was about to stop.
  if (!closed_.ok()) PostClose(stream, closed_);
  streams_.insert(std::move(stream));
  streams_gauge_.Set(static_cast<double>(streams_.size()));
}

void Hub::Remove(const std::shared_ptr<Subscriber>& stream) {
  MutexLock lock(&mutex_);
  streams_.erase(stream);
  streams_gauge_.Set(static_cast<double>(streams_.size()));
}

Position Hub::Join(const std::shared_ptr<Subscriber>& stream,
                   const std::vector<std::string>& recipient_ids) {
  MutexLock lock(&mutex_);
  Index& index = IndexOf(*stream);
  for (const std::string& id : recipient_ids) {
    Streams& streams = index[id];
    if (std::find(streams.begin(), streams.end(), stream) == streams.end()) {
      streams.push_back(stream);
    }
  }
  recipients_gauge_.Set(static_cast<double>(first_.size()));
  return position_;
}

void Hub::Leave(const std::shared_ptr<Subscriber>& stream,
                const std::vector<std::string>& recipient_ids) {
  MutexLock lock(&mutex_);
  Index& index = IndexOf(*stream);
  for (const std::string& id : recipient_ids) {
    const auto found = index.find(id);
    if (found == index.end()) continue;
    Streams& streams = found->second;
    streams.erase(std::remove(streams.begin(), streams.end(), stream),
                  streams.end());
    if (streams.empty()) index.erase(found);
  }
  recipients_gauge_.Set(static_cast<double>(first_.size()));
}

void Hub::Find(const Index& index, absl::Span<const std::string> recipient_ids,
               absl::Span<const Streams*> found) {
  for (const std::string& id : recipient_ids) index.prefetch(id);
  for (size_t i = 0; i < recipient_ids.size(); ++i) {
    const auto entry = index.find(recipient_ids[i]);
    found[i] = entry == index.end() ? nullptr : &entry->second;
    if (found[i] == nullptr) continue;
    for (const auto& stream : *found[i]) {
      __builtin_prefetch(stream.get());
      __builtin_prefetch(&stream->mark_);
    }
  }
}

std::vector<uint32_t> Hub::HandOut(
    const std::shared_ptr<const Handout>& handout) {
  const absl::Span<const std::string> ids = handout->recipient_ids;
  std::vector<uint32_t> out;
  out.reserve(ids.size());
  absl::flat_hash_map<rpc::StreamShard*, std::vector<Share>> shares;
  std::array<const Streams*, kLookedUpTogether> found;
  // Held until all is posted: who joins meanwhile gets what comes later.
  MutexLock lock(&mutex_);
  position_ = handout->position;
  ++round_;
  const Index& index =
      handout->channel == v1::CHANNEL_SECOND ? second_ : first_;
  for (uint32_t i = 0; i < ids.size(); ++i) {
    const size_t at = i % found.size();
    if (at == 0)
      Find(index, ids.subspan(i, found.size()), absl::MakeSpan(found));
    if (found[at] == nullptr) continue;
    out.push_back(i);
    for (const auto& stream : *found[at]) {
      std::vector<Share>& of_shard = shares[&stream->shard()];
      Subscriber::Mark& mark = stream->mark_;
      if (mark.round != round_) {
        mark = {round_, of_shard.size()};
        of_shard.emplace_back().stream = stream;
      }
      of_shard[mark.share].recipients.push_back(i);
    }
  }
  for (auto& [shard, of_shard] : shares) {
    shard->Post([handout, of_shard = std::move(of_shard)] {
      const auto own = std::make_shared<const ShardHandout>(
          ShardHandout{handout, handout->delivery.Clone()});
      for (const Share& share : of_shard) {
        share.stream->Deliver(own, share.recipients);
      }
    });
  }
  return out;
}

void Hub::CloseAll(const absl::Status& status) {
  MutexLock lock(&mutex_);
  closed_ = status;
  for (const auto& stream : streams_) PostClose(stream, status);
}

HandoutReader::HandoutReader(AttachStore* store, DeliveryCache* cache,
                             ReceiptRecorder* recorder, Hub* hub,
                             const Clock* clock)
    : store_(*store),
      cache_(*cache),
      recorder_(*recorder),
      hub_(*hub),
      clock_(*clock),
      task_seconds_(metrics::GetSeconds(
          "report_to_officer_seconds",
          "From the receipt of a report to the task on the officer's "
          "stream.")) {}

absl::Status HandoutReader::Start(const std::string& dsn) {
  ASSIGN_OR_RETURN(position_, store_.End(absl::Now() + kHandoutTime));
  hub_.Begin(position_);
  periodic_ = std::make_unique<exec::Periodic>("handouts", kHandoutInterval,
                                               [this] { return ReadNew(); });
  listener_ = std::make_unique<db::Listener>(dsn, "delivery",
                                             [this] { periodic_->Wake(); });
  return absl::OkStatus();
}

void HandoutReader::Stop() {
  listener_.reset();
  if (periodic_ != nullptr) periodic_->Stop();
}

bool HandoutReader::ReadNew() {
  auto page =
      store_.HandoutsAfter(position_, kHandoutPage, absl::Now() + kHandoutTime);
  if (!page.ok() || page->empty()) return false;
  const size_t size = page->size();
  for (Handout& read : *page) {
    const auto handout = std::make_shared<const Handout>(std::move(read));
    position_ = handout->position;
    cache_.Put(handout->delivery);
    if (handout->expire_time && *handout->expire_time <= clock_.Now()) continue;
    const std::vector<uint32_t> out = hub_.HandOut(handout);
    if (handout->report_time && !out.empty()) {
      task_seconds_.Observe(
          absl::ToDoubleSeconds(absl::Now() - *handout->report_time));
    }
    if (handout->kind < v1::DELIVERY_KIND_INSTRUCTION) continue;
    std::vector<std::string> ids;
    ids.reserve(out.size());
    for (const uint32_t i : out) ids.push_back(handout->recipient_ids[i]);
    std::vector<int64_t> numbers(ids.size(), handout->delivery.delivery_no);
    recorder_.Sent(std::move(numbers), std::move(ids));
  }
  return size == kHandoutPage;
}

}  // namespace wangge::command
