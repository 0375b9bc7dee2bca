#include "services/command/attach_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::command {
namespace {

constexpr int kMostRecipients = 10'000;
constexpr size_t kMostRemembered = 100'000;
constexpr size_t kMostHeld = 1000;
constexpr int kPage = 500;  // Deliveries a message of a backlog.
constexpr absl::Duration kServeTime = absl::Seconds(10);

}  // namespace

AttachStream::AttachStream(const AttachDeps& deps, rpc::Caller caller)
    : BidiStream(kMaxOutbox), deps_(deps), caller_(std::move(caller)) {}

void AttachStream::Begin(const std::shared_ptr<AttachStream>& self) {
  weak_self_ = self;
  KeepAlive(self);
  ReadNext();
}

void AttachStream::OnMessage(v1::AttachRequest request) {
  const bool posted = deps_.runtime.executor().TryPost(
      [self = weak_self_.lock(), request = std::move(request)] {
        const absl::Status status = self->Serve(request);
        if (status.ok()) {
          self->ReadNext();
        } else {
          self->Close(status);
        }
      });
  if (!posted) Close(errors::Overloaded(deps_.runtime.retry_delay()));
}

absl::Status AttachStream::Serve(const v1::AttachRequest& request) {
  if (request.join_recipient_ids_size() > kMostRecipients) {
    errors::Violations v;
    v.Add("join_recipient_ids",
          absl::StrCat("has ", request.join_recipient_ids_size(), "; at most ",
                       kMostRecipients, " a message"));
    return v.ToStatus();
  }
  const std::vector<std::string> leave(request.leave_recipient_ids().begin(),
                                       request.leave_recipient_ids().end());
  if (!leave.empty()) {
    deps_.hub.Leave(weak_self_.lock(), leave);
    MutexLock lock(&mutex_);
    for (const auto& id : leave) joined_.erase(id);
  }
  RETURN_IF_ERROR(RecordReceipts(request));
  if (request.join_recipient_ids().empty()) return absl::OkStatus();
  return Join({request.join_recipient_ids().begin(),
               request.join_recipient_ids().end()});
}

absl::Status AttachStream::CheckRecipients(
    const std::vector<std::string>& ids) const {
  ASSIGN_OR_RETURN(const auto city, city::Current(deps_.city));
  for (const std::string& id : ids) {
    const bool own = caller_.officer_id.empty()
                         ? !caller_.NameIf("gateway").empty()
                         : caller_.officer_id == id;
    if (!own || city->FindOfficer(id) == nullptr) {
      return errors::NotYours("recipient", id, caller_.Text());
    }
  }
  return absl::OkStatus();
}

absl::Status AttachStream::Join(const std::vector<std::string>& ids) {
  RETURN_IF_ERROR(CheckRecipients(ids));
  {
    MutexLock lock(&mutex_);
    joined_.insert(ids.begin(), ids.end());
  }
  v1::AttachResponse joined;
  *joined.mutable_joined_recipient_ids() = {ids.begin(), ids.end()};
  Send(std::move(joined));
  {
    MutexLock lock(&mutex_);
    backlogs_.push_back({ids, {}});
  }
  // What comes between both comes twice, and KeepUnsent drops the second.
  deps_.hub.Join(weak_self_.lock(), ids);
  ContinueBacklogs();
  return absl::OkStatus();
}

void AttachStream::ContinueBacklogs() {
  {
    MutexLock lock(&mutex_);
    if (sending_backlogs_ || backlogs_.empty() || !HasRoom()) return;
    sending_backlogs_ = true;
  }
  const bool posted = deps_.runtime.executor().TryPost(
      [self = weak_self_.lock()] { self->SendBacklogs(); });
  if (!posted) Close(errors::Overloaded(deps_.runtime.retry_delay()));
}

void AttachStream::SendBacklogs() {
  while (HasRoom()) {
    if (!SendPage()) return;
  }
  {
    MutexLock lock(&mutex_);
    sending_backlogs_ = false;
  }
  // Room may have come before the flag was cleared.
  ContinueBacklogs();
}

bool AttachStream::SendPage() {
  Backlog backlog;
  {
    MutexLock lock(&mutex_);
    backlog = backlogs_.front();
  }
  const absl::Time now = absl::Now();
  auto page = deps_.store.Pending(backlog.recipient_ids, kPage, now,
                                  now + kServeTime, &backlog.cursor);
  if (!page.ok()) {
    Close(page.status());
    return false;
  }
  if (page->empty()) return EndBacklog();
  {
    MutexLock lock(&mutex_);
    backlogs_.front().cursor = backlog.cursor;
  }
  return SendPending(*std::move(page));
}

bool AttachStream::SendPending(std::vector<v1::Delivery> deliveries) {
  v1::AttachResponse message;
  {
    MutexLock lock(&mutex_);
    for (v1::Delivery& delivery : deliveries) {
      if (KeepUnsent(&delivery))
        *message.add_deliveries() = std::move(delivery);
    }
  }
  return message.deliveries().empty() || Send(std::move(message));
}

bool AttachStream::EndBacklog() {
  if (!Send({})) return false;  // Everything that had waited was sent.
  MutexLock lock(&mutex_);
  backlogs_.pop_front();
  if (!backlogs_.empty()) return true;
  sending_backlogs_ = false;
  for (v1::Delivery& delivery : std::exchange(held_, {})) {
    if (!KeepUnsent(&delivery)) continue;
    v1::AttachResponse message;
    *message.add_deliveries() = std::move(delivery);
    Send(std::move(message));
  }
  return false;
}

void AttachStream::Deliver(v1::Delivery delivery) {
  MutexLock lock(&mutex_);
  if (!backlogs_.empty()) {
    held_.push_back(std::move(delivery));
    if (held_.size() <= kMostHeld) return;
    held_.clear();
    return Close(rpc::SlowReader());
  }
  if (!KeepUnsent(&delivery)) return;
  v1::AttachResponse message;
  *message.add_deliveries() = std::move(delivery);
  Send(std::move(message));
}

bool AttachStream::KeepUnsent(v1::Delivery* delivery) {
  if (sent_.size() > kMostRemembered) sent_.clear();
  google::protobuf::RepeatedPtrField<std::string> unsent;
  for (const auto& id : delivery->recipient_ids()) {
    if (sent_.insert(absl::StrCat(delivery->delivery_id(), "/", id)).second) {
      *unsent.Add() = id;
    }
  }
  *delivery->mutable_recipient_ids() = unsent;
  return !unsent.empty();
}

absl::Status AttachStream::RecordReceipts(const v1::AttachRequest& request) {
  if (request.receipts().empty()) return absl::OkStatus();
  std::vector<v1::Receipt> receipts;
  {
    MutexLock lock(&mutex_);
    for (const v1::Receipt& receipt : request.receipts()) {
      if (!joined_.contains(receipt.recipient_id())) {
        return errors::NotYours("recipient", receipt.recipient_id(),
                                caller_.Text());
      }
      if (receipt.kind() >= v1::RECEIPT_KIND_DELIVERED &&
          receipt.kind() <= v1::RECEIPT_KIND_DONE &&
          DeliveryNo(receipt.delivery_id()) > 0) {
        receipts.push_back(receipt);
      }
    }
  }
  const absl::Time now = absl::Now();
  return deps_.store.RecordReceipts(receipts, now, now + kServeTime);
}

}  // namespace wangge::command
