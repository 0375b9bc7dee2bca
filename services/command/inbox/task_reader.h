// Reads the feed of cases and makes tasks of it, on a thread of its own. What
// was read and made is remembered together, so that nothing is lost or doubled
// however often the process dies. Of several processes one is ahead, and the
// others look now and then whether it still is.
#pragma once

#include <memory>
#include <thread>

#include "base/mutex.h"
#include "city/watch.h"
#include "grpcpp/client_context.h"
#include "services/command/inbox/inbox_store.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::command {

class TaskReader {
 public:
  TaskReader(std::shared_ptr<grpc::Channel> channel, InboxStore* store,
             const city::Holder* city);
  // Ends the stream.
  ~TaskReader();
  TaskReader(const TaskReader&) = delete;
  TaskReader& operator=(const TaskReader&) = delete;

 private:
  void Run();
  // Follows the feed until it ends; returns how long to wait then.
  absl::Duration Follow(cases::v1::CaseService::Stub* stub);
  // Makes the tasks of a page that begins at a cursor. False when another
  // process was faster.
  absl::StatusOr<bool> Take(const std::string& cursor,
                            const cases::v1::WatchEventsResponse& page);
  bool SleepUnlessStopped(absl::Duration duration);

  const std::unique_ptr<cases::v1::CaseService::Stub> stub_;
  InboxStore& store_;
  const city::Holder& city_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

}  // namespace wangge::command
