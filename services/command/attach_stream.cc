#include "services/command/attach_stream.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::command {
namespace {

constexpr int kMostRecipients = 10'000;
constexpr size_t kMostRemembered = 100'000;
constexpr size_t kMostHeld = 1000;
constexpr int kBacklogPage = 500;  // Deliveries a message of a backlog.
constexpr absl::Duration kServeTime = absl::Seconds(10);

std::string SentKey(const v1::Delivery& delivery, const std::string& id) {
  return absl::StrCat(delivery.delivery_id(), "/", id);
}

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
    MutexLock lock(&mutex_);
    deps_.hub.Leave(weak_self_.lock(), leave);
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
    backlogs_.push_back(
        {std::make_shared<const std::vector<std::string>>(ids), {}});
  }
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
  Backlog backlog = BeginBacklog();
  const absl::Time now = absl::Now();
  auto page = deps_.store.Pending(*backlog.recipient_ids, kBacklogPage, now,
                                  now + kServeTime, &backlog.cursor);
  if (!page.ok()) {
    Close(page.status());
    return false;
  }
  if (page->empty()) return EndBacklog();
  return SendPending(*std::move(page), backlog.cursor);
}

AttachStream::Backlog AttachStream::BeginBacklog() {
  MutexLock lock(&mutex_);
  Backlog& backlog = backlogs_.front();
  if (backlog.begun) return backlog;
  std::vector<std::string> ids;
  for (const std::string& id : *backlog.recipient_ids) {
    if (joined_.contains(id)) ids.push_back(id);  // It may have left since.
  }
  waiting_.insert(ids.begin(), ids.end());
  // Before the first page is read: what comes between both comes twice, and
  // KeepUnsent drops the second.
  deps_.hub.Join(weak_self_.lock(), ids);
  backlog.recipient_ids =
      std::make_shared<const std::vector<std::string>>(std::move(ids));
  backlog.begun = true;
  return backlog;
}

bool AttachStream::SendPending(std::vector<v1::Delivery> deliveries,
                               const PendingCursor& cursor) {
  MutexLock lock(&mutex_);
  v1::AttachResponse message;
  for (v1::Delivery& delivery : deliveries) {
    if (KeepUnsent(&delivery)) *message.add_deliveries() = std::move(delivery);
  }
  if (!message.deliveries().empty() && !Send(std::move(message))) return false;
  backlogs_.front().cursor = cursor;
  SendHeld(cursor.delivery_no);
  Rewind(&backlogs_.front());
  return true;
}

bool AttachStream::EndBacklog() {
  MutexLock lock(&mutex_);
  if (dropped_no_) {
    Rewind(&backlogs_.front());
    return true;
  }
  if (!Send({})) return false;  // Everything that had waited was sent.
  SendHeld(std::numeric_limits<int64_t>::max());
  backlogs_.pop_front();
  waiting_.clear();
  sending_backlogs_ = !backlogs_.empty();
  return sending_backlogs_;
}

void AttachStream::SendHeld(int64_t last_no) {
  for (v1::Delivery& delivery : std::exchange(held_, {})) {
    if (DeliveryNo(delivery.delivery_id()) <= last_no) {
      SendUnsent(std::move(delivery));
    }
  }
}

void AttachStream::Rewind(Backlog* backlog) {
  const auto dropped_no = std::exchange(dropped_no_, std::nullopt);
  if (dropped_no && *dropped_no <= backlog->cursor.delivery_no) {
    backlog->cursor = {*dropped_no, ""};
  }
}

void AttachStream::Deliver(v1::Delivery delivery) {
  MutexLock lock(&mutex_);
  v1::Delivery held = delivery;
  held.clear_recipient_ids();
  google::protobuf::RepeatedPtrField<std::string> at_once;
  for (const std::string& id : delivery.recipient_ids()) {
    if (!waiting_.contains(id)) {
      *at_once.Add() = id;
    } else if (!sent_.contains(SentKey(delivery, id))) {
      held.add_recipient_ids(id);
    }
  }
  delivery.mutable_recipient_ids()->Swap(&at_once);
  SendUnsent(std::move(delivery));
  if (held.recipient_ids().empty()) return;
  if (held_.size() < kMostHeld) {
    held_.push_back(std::move(held));
  } else {
    const int64_t number = DeliveryNo(held.delivery_id());
    dropped_no_ = std::min(dropped_no_.value_or(number), number);
  }
}

void AttachStream::SendUnsent(v1::Delivery delivery) {
  if (!KeepUnsent(&delivery)) return;
  v1::AttachResponse message;
  *message.add_deliveries() = std::move(delivery);
  Send(std::move(message));
}

bool AttachStream::KeepUnsent(v1::Delivery* delivery) {
  if (sent_.size() > kMostRemembered) sent_.clear();
  google::protobuf::RepeatedPtrField<std::string> unsent;
  for (const auto& id : delivery->recipient_ids()) {
    if (sent_.insert(SentKey(*delivery, id)).second) *unsent.Add() = id;
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
