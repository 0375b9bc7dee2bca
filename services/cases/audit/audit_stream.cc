#include "services/cases/audit/audit_stream.h"

namespace wangge::cases {

void AuditStream::Run(const Auditor& auditor, const std::string& case_no,
                      const std::function<bool()>& stopping) {
  const absl::Status status =
      auditor.Run(case_no, [&](const v1::AuditCasesResponse& response) {
        return !stopping() && SendWhenRoom(response);
      });
  Close(stopping() ? rpc::NotServing() : status);
}

bool AuditStream::SendWhenRoom(const v1::AuditCasesResponse& response) {
  {
    MutexLock lock(&mutex_);
    while (!ended_ && outbox_size() >= kMaxOutbox / 2) changed_.Wait(&mutex_);
    if (ended_) return false;
  }
  return Send(response);
}

void AuditStream::OnRoom() {
  MutexLock lock(&mutex_);
  changed_.SignalAll();
}

void AuditStream::OnEnd() {
  MutexLock lock(&mutex_);
  ended_ = true;
  changed_.SignalAll();
}

}  // namespace wangge::cases
