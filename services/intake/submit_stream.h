// SubmitReports: many reports over one stream, in groups of what has arrived.
#pragma once

#include <memory>
#include <vector>

#include "base/mutex.h"
#include "rpc/stream.h"
#include "rpc/unary.h"
#include "services/intake/intake.h"

namespace wangge::intake {

class SubmitStream final : public rpc::BidiStream<v1::SubmitReportRequest,
                                                  v1::SubmitReportsResponse>,
                           public std::enable_shared_from_this<SubmitStream> {
 public:
  SubmitStream(const Intake& intake, const rpc::Call& call);

 private:
  void OnMessage(v1::SubmitReportRequest request) override;
  void OnReadsEnd() override;
  // Carries out pending requests until there are none.
  void Work();
  void Answer(const std::vector<v1::SubmitReportRequest>& requests);
  void StartWorkerLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Intake intake_;
  const rpc::Call call_;
  Mutex mutex_;
  std::vector<v1::SubmitReportRequest> pending_ ABSL_GUARDED_BY(mutex_);
  int workers_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_ended_ ABSL_GUARDED_BY(mutex_) = false;
};

// The open streams, to be closed when the service ends. Thread-safe.
class SubmitStreams {
 public:
  void Add(const std::shared_ptr<SubmitStream>& stream);
  // Closes all streams, and those that are added later.
  void Close();

 private:
  Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<SubmitStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<std::shared_ptr<SubmitStream>> SubmitReports(
    Intake& intake, const rpc::Call& call);

}  // namespace wangge::intake
