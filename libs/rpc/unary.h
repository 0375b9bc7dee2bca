// The way of every unary call, once:
//   admission (on gRPC's thread: draining? queue full?) -> worker: identity and
//   policy, deadline, validation, handler inside the only catch, status and
//   details, metrics, one log line, Finish.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/uuid.h"
#include "errors/errors.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "rpc/runtime.h"
#include "rpc/status.h"

namespace wangge::rpc {

// What a handler knows of its call.
struct Call {
  Caller caller;
  absl::Time deadline;
  // True when the client went away; long handlers look now and then.
  const std::atomic<bool>* cancelled = nullptr;
};

// Metrics of one method, resolved once.
class MethodMetrics {
 public:
  explicit MethodMetrics(const std::string& method);
  void Observe(absl::StatusCode code, absl::Duration queued,
               absl::Duration total);
  metrics::Gauge& in_flight() { return in_flight_; }

 private:
  std::map<absl::StatusCode, metrics::Counter*> requests_;
  metrics::Histogram& seconds_;
  metrics::Histogram& queue_seconds_;
  metrics::Gauge& in_flight_;
};

// Writes the one log line of a call: errors of the server as warnings, slow and
// refused calls as information, the rest only at the debug level.
void LogCall(const std::string& method, const std::string& caller,
             const absl::Status& status, absl::Duration queued,
             absl::Duration total);

// One method of a service. Lives as long as its service. Thread-safe.
template <typename Request, typename Response>
class Method {
 public:
  using Handler =
      std::function<absl::StatusOr<Response>(const Call&, const Request&)>;
  using Validator = std::function<absl::Status(const Request&)>;

  // `name` is the full method name. `deadline_cap` bounds calls whose client
  // set a later deadline or none.
  Method(Runtime* runtime, const std::string& name, Validator validator,
         Handler handler, absl::Duration deadline_cap = absl::Seconds(10))
      : runtime_(*runtime),
        name_(name),
        validator_(std::move(validator)),
        handler_(std::move(handler)),
        deadline_cap_(deadline_cap),
        metrics_(name) {}

  grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* context,
                                  const Request* request, Response* response) {
    auto* call = new UnaryCall(this, context, request, response);
    if (runtime_.draining()) {
      call->Refuse(NotServing());
    } else if (!runtime_.executor().TryPost([call] { call->Run(); })) {
      call->Refuse(errors::Overloaded(runtime_.retry_delay()));
    }
    return call;
  }

 private:
  class UnaryCall : public grpc::ServerUnaryReactor {
   public:
    UnaryCall(Method* method, grpc::CallbackServerContext* context,
              const Request* request, Response* response)
        : method_(*method),
          context_(*context),
          request_(*request),
          response_(*response) {
      method_.metrics_.in_flight().Increment();
    }

    void Refuse(const absl::Status& status) {
      Complete(status, absl::ZeroDuration());
    }

    void Run() {
      const absl::Duration queued = absl::Now() - start_;
      Complete(Guarded(), queued);
    }

    void OnCancel() override { cancelled_ = true; }
    void OnDone() override { delete this; }

   private:
    absl::Status Guarded() {
      try {
        return Handle();
      } catch (const std::exception& fault) {
        const std::string error_id = NewUuid();
        log::Error("handler threw", {{"method", method_.name_},
                                     {"error_id", error_id},
                                     {"what", fault.what()}});
        return errors::Internal(error_id);
      }
    }

    absl::Status Handle() {
      auto caller = method_.runtime_.Admit(context_, method_.name_);
      if (!caller.ok()) return caller.status();
      caller_ = caller->Text();
      const absl::Time deadline =
          std::min(absl::FromChrono(context_.deadline()),
                   start_ + method_.deadline_cap_);
      if (cancelled_) return absl::CancelledError("the client went away");
      if (absl::Now() >= deadline) {
        return errors::Make(absl::StatusCode::kDeadlineExceeded,
                            common::v1::ERROR_REASON_DEADLINE,
                            "the deadline passed before the work began");
      }
      if (absl::Status valid = method_.validator_(request_); !valid.ok()) {
        return valid;
      }
      auto result = method_.handler_(
          Call{*std::move(caller), deadline, &cancelled_}, request_);
      if (!result.ok()) return result.status();
      response_ = *std::move(result);
      return absl::OkStatus();
    }

    void Complete(const absl::Status& status, absl::Duration queued) {
      const absl::Duration total = absl::Now() - start_;
      method_.metrics_.Observe(status.code(), queued, total);
      method_.metrics_.in_flight().Decrement();
      LogCall(method_.name_, caller_, status, queued, total);
      this->Finish(ToGrpc(status));  // Last: OnDone may delete this at once.
    }

    Method& method_;
    grpc::CallbackServerContext& context_;
    const Request& request_;
    Response& response_;
    const absl::Time start_ = absl::Now();
    std::atomic<bool> cancelled_ = false;
    std::string caller_;
  };

  Runtime& runtime_;
  const std::string name_;
  const Validator validator_;
  const Handler handler_;
  const absl::Duration deadline_cap_;
  MethodMetrics metrics_;
};

}  // namespace wangge::rpc
