// The command service: what the process is made of.
#pragma once

#include <memory>
#include <vector>

#include "base/following_clock.h"
#include "city/watch.h"
#include "db/pool.h"
#include "exec/periodic.h"
#include "metrics/metrics.h"
#include "rpc/host.h"
#include "services/command/attach/attachments.h"
#include "services/command/domain/gateway.h"
#include "services/command/inbox/inbox_store.h"
#include "services/command/inbox/task_reader.h"
#include "services/command/instruction/instruction_timers.h"
#include "services/command/instruction/instructions.h"
#include "services/command/mobilisation/mobilisations.h"

namespace wangge::command {

class CommandService final : public rpc::Service {
 public:
  // Needs --dsn, --registry, --cases and --gateways.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<rpc::RowService*> RowServices() override { return {rows_.get()}; }
  rpc::StreamShards* Shards() override;
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override;

 private:
  CommandService(std::unique_ptr<db::Pool> pool, Gateways gateways);
  absl::Status Start(const rpc::Environment& environment);

  // Follows the database's time.
  bool SyncClock();
  // Fires one timer. True when there may be more.
  bool FireTimer();

  const std::unique_ptr<db::Pool> pool_;
  const Gateways gateways_;
  city::Holder city_;
  // The database's time: two processes never differ about when a receipt came.
  FollowingClock clock_;
  metrics::Gauge& clock_trusted_;
  // Has the shards, and outlives those that post to them.
  std::unique_ptr<rpc::RowService> rows_;

  // The rooms, each with its store.
  InboxStore inbox_store_;
  AttachStore attach_store_;
  Attachments attachments_;
  InstructionStore instruction_store_;
  Instructions instructions_;
  InstructionTimers timers_;
  MobilisationStore mobilisation_store_;
  Mobilisations mobilisations_;

  // Background work, from Start to Drain.
  std::unique_ptr<exec::Periodic> clock_loop_;
  std::unique_ptr<exec::Periodic> timer_loop_;
  std::unique_ptr<exec::Periodic> retention_loop_;
  std::unique_ptr<city::Watcher> city_watcher_;
  std::unique_ptr<TaskReader> task_reader_;
};

}  // namespace wangge::command
