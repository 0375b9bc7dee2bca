// AuditCases over the wire: waits for a reader that is slow.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "rpc/stream.h"
#include "services/cases/audit/audit.h"

namespace wangge::cases {

class AuditStream final : public rpc::ServerStream<v1::AuditCasesResponse> {
 public:
  static constexpr size_t kMaxOutbox = 16;

  AuditStream() : rpc::ServerStream<v1::AuditCasesResponse>(kMaxOutbox) {}

  // Audits and closes the stream. Blocks, until `stopping` says so at the
  // latest.
  void Run(const Auditor& auditor, const std::string& case_no,
           const std::function<bool()>& stopping);

 private:
  bool SendWhenRoom(const v1::AuditCasesResponse& response);
  void OnRoom() override;
  void OnEnd() override;

  Mutex mutex_;
  CondVar changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace wangge::cases
