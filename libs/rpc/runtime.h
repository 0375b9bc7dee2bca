// What all calls of a process share.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "exec/executor.h"
#include "rpc/identity.h"
#include "rpc/policy.h"
#include "rpc/token.h"

namespace wangge::rpc {

struct RuntimeOptions {
  std::string service;  // For metrics and logs.
  int workers = 16;     // Threads that run handlers.
  int queue = 256;      // Calls that may wait for one.
};

// Thread-safe.
class Runtime {
 public:
  Runtime(const RuntimeOptions& options, std::unique_ptr<PolicyFile> policy,
          std::unique_ptr<TokenVerifier> tokens);

  exec::Executor& executor() { return executor_; }
  PolicyFile& policy() { return *policy_; }
  const std::string& service() const { return options_.service; }
  // How long a refused caller should wait: a full queue's worth of time.
  absl::Duration retry_delay() const { return absl::Milliseconds(200); }

  // Who calls, when the policy lets it call `method`.
  absl::StatusOr<Caller> Admit(const grpc::ServerContextBase& context,
                               const std::string& method) const;

  // Set once, when the process is asked to stop: new calls are refused.
  void StartDraining() { draining_ = true; }
  bool draining() const { return draining_; }

 private:
  const RuntimeOptions options_;
  const std::unique_ptr<PolicyFile> policy_;
  const std::unique_ptr<TokenVerifier> tokens_;
  std::atomic<bool> draining_ = false;
  exec::Executor executor_;
};

// UNAVAILABLE: starting or stopping.
absl::Status NotServing();

}  // namespace wangge::rpc
