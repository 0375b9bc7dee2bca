// A stream from a server, read by a thread that waits.
//
// gRPC's own blocking reader is not used: while it waits, its thread is one of
// those that poll for the whole process, so that much of what arrives for
// others wakes it first, and it them.
#pragma once

#include <utility>

#include "base/mutex.h"
#include "grpcpp/support/client_callback.h"

namespace wangge::rpc {

// For one thread, which calls Finish at the end.
template <typename Response>
class StreamReader final : private grpc::ClientReadReactor<Response> {
 public:
  // `start` begins the call with the reactor that it is given; what belongs to
  // the call must live until Finish has returned.
  template <typename Start>
  explicit StreamReader(const Start& start) {
    start(static_cast<grpc::ClientReadReactor<Response>*>(this));
    this->AddHold();  // Reads begin outside of gRPC's calls.
    this->StartRead(&incoming_);
    this->StartCall();
  }

  // Waits for the next message; false when there is none any more.
  bool Read(Response* message) {
    {
      MutexLock lock(&mutex_);
      while (state_ == State::kReading) changed_.Wait(&mutex_);
      if (state_ == State::kEnded) return false;
      *message = std::exchange(incoming_, {});
      state_ = State::kReading;
    }
    this->StartRead(&incoming_);
    return true;
  }

  // How the call ended. Whoever does not want the rest cancels it before.
  grpc::Status Finish() {
    Response unread;
    while (Read(&unread)) {
    }
    this->RemoveHold();
    MutexLock lock(&mutex_);
    while (state_ != State::kDone) changed_.Wait(&mutex_);
    return status_;
  }

 private:
  enum class State { kReading, kFull, kEnded, kDone };

  void OnReadDone(bool ok) override {
    MutexLock lock(&mutex_);
    state_ = ok ? State::kFull : State::kEnded;
    changed_.Signal();
  }
  void OnDone(const grpc::Status& status) override {
    MutexLock lock(&mutex_);
    status_ = status;
    state_ = State::kDone;
    changed_.Signal();
  }

  Response incoming_;
  Mutex mutex_;
  CondVar changed_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kReading;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::rpc
