// Server-side streams: one write in flight, a bounded outbox, a reader that is
// too slow is cut off instead of buffered without bound.
//
// A stream owns itself until gRPC is done with it; others hold weak or shared
// pointers and may call Send and Close at any time from any thread: after the
// end both do nothing.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "errors/errors.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "rpc/runtime.h"
#include "rpc/status.h"

namespace wangge::rpc {

// What a reader that is too slow is told.
inline absl::Status SlowReader() {
  return errors::Make(
      absl::StatusCode::kResourceExhausted,
      common::v1::ERROR_REASON_SLOW_READER,
      "the reader is too slow; resume after the last item received");
}

// The writing half, for grpc::ServerWriteReactor and ServerBidiReactor.
template <typename Reactor, typename MessageT>
class WritingStream : public Reactor {
 public:
  using Message = MessageT;

  // Keeps the stream alive until OnDone and starts it; call once, when its
  // reactor is about to be handed to gRPC.
  void Begin(std::shared_ptr<void> self) {
    self_ = std::move(self);
    OnBegin();
  }

  // False when the stream has ended or its outbox is full; in the latter case
  // it is closed with SLOW_READER.
  bool Send(Message message) {
    MutexLock lock(&mutex_);
    if (closing_) return false;
    if (outbox_.size() >= max_outbox_) {
      CloseLocked(SlowReader());
      return false;
    }
    outbox_.push_back(std::move(message));
    if (!writing_) WriteNext();
    return true;
  }

  // Ends the stream after what is in the outbox.
  void Close(const absl::Status& status) {
    MutexLock lock(&mutex_);
    CloseLocked(status);
  }

  size_t outbox_size() const {
    MutexLock lock(&mutex_);
    return outbox_.size();
  }

 protected:
  explicit WritingStream(size_t max_outbox) : max_outbox_(max_outbox) {}

  // Runs `start` unless the stream is closing: an operation that is started
  // after the end would reach into a call that is gone.
  template <typename Start>
  void IfOpen(const Start& start) {
    MutexLock lock(&mutex_);
    if (!closing_) start();
  }

  // The stream begins: the place for a first read.
  virtual void OnBegin() {}
  // After a write: room in the outbox. Called without the lock.
  virtual void OnRoom() {}
  // The stream has ended for good.
  virtual void OnEnd() {}

  void OnWriteDone(bool ok) override {
    {
      MutexLock lock(&mutex_);
      writing_ = false;
      if (!ok) {
        outbox_.clear();
        CloseLocked(absl::CancelledError("the client went away"));
        return;
      }
      outbox_.pop_front();
      if (!outbox_.empty()) {
        WriteNext();
      } else if (closing_) {
        FinishLocked();
        return;
      }
    }
    OnRoom();
  }

  void OnCancel() override {
    MutexLock lock(&mutex_);
    CloseLocked(absl::CancelledError("the client went away"));
  }

  void OnDone() override {
    OnEnd();
    // The last owner may be this very member.
    const std::shared_ptr<void> self = std::move(self_);
  }

 private:
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = true;
    this->StartWrite(&outbox_.front());
  }

  void CloseLocked(const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!closing_) {
      closing_ = true;
      status_ = status;
      // A write in flight must end first; what waits behind it is dropped on
      // errors, for the reader resumes by cursor.
      if (!status.ok() && outbox_.size() > 1) {
        outbox_.erase(outbox_.begin() + (writing_ ? 1 : 0), outbox_.end());
      }
    }
    if (!writing_) FinishLocked();
  }

  void FinishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(finished_, true)) return;
    this->Finish(ToGrpc(status_));
  }

  const size_t max_outbox_;
  mutable Mutex mutex_;
  std::deque<Message> outbox_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<void> self_;
};

// A stream from server to client.
template <typename Response>
using ServerStream =
    WritingStream<grpc::ServerWriteReactor<Response>, Response>;

// A stream in both directions: reads one message at a time; the next one is
// read when ReadNext is called.
template <typename RequestT, typename ResponseT>
class BidiStream
    : public WritingStream<grpc::ServerBidiReactor<RequestT, ResponseT>,
                           ResponseT> {
 public:
  using Request = RequestT;

 protected:
  using Base =
      WritingStream<grpc::ServerBidiReactor<RequestT, ResponseT>, ResponseT>;
  using Base::Base;

  void OnBegin() override { ReadNext(); }
  void ReadNext() {
    this->IfOpen([this] { this->StartRead(&incoming_); });
  }
  virtual void OnMessage(Request message) = 0;
  // The client has sent everything.
  virtual void OnReadsEnd() = 0;

  void OnReadDone(bool ok) override {
    if (ok) {
      OnMessage(std::move(incoming_));
    } else {
      OnReadsEnd();
    }
  }

 private:
  Request incoming_;
};

// A stream from client to server, which is answered once. Reads all messages;
// OnMessage and OnReadsEnd are called one after the other.
template <typename RequestT, typename ResponseT>
class ClientStream : public grpc::ServerReadReactor<RequestT> {
 public:
  using Request = RequestT;
  using Response = ResponseT;

  // Where the answer goes; before Begin.
  void AnswerInto(Response* response) { response_ = response; }
  // Keeps the stream alive until OnDone and starts it; call once, when its
  // reactor is about to be handed to gRPC.
  void Begin(std::shared_ptr<void> self) {
    self_ = std::move(self);
    this->StartRead(&incoming_);
  }

 protected:
  virtual void OnMessage(Request message) = 0;
  // The client has sent everything, or is gone; Answer, now or later.
  virtual void OnReadsEnd() = 0;

  // Ends the stream; exactly once, after OnReadsEnd.
  void Answer(absl::StatusOr<Response> response) {
    const absl::Status status = response.status();
    if (status.ok()) *response_ = *std::move(response);
    this->Finish(ToGrpc(status));
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      OnReadsEnd();
      return;
    }
    OnMessage(std::move(incoming_));
    this->StartRead(&incoming_);
  }
  void OnDone() override {
    const std::shared_ptr<void> self = std::move(self_);
  }

 private:
  Response* response_ = nullptr;
  Request incoming_;
  std::shared_ptr<void> self_;
};

// Ends a stream at once, before it began.
template <typename Reactor>
class RefusedStream : public Reactor {
 public:
  explicit RefusedStream(const absl::Status& status) {
    this->Finish(ToGrpc(status));
  }
  void OnDone() override { delete this; }
};

// Who opens a stream, when it may; the counterpart of Method's admission.
inline absl::StatusOr<Caller> AdmitStream(
    const Runtime& runtime, const grpc::ServerContextBase& context,
    const std::string& method) {
  if (runtime.draining()) return NotServing();
  return runtime.Admit(context, method);
}

}  // namespace wangge::rpc
