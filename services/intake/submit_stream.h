// The stream form of SubmitReport: groups whatever has arrived.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "rpc/stream.h"
#include "services/intake/submitter.h"

namespace wangge::intake {

// What the stream needs of its service.
struct StreamDeps {
  rpc::Runtime& runtime;
  Submitter& submitter;
  // Checks one request of a caller.
  std::function<absl::StatusOr<Prepared>(const rpc::Caller&,
                                         const v1::SubmitReportRequest&)>
      prepare;
};

class SubmitStream : public rpc::BidiStream<v1::SubmitReportRequest,
                                            v1::SubmitReportsResponse> {
 public:
  SubmitStream(const StreamDeps& deps, rpc::Caller caller);
  void Begin(const std::shared_ptr<SubmitStream>& self);

 private:
  void OnMessage(v1::SubmitReportRequest request) override;
  void OnReadsEnd() override;
  // Carries out pending requests until there are none.
  void Work();
  void Answer(const std::vector<v1::SubmitReportRequest>& requests);
  void StartWorkerLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const StreamDeps deps_;
  const rpc::Caller caller_;
  std::weak_ptr<SubmitStream> weak_self_;
  Mutex mutex_;
  std::vector<v1::SubmitReportRequest> pending_ ABSL_GUARDED_BY(mutex_);
  int workers_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace wangge::intake
