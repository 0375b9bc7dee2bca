#include "services/command/inbox/task_reader.h"

#include <utility>

#include "base/clock.h"
#include "base/status_macros.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "rpc/stream_reader.h"

namespace wangge::command {
namespace {

constexpr absl::Duration kTaskQueryTime = absl::Seconds(10);
constexpr absl::Duration kPause = absl::Milliseconds(200);
// Before a process looks whether the one that was ahead still is.
constexpr absl::Duration kBehind = absl::Seconds(2);

}  // namespace

TaskReader::TaskReader(std::shared_ptr<grpc::Channel> channel,
                       InboxStore* store, const city::Holder* city)
    : stub_(cases::v1::CaseService::NewStub(channel)),
      store_(*store),
      city_(*city),
      thread_([this] { Run(); }) {}

TaskReader::~TaskReader() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
    changed_.SignalAll();
  }
  thread_.join();
}

bool TaskReader::SleepUnlessStopped(absl::Duration duration) {
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(duration);
  MutexLock lock(&mutex_);
  while (!stopping_ && changed_.WaitUntil(&mutex_, deadline)) {
  }
  return !stopping_;
}

void TaskReader::Run() {
  auto& connected = metrics::GetGauge(
      "case_feed_connected", "1 while the feed of cases is being followed.");
  absl::Duration pause = kPause;
  do {
    if (city_.Get() == nullptr) continue;
    connected.Set(1);
    pause = Follow(stub_.get());
    connected.Set(0);
  } while (SleepUnlessStopped(pause));
}

absl::Duration TaskReader::Follow(cases::v1::CaseService::Stub* stub) {
  cases::v1::WatchEventsRequest request;
  const auto stored = store_.CaseFeedCursor(absl::Now() + kTaskQueryTime);
  if (!stored.ok()) return kPause;  // Logged by the pool; tried again soon.
  std::string cursor = *stored;
  request.set_cursor(cursor);
  grpc::ClientContext context;
  {
    MutexLock lock(&mutex_);
    if (stopping_) return kPause;
    context_ = &context;
  }
  rpc::StreamReader<cases::v1::WatchEventsResponse> reader([&](auto* reactor) {
    stub->async()->WatchEvents(&context, &request, reactor);
  });
  cases::v1::WatchEventsResponse page;
  bool behind = false;
  while (reader.Read(&page)) {
    const auto taken = Take(cursor, page);
    if (!taken.ok()) {
      log::Warning("events not taken; read again",
                   {{"cause", std::string(taken.status().message())}});
      break;
    }
    behind = !*taken;
    if (behind) break;
    cursor = page.cursor();
  }
  context.TryCancel();
  const grpc::Status status = reader.Finish();
  log::Info("case feed ended", {{"code", static_cast<int>(status.error_code())},
                                {"cause", status.error_message()}});
  MutexLock lock(&mutex_);
  context_ = nullptr;
  return behind ? kBehind : kPause;
}

absl::StatusOr<bool> TaskReader::Take(
    const std::string& cursor, const cases::v1::WatchEventsResponse& page) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  TaskPage tasks;
  for (const auto& event : page.events()) AddEvent(event, *city, &tasks);
  return store_.AddTasks(tasks, cursor, page.cursor(),
                         absl::Now() + kTaskQueryTime);
}

}  // namespace wangge::command
