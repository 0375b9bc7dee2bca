#include "services/command/attach_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "rpc/bytes.h"
#include "rpc/stream.h"

namespace wangge::command {
namespace {

constexpr char kAttach[] = "/wangge.command.v1.CommandService/Attach";
constexpr int kMaxItems = 10'000;  // Of a message.
constexpr size_t kMaxRecipients = 1'000'000;
constexpr size_t kMaxHeld = 1000;
constexpr size_t kBacklogRecipients = 500;
constexpr size_t kMaxReason = 200;

std::string HowMany(int size) {
  return absl::StrCat("has ", size, " items; at most ", kMaxItems,
                      " a message");
}

}  // namespace

AttachStream::AttachStream(const AttachDeps& deps)
    : Subscriber(kMaxOutbox), deps_(deps) {}

void AttachStream::OnBegin() {
  auto caller = rpc::AdmitStream(deps_.runtime, context(), kAttach);
  if (!caller.ok()) {
    Close(caller.status());
    return;
  }
  caller_ = *std::move(caller);
  if (const auto* gateway = deps_.gateways.Find(caller_)) {
    if (gateway->channel() == v1::CHANNEL_SECOND)
      set_channel(gateway->channel());
  }
  deps_.hub.Add(Self());
  ReadNext();
}

void AttachStream::OnEnd() {
  deps_.hub.Leave(Self(), {joined_.begin(), joined_.end()});
  deps_.hub.Remove(Self());
}

void AttachStream::OnSlowReader() { Close(rpc::SlowReader()); }

void AttachStream::OnMessage(grpc::ByteBuffer message) {
  v1::AttachRequest request;
  if (!rpc::FromBytes(message, &request)) {
    Close(rpc::Unreadable());
    return;
  }
  if (const absl::Status status = Check(request); !status.ok()) {
    Close(status);
    return;
  }
  Leave({request.leave_recipient_ids().begin(),
         request.leave_recipient_ids().end()});
  if (request.receipts().empty()) {
    AfterReceipts(request);
    return;
  }
  std::vector<v1::Receipt> receipts(request.receipts().begin(),
                                    request.receipts().end());
  // The next message is read when these are recorded: whoever sends faster
  // waits.
  deps_.receipts.Record(std::move(receipts),
                        [self = Self(), request = std::move(request)](
                            const absl::Status& status) {
                          self->shard().Post([self, request, status] {
                            if (status.ok()) {
                              self->AfterReceipts(request);
                            } else {
                              self->Close(status);
                            }
                          });
                        });
}

absl::Status AttachStream::Check(const v1::AttachRequest& request) const {
  errors::Violations v;
  v.Require(request.join_recipient_ids_size() <= kMaxItems,
            "join_recipient_ids", HowMany(request.join_recipient_ids_size()));
  v.Require(request.leave_recipient_ids_size() <= kMaxItems,
            "leave_recipient_ids", HowMany(request.leave_recipient_ids_size()));
  v.Require(request.receipts_size() <= kMaxItems, "receipts",
            HowMany(request.receipts_size()));
  v.Require(
      joined_.size() + static_cast<size_t>(request.join_recipient_ids_size()) <=
          kMaxRecipients,
      "join_recipient_ids",
      absl::StrCat("would be more than ", kMaxRecipients,
                   " of one stream; open another one"));
  v.Require(request.resume_cursor().empty() ||
                ParsePosition(request.resume_cursor()).has_value(),
            "resume_cursor", "is none; leave it out or use one received");
  for (const v1::Receipt& receipt : request.receipts()) {
    v.Require(receipt.kind() >= v1::RECEIPT_KIND_DELIVERED &&
                  receipt.kind() <= v1::RECEIPT_KIND_UNREACHABLE,
              "receipts.kind", "is missing or unknown");
    v.RequireText("receipts.reason", receipt.reason(), 0, kMaxReason);
  }
  RETURN_IF_ERROR(v.ToStatus());
  for (const v1::Receipt& receipt : request.receipts()) {
    if (!joined_.contains(receipt.recipient_id())) {
      return errors::NotYours("recipient", receipt.recipient_id(),
                              caller_.Text());
    }
  }
  if (request.join_recipient_ids().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto city, city::Current(deps_.city));
  for (const std::string& id : request.join_recipient_ids()) {
    RETURN_IF_ERROR(CheckRecipient(*city, id));
  }
  return absl::OkStatus();
}

absl::Status AttachStream::CheckRecipient(const city::City& city,
                                          const std::string& id) const {
  const auto* officer = city.FindOfficer(id);
  const bool own = caller_.officer_id.empty()
                       ? officer != nullptr &&
                             deps_.gateways.MayCarry(caller_, *officer, city)
                       : officer != nullptr && caller_.officer_id == id;
  return own ? absl::OkStatus()
             : errors::NotYours("recipient", id, caller_.Text());
}

void AttachStream::AfterReceipts(const v1::AttachRequest& request) {
  if (closing()) return;
  if (!request.receipts().empty()) {
    recorded_receipts_ += request.receipts_size();
    v1::AttachResponse recorded;
    recorded.set_recorded_receipt_count(recorded_receipts_);
    Send(rpc::ToBytes(recorded));
  }
  if (!request.join_recipient_ids().empty()) Join(request);
  ReadNext();
}

void AttachStream::Join(const v1::AttachRequest& request) {
  const Position from =
      ParsePosition(request.resume_cursor()).value_or(Position{});
  v1::AttachResponse joined;
  std::vector<std::string> fresh;
  for (const std::string& id : request.join_recipient_ids()) {
    joined.add_joined_recipient_ids(id);
    if (joined_.insert(id).second) fresh.push_back(id);
  }
  Send(rpc::ToBytes(joined));
  for (size_t begin = 0; begin == 0 || begin < fresh.size();
       begin += kBacklogRecipients) {
    const size_t end = std::min(begin + kBacklogRecipients, fresh.size());
    backlogs_.push_back({{fresh.begin() + static_cast<std::ptrdiff_t>(begin),
                          fresh.begin() + static_cast<std::ptrdiff_t>(end)},
                         from,
                         end == fresh.size()});
  }
  ContinueBacklog();
}

void AttachStream::Leave(const std::vector<std::string>& recipient_ids) {
  if (recipient_ids.empty()) return;
  deps_.hub.Leave(Self(), recipient_ids);
  for (const std::string& id : recipient_ids) joined_.erase(id);
}

void AttachStream::ContinueBacklog() {
  while (!closing() && !backlogs_.empty()) {
    if (sending_ == nullptr) BeginSending(backlogs_.front().from);
    if (sending_->reading || outbox_size() >= kMaxBacklogMessages) return;
    if (!sending_->wanted.empty()) {
      ReadPage();
      return;
    }
    EndBacklog();
  }
}

void AttachStream::ReadPage() {
  sending_->reading = true;
  deps_.backlogs.Read(
      std::move(sending_->wanted),
      [self = Self()](absl::StatusOr<BacklogPage> page) {
        self->shard().Post([self, page = std::move(page)]() mutable {
          self->TakePage(std::move(page));
        });
      });
}

void AttachStream::BeginSending(const Position& from) {
  Backlog& backlog = backlogs_.front();
  // Some may have left since.
  backlog.recipient_ids.erase(
      std::remove_if(backlog.recipient_ids.begin(), backlog.recipient_ids.end(),
                     [&](const auto& id) { return !joined_.contains(id); }),
      backlog.recipient_ids.end());
  sending_ = std::make_unique<Sending>();
  sending_->to = deps_.hub.Join(Self(), backlog.recipient_ids);
  for (const std::string& id : backlog.recipient_ids) {
    sending_->recipients.insert(id);
    sending_->wanted.push_back({id, 0, from, sending_->to, channel()});
  }
}

void AttachStream::TakePage(absl::StatusOr<BacklogPage> page) {
  if (closing()) return;
  if (!page.ok()) {
    Close(page.status());
    return;
  }
  sending_->reading = false;
  for (const grpc::ByteBuffer& message : page->messages) {
    if (!Send(message)) return;
  }
  deps_.receipts.Sent(std::move(page->delivery_nos),
                      std::move(page->recipient_ids));
  sending_->wanted = std::move(page->more);
  ContinueBacklog();
}

void AttachStream::EndBacklog() {
  if (sending_->overflowed) {
    BeginSending(Position(sending_->to));
    return;
  }
  const std::unique_ptr<Sending> sent = std::move(sending_);
  const bool last = backlogs_.front().last;
  // Its recipients' names are the backlog's.
  const Backlog ended = std::move(backlogs_.front());
  backlogs_.pop_front();
  for (const Held& held : std::exchange(held_, {})) {
    SendNew(*held.handout, held.recipients);
  }
  if (!last) return;
  v1::AttachResponse end;
  end.set_caught_up(true);
  if (backlogs_.empty()) end.set_cursor(FormatPosition(sent->to));
  Send(rpc::ToBytes(end));
}

void AttachStream::Deliver(const std::shared_ptr<const ShardHandout>& handout,
                           const Chosen& recipients) {
  if (sending_ == nullptr) {
    SendNew(*handout, recipients);
    return;
  }
  const Handout& whole = *handout->whole;
  Chosen at_once, later;
  for (const uint32_t i : recipients) {
    const bool waits = sending_->recipients.contains(whole.recipient_ids[i]);
    (waits ? later : at_once).push_back(i);
  }
  SendNew(*handout, at_once);
  if (later.empty() || whole.position <= sending_->to || sending_->overflowed) {
    return;
  }
  if (held_.size() < kMaxHeld) {
    held_.push_back({handout, std::move(later)});
    return;
  }
  held_.clear();
  sending_->overflowed = true;
  deps_.hub.Leave(Self(), backlogs_.front().recipient_ids);
}

void AttachStream::SendNew(const ShardHandout& handout,
                           const Chosen& recipients) {
  if (recipients.empty()) return;
  Send(ResponseOf(handout, recipients, backlogs_.empty()));
}

}  // namespace wangge::command
