#include "services/command/task_reader.h"

#include <utility>

#include "base/clock.h"
#include "base/status_macros.h"
#include "log/log.h"
#include "metrics/metrics.h"

namespace wangge::command {
namespace {

constexpr absl::Duration kTaskQueryTime = absl::Seconds(10);

}  // namespace

TaskReader::TaskReader(std::shared_ptr<grpc::Channel> channel, Store* store,
                       Hub* hub, const city::Holder* city)
    : stub_(cases::v1::CaseService::NewStub(channel)),
      store_(*store),
      hub_(*hub),
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
  do {
    if (city_.Get() == nullptr) continue;
    connected.Set(1);
    Follow(stub_.get());
    connected.Set(0);
  } while (SleepUnlessStopped(absl::Milliseconds(200)));
}

void TaskReader::Follow(cases::v1::CaseService::Stub* stub) {
  cases::v1::WatchEventsRequest request;
  const auto cursor = store_.CaseFeedCursor(absl::Now() + kTaskQueryTime);
  if (!cursor.ok()) return;  // Logged by the pool; tried again soon.
  request.set_cursor(*cursor);
  grpc::ClientContext context;
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    context_ = &context;
  }
  const auto reader = stub->WatchEvents(&context, request);
  cases::v1::WatchEventsResponse page;
  while (reader->Read(&page)) {
    const absl::Status taken = Take(page);
    if (!taken.ok()) {
      log::Warning("events not taken; read again",
                   {{"cause", std::string(taken.message())}});
      break;
    }
  }
  context.TryCancel();
  const grpc::Status status = reader->Finish();
  log::Info("case feed ended", {{"code", static_cast<int>(status.error_code())},
                                {"cause", status.error_message()}});
  MutexLock lock(&mutex_);
  context_ = nullptr;
}

absl::Status TaskReader::Take(const cases::v1::WatchEventsResponse& page) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  std::vector<Task> tasks;
  for (const auto& event : page.events()) {
    for (Task& task : TasksOf(event, *city)) tasks.push_back(std::move(task));
  }
  RETURN_IF_ERROR(
      store_.AddTasks(tasks, page.cursor(), absl::Now() + kTaskQueryTime));
  if (!tasks.empty()) hub_.Poke();
  return absl::OkStatus();
}

}  // namespace wangge::command
