// The way of every unary call, once:
//   admission (draining? queue full?) -> identity and policy, deadline,
//   validation, handler inside the only catch, status and details, metrics, one
//   log line, Finish.
// A handler that may block runs on a worker. An asynchronous one does not
// block, so it runs on gRPC's own thread, without a change of threads.
#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
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
// refused calls as information, the rest only at the debug level, also those
// refused for overload: whoever is overloaded has no time to write lines.
void LogCall(const std::string& method, const Caller& caller,
             const absl::Status& status, absl::Duration queued,
             absl::Duration total);

// Writes a line about what `where` threw, and says what its caller is told.
// Handlers need it only for what they do on threads of their own.
absl::Status HandlerThrew(const std::string& where,
                          const std::exception& fault);

// Ends a call; exactly once, from any thread.
template <typename Response>
using Reply = std::function<void(absl::StatusOr<Response>)>;

// How long a call may take whose client sets a later deadline or none.
inline constexpr absl::Duration kDeadlineCap = absl::Seconds(10);

// One method of a service. Lives as long as its service. Thread-safe.
template <typename Request, typename Response>
class Method {
 public:
  using Handler =
      std::function<absl::StatusOr<Response>(const Call&, const Request&)>;
  // Call and request live until the reply.
  using AsyncHandler =
      std::function<void(const Call&, const Request&, Reply<Response> reply)>;
  using Validator = std::function<absl::Status(const Request&)>;

  // `name` is the full method name. `deadline_cap` bounds calls whose client
  // set a later deadline or none.
  Method(Runtime* runtime, const std::string& name, Validator validator,
         Handler handler, absl::Duration deadline_cap = kDeadlineCap)
      : Method(
            runtime, name, std::move(validator),
            [handler = std::move(handler)](const Call& call,
                                           const Request& request,
                                           const Reply<Response>& reply) {
              reply(handler(call, request));
            },
            deadline_cap, /*blocks=*/true) {}

  // A method whose handler returns at once and replies later.
  static Method Async(Runtime* runtime, const std::string& name,
                      Validator validator, AsyncHandler handler,
                      absl::Duration deadline_cap = kDeadlineCap) {
    return Method(runtime, name, std::move(validator), std::move(handler),
                  deadline_cap, /*blocks=*/false);
  }

  grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* context,
                                  const Request* request, Response* response) {
    // gRPC's own reactor: one of ours would cost two more changes of threads at
    // the end of every call.
    auto* reactor = context->DefaultReactor();
    auto* call = new UnaryCall(this, context, reactor, request, response);
    if (runtime_.draining()) {
      call->Refuse(NotServing());
    } else if (!blocks_) {
      call->Run();
    } else if (!runtime_.executor().TryPost([call] { call->Run(); })) {
      call->Refuse(errors::Overloaded(runtime_.retry_delay()));
    }
    return reactor;
  }

 private:
  // Deletes itself when it has finished.
  class UnaryCall {
   public:
    UnaryCall(Method* method, grpc::CallbackServerContext* context,
              grpc::ServerUnaryReactor* reactor, const Request* request,
              Response* response)
        : method_(*method),
          context_(*context),
          reactor_(*reactor),
          request_(*request),
          response_(*response) {
      method_.metrics_.in_flight().Increment();
    }

    void Refuse(const absl::Status& status) { Complete(status); }

    void Run() {
      queued_ = absl::Now() - start_;
      try {
        // Once the handler was called, the call may be gone at any time.
        if (const absl::Status admitted = Admit(); admitted.ok()) {
          method_.handler_(call_, request_,
                           [this](absl::StatusOr<Response> result) {
                             End(std::move(result));
                           });
        } else {
          Complete(admitted);
        }
      } catch (const std::exception& fault) {
        Complete(HandlerThrew(method_.name_, fault));
      }
    }

   private:
    absl::Status Admit() {
      ASSIGN_OR_RETURN(call_.caller,
                       method_.runtime_.Admit(context_, method_.name_));
      call_.deadline = std::min(absl::FromChrono(context_.deadline()),
                                start_ + method_.deadline_cap_);
      if (context_.IsCancelled()) {
        return absl::CancelledError("the client went away");
      }
      if (absl::Now() >= call_.deadline) return errors::DeadlineExceeded();
      return method_.validator_(request_);
    }

    void End(absl::StatusOr<Response> result) {
      const absl::Status status = result.status();
      if (status.ok()) response_ = *std::move(result);
      Complete(status);
    }

    void Complete(const absl::Status& status) {
      const absl::Duration total = absl::Now() - start_;
      method_.metrics_.Observe(status.code(), queued_, total);
      method_.metrics_.in_flight().Decrement();
      LogCall(method_.name_, call_.caller, status, queued_, total);
      reactor_.Finish(ToGrpc(status));
      delete this;
    }

    Method& method_;
    grpc::CallbackServerContext& context_;
    grpc::ServerUnaryReactor& reactor_;
    const Request& request_;
    Response& response_;
    const absl::Time start_ = absl::Now();
    absl::Duration queued_;
    Call call_;
  };

  Method(Runtime* runtime, const std::string& name, Validator validator,
         AsyncHandler handler, absl::Duration deadline_cap, bool blocks)
      : runtime_(*runtime),
        name_(name),
        validator_(std::move(validator)),
        handler_(std::move(handler)),
        deadline_cap_(deadline_cap),
        blocks_(blocks),
        metrics_(name) {}

  Runtime& runtime_;
  const std::string name_;
  const Validator validator_;
  const AsyncHandler handler_;
  const absl::Duration deadline_cap_;
  const bool blocks_;
  MethodMetrics metrics_;
};

}  // namespace wangge::rpc
