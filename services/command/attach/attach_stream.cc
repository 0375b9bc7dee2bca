#include "services/command/attach/attach_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "rpc/bytes.h"
#include "rpc/stream.h"
#include "services/command/attach/attachments.h"

namespace wangge::command {
namespace {

constexpr int kMaxItems = 10'000;  // Of a message.
constexpr size_t kMaxRecipients = 1'000'000;
constexpr size_t kMaxHeld = 1000;
constexpr size_t kBacklogRecipients = 500;
constexpr size_t kMaxReason = 200;

void RequireItems(const std::string& field, int count, errors::Violations* v) {
  v->Require(count <= kMaxItems, field,
             absl::StrCat("must have at most ", kMaxItems,
                          " items in a message, got ", count));
}

}  // namespace

AttachStream::AttachStream(Attachments* room)
    : Subscriber(kMaxOutbox), room_(*room) {}

void AttachStream::OnBegin() {
  const auto* gateway = room_.gateways.Find(caller());
  if (gateway != nullptr && gateway->channel() == v1::CHANNEL_SECOND) {
    set_channel(v1::CHANNEL_SECOND);
  }
  room_.hub.Add(Self());
  ReadNext();
}

void AttachStream::OnEnd() {
  room_.hub.Leave(Self(), {joined_.begin(), joined_.end()});
  room_.hub.Remove(Self());
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
  room_.receipts.Record(std::move(receipts),
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

absl::Status AttachStream::CheckForm(const v1::AttachRequest& request) const {
  errors::Violations v;
  RequireItems("join_recipient_ids", request.join_recipient_ids_size(), &v);
  RequireItems("leave_recipient_ids", request.leave_recipient_ids_size(), &v);
  RequireItems("receipts", request.receipts_size(), &v);
  v.Require(
      joined_.size() + static_cast<size_t>(request.join_recipient_ids_size()) <=
          kMaxRecipients,
      "join_recipient_ids",
      absl::StrCat("would exceed the ", kMaxRecipients,
                   " recipients of one stream; open another stream"));
  v.Require(request.resume_cursor().empty() ||
                ParsePosition(request.resume_cursor()).has_value(),
            "resume_cursor",
            absl::StrCat("must be omitted or be a cursor received from this "
                         "service, got '",
                         request.resume_cursor(), "'"));
  for (const v1::Receipt& receipt : request.receipts()) {
    v.Require(receipt.kind() >= v1::RECEIPT_KIND_DELIVERED &&
                  receipt.kind() <= v1::RECEIPT_KIND_UNREACHABLE,
              "receipts.kind",
              absl::StrCat("must be one of DELIVERED to UNREACHABLE, got ",
                           static_cast<int>(receipt.kind())));
    v.RequireText("receipts.reason", receipt.reason(), 0, kMaxReason);
  }
  return v.ToStatus();
}

absl::Status AttachStream::Check(const v1::AttachRequest& request) const {
  RETURN_IF_ERROR(CheckForm(request));
  for (const v1::Receipt& receipt : request.receipts()) {
    if (!joined_.contains(receipt.recipient_id())) {
      return errors::NotYours("recipient", receipt.recipient_id(),
                              caller().Text());
    }
  }
  if (request.join_recipient_ids().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto city, city::Current(room_.city));
  for (const std::string& id : request.join_recipient_ids()) {
    RETURN_IF_ERROR(CheckRecipient(*city, id));
  }
  return absl::OkStatus();
}

absl::Status AttachStream::CheckRecipient(const city::City& city,
                                          const std::string& id) const {
  const auto* officer = city.FindOfficer(id);
  const bool own = officer != nullptr &&
                   (caller().officer_id.empty()
                        ? room_.gateways.MayCarry(caller(), *officer, city)
                        : caller().officer_id == id);
  return own ? absl::OkStatus()
             : errors::NotYours("recipient", id, caller().Text());
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
  if (closing()) return;  // Its outbox was full.
  if (state_ == State::kLive) BeginPass(backlogs_.front().from);
  ContinueBacklogs();
}

void AttachStream::Leave(const std::vector<std::string>& recipient_ids) {
  if (recipient_ids.empty()) return;
  room_.hub.Leave(Self(), recipient_ids);
  for (const std::string& id : recipient_ids) joined_.erase(id);
}

void AttachStream::ContinueBacklogs() {
  while (state_ != State::kLive && !closing()) {
    if (reading_page_ || outbox_size() >= kMaxBacklogMessages) return;
    if (!pass_->wanted.empty()) {
      ReadPage();
      return;
    }
    EndPass();
  }
}

void AttachStream::BeginPass(const Position& from) {
  Backlog& backlog = backlogs_.front();
  // Some may have left since.
  backlog.recipient_ids.erase(
      std::remove_if(backlog.recipient_ids.begin(), backlog.recipient_ids.end(),
                     [&](const auto& id) { return !joined_.contains(id); }),
      backlog.recipient_ids.end());
  state_ = State::kSending;
  pass_ = std::make_unique<Pass>();
  pass_->to = room_.hub.Join(Self(), backlog.recipient_ids);
  for (const std::string& id : backlog.recipient_ids) {
    pass_->recipients.insert(id);
    pass_->wanted.push_back({id, 0, from, pass_->to, channel()});
  }
}

void AttachStream::ReadPage() {
  reading_page_ = true;
  room_.backlogs.Read(
      std::move(pass_->wanted),
      [self = Self()](absl::StatusOr<BacklogPage> page) {
        self->shard().Post([self, page = std::move(page)]() mutable {
          self->TakePage(std::move(page));
        });
      });
}

void AttachStream::TakePage(absl::StatusOr<BacklogPage> page) {
  reading_page_ = false;
  if (closing()) return;
  if (!page.ok()) {
    Close(page.status());
    return;
  }
  for (const grpc::ByteBuffer& message : page->messages) {
    if (!Send(message)) return;
  }
  room_.receipts.Sent(std::move(page->delivery_nos),
                      std::move(page->recipient_ids));
  pass_->wanted = std::move(page->more);
  ContinueBacklogs();
}

void AttachStream::EndPass() {
  if (state_ == State::kOverflowed) {
    BeginPass(Position(pass_->to));
    return;
  }
  EndBacklog();
  if (!backlogs_.empty()) BeginPass(backlogs_.front().from);
}

void AttachStream::EndBacklog() {
  const std::unique_ptr<Pass> sent = std::move(pass_);
  // The pass names its recipients.
  std::list<Backlog> ended;
  ended.splice(ended.begin(), backlogs_, backlogs_.begin());
  if (backlogs_.empty()) state_ = State::kLive;
  for (const Held& held : std::exchange(held_, {})) {
    SendNew(*held.handout, held.recipients);
  }
  if (!ended.front().last) return;
  v1::AttachResponse end;
  end.set_caught_up(true);
  if (state_ == State::kLive) end.set_cursor(FormatPosition(sent->to));
  Send(rpc::ToBytes(end));
}

void AttachStream::Deliver(const std::shared_ptr<const ShardHandout>& handout,
                           const Chosen& recipients) {
  if (state_ == State::kLive) {
    SendNew(*handout, recipients);
    return;
  }
  const Handout& whole = *handout->whole;
  Chosen at_once, held;
  for (const uint32_t i : recipients) {
    const bool waits = pass_->recipients.contains(whole.recipient_ids[i]);
    (waits ? held : at_once).push_back(i);
  }
  SendNew(*handout, at_once);
  if (!held.empty()) Hold(handout, std::move(held));
}

void AttachStream::Hold(const std::shared_ptr<const ShardHandout>& handout,
                        Chosen recipients) {
  // What the pass reads itself, or the next one will.
  if (handout->whole->position <= pass_->to || state_ == State::kOverflowed) {
    return;
  }
  if (held_.size() < kMaxHeld) {
    held_.push_back({handout, std::move(recipients)});
    return;
  }
  held_.clear();
  state_ = State::kOverflowed;
  room_.hub.Leave(Self(), backlogs_.front().recipient_ids);
}

void AttachStream::SendNew(const ShardHandout& handout,
                           const Chosen& recipients) {
  if (recipients.empty()) return;
  Send(ResponseOf(handout, recipients, state_ == State::kLive));
}

}  // namespace wangge::command
