#include "services/command/attach_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::command {
namespace {

constexpr int kMostRecipients = 10'000;
constexpr size_t kMostRemembered = 100'000;
constexpr int kDeliveriesAMessage = 100;
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
  // First to the hub, then the inbox: what comes in between comes twice rather
  // than never, and Deliver drops the second.
  deps_.hub.Join(weak_self_.lock(), ids);
  const absl::Time now = absl::Now();
  ASSIGN_OR_RETURN(auto pending,
                   deps_.store.Pending(ids, now, now + kServeTime));
  v1::AttachResponse joined;
  *joined.mutable_joined_recipient_ids() = {ids.begin(), ids.end()};
  Send(std::move(joined));
  v1::AttachResponse message;
  for (v1::Delivery& delivery : pending) {
    {
      MutexLock lock(&mutex_);
      for (const auto& id : delivery.recipient_ids()) {
        sent_.insert(absl::StrCat(delivery.delivery_id(), "/", id));
      }
    }
    *message.add_deliveries() = std::move(delivery);
    if (message.deliveries_size() == kDeliveriesAMessage) {
      Send(std::exchange(message, {}));
    }
  }
  if (!message.deliveries().empty()) Send(std::move(message));
  Send({});  // Everything that had waited was sent.
  return absl::OkStatus();
}

void AttachStream::Deliver(v1::Delivery delivery) {
  v1::AttachResponse message;
  auto& out = *message.add_deliveries();
  out = std::move(delivery);
  {
    MutexLock lock(&mutex_);
    if (sent_.size() > kMostRemembered) sent_.clear();
    google::protobuf::RepeatedPtrField<std::string> fresh;
    for (const auto& id : out.recipient_ids()) {
      if (sent_.insert(absl::StrCat(out.delivery_id(), "/", id)).second) {
        *fresh.Add() = id;
      }
    }
    if (fresh.empty()) return;
    *out.mutable_recipient_ids() = fresh;
  }
  Send(std::move(message));
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
