#include "services/intake/submit_stream.h"

#include <algorithm>
#include <utility>

#include "errors/errors.h"

namespace wangge::intake {
namespace {

constexpr size_t kMaxPending = 1000;
constexpr size_t kMaxInFlight = 200;
// Two groups in flight: one is routed while the other is committed.
constexpr int kMaxWorkers = 2;
// Answers that wait for the client: those of everything it may have in flight.
constexpr size_t kMaxOutbox = 2 * kMaxPending;

v1::SubmitReportsResponse ToAnswer(
    const std::string& request_id,
    const absl::StatusOr<v1::SubmitReportResponse>& result) {
  v1::SubmitReportsResponse answer;
  answer.set_request_id(request_id);
  if (result.ok()) {
    *answer.mutable_response() = *result;
    return answer;
  }
  static constexpr size_t kPrefix = sizeof("ERROR_REASON_") - 1;
  answer.set_code(static_cast<int>(result.status().code()));
  answer.set_message(std::string(result.status().message()));
  answer.set_reason(
      common::v1::ErrorReason_Name(errors::ReasonOf(result.status()))
          .substr(kPrefix));
  return answer;
}

}  // namespace

SubmitStream::SubmitStream(const StreamDeps& deps, rpc::Caller caller)
    : BidiStream(kMaxOutbox), deps_(deps), caller_(std::move(caller)) {}

void SubmitStream::Begin(const std::shared_ptr<SubmitStream>& self) {
  weak_self_ = self;
  KeepAlive(self);
  ReadNext();
}

void SubmitStream::OnMessage(v1::SubmitReportRequest request) {
  {
    MutexLock lock(&mutex_);
    pending_.push_back(std::move(request));
    if (workers_ < kMaxWorkers) StartWorkerLocked();
    if (pending_.size() >= kMaxPending) {
      reading_paused_ = true;
      return;
    }
  }
  ReadNext();
}

void SubmitStream::OnReadsEnd() {
  MutexLock lock(&mutex_);
  reads_ended_ = true;
  if (workers_ == 0 && pending_.empty()) Close(absl::OkStatus());
}

void SubmitStream::StartWorkerLocked() {
  const bool posted = deps_.runtime.executor().TryPost(
      [self = weak_self_.lock()] { self->Work(); });
  if (posted) {
    ++workers_;
  } else if (workers_ == 0) {
    // Nobody will take what is pending; the client sends it again.
    pending_.clear();
    Close(errors::Overloaded(deps_.runtime.retry_delay()));
  }
}

void SubmitStream::Work() {
  while (true) {
    std::vector<v1::SubmitReportRequest> group;
    bool resume = false;
    {
      MutexLock lock(&mutex_);
      if (pending_.empty()) {
        if (--workers_ == 0 && reads_ended_) Close(absl::OkStatus());
        return;
      }
      const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(std::min(
                                              pending_.size(), kMaxInFlight));
      group.assign(std::make_move_iterator(pending_.begin()),
                   std::make_move_iterator(end));
      pending_.erase(pending_.begin(), end);
      resume = std::exchange(reading_paused_, false);
    }
    if (resume) ReadNext();
    Answer(group);
  }
}

void SubmitStream::Answer(
    const std::vector<v1::SubmitReportRequest>& requests) {
  std::vector<Prepared> prepared;
  std::vector<const std::string*> ids;
  for (const auto& request : requests) {
    auto one = deps_.prepare(caller_, request);
    if (one.ok()) {
      prepared.push_back(*std::move(one));
      ids.push_back(&request.request_id());
    } else {
      Send(ToAnswer(request.request_id(), one.status()));
    }
  }
  if (prepared.empty()) return;
  const auto results = deps_.submitter.SubmitGroup(std::move(prepared));
  for (size_t i = 0; i < results.size(); ++i) {
    Send(ToAnswer(*ids[i], results[i]));
  }
}

}  // namespace wangge::intake
