#include "rpc/runtime.h"

#include <utility>

#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::rpc {

Runtime::Runtime(const RuntimeOptions& options,
                 std::unique_ptr<PolicyFile> policy,
                 std::unique_ptr<TokenVerifier> tokens)
    : options_(options),
      policy_(std::move(policy)),
      tokens_(std::move(tokens)),
      executor_("rpc", options.workers, options.queue) {}

absl::StatusOr<Caller> Runtime::Admit(const grpc::ServerContextBase& context,
                                      const std::string& method) const {
  ASSIGN_OR_RETURN(Caller caller, Authenticate(context, *tokens_));
  RETURN_IF_ERROR(policy_->Check(caller.Text(), method));
  return caller;
}

absl::Status NotServing() {
  return errors::Make(absl::StatusCode::kUnavailable,
                      common::v1::ERROR_REASON_NOT_SERVING,
                      "the server is starting or stopping; try again");
}

}  // namespace wangge::rpc
