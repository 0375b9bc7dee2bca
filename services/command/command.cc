#include "services/command/command.h"

#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "base/status_macros.h"
#include "db/migrate.h"
#include "db/server_time.h"
#include "log/log.h"
#include "rpc/client.h"
#include "services/command/inbox/retention.h"
#include "services/command/sql.h"

ABSL_FLAG(std::string, gateways, "",
          "Folder of push gateway profiles, *.textproto.");
ABSL_FLAG(int, stream_shards, 128,
          "Completion queues and threads that serve streams, 1 to 256.");

namespace wangge::command {
namespace {

constexpr absl::Duration kSyncInterval = absl::Seconds(10);
constexpr absl::Duration kSyncTime = absl::Seconds(2);
constexpr absl::Duration kTimerInterval = absl::Milliseconds(500);
constexpr absl::Duration kRetentionInterval = absl::Hours(1);
constexpr absl::Duration kStatementTime = absl::Seconds(30);

}  // namespace

CommandService::CommandService(std::unique_ptr<db::Pool> pool,
                               Gateways gateways)
    : pool_(std::move(pool)),
      gateways_(std::move(gateways)),
      clock_(SystemTimeSources([this] {
        return db::ServerTime(pool_.get(), absl::Now() + kSyncTime);
      })),
      clock_trusted_(metrics::GetGauge(
          "command_clock_trusted", "1 while the database's time is followed.")),
      inbox_store_(pool_.get()),
      attach_store_(pool_.get()),
      attachments_(&attach_store_, &city_, &gateways_, &clock_),
      instruction_store_(pool_.get()),
      instructions_(&instruction_store_, &city_, &clock_),
      timers_(&instruction_store_),
      mobilisation_store_(pool_.get()),
      mobilisations_(
          &mobilisation_store_,
          [this](const std::string& instruction_id, absl::Time deadline) {
            return instruction_store_.Get(instruction_id, deadline);
          },
          &city_, &clock_) {}

absl::StatusOr<std::unique_ptr<rpc::Service>> CommandService::Create(
    const rpc::Environment& environment) {
  RETURN_IF_ERROR(
      db::CheckMigrated(environment.dsn, "command", sql::kMigrations));
  ASSIGN_OR_RETURN(Gateways gateways,
                   Gateways::Read(absl::GetFlag(FLAGS_gateways)));
  db::PoolOptions options;
  options.dsn = environment.dsn;
  options.size = environment.db_connections;
  options.statements = sql::kStatements;
  options.statement_timeout = kStatementTime;
  options.prefer_indexes = true;
  ASSIGN_OR_RETURN(auto pool, db::Pool::Open(options));
  auto service = std::unique_ptr<CommandService>(
      new CommandService(std::move(pool), std::move(gateways)));
  RETURN_IF_ERROR(service->Start(environment));
  return service;
}

absl::Status CommandService::Start(const rpc::Environment& environment) {
  ASSIGN_OR_RETURN(
      rows_, rpc::RowService::Create(
                 environment.runtime, "wangge.command.v1.CommandService",
                 {AttachRows(&attachments_), InstructionRows(&instructions_),
                  MobilisationRows(&mobilisations_)}));
  ASSIGN_OR_RETURN(auto registry, environment.Connect("registry"));
  ASSIGN_OR_RETURN(auto cases, environment.Connect("cases"));
  RETURN_IF_ERROR(clock_.Sync());
  RETURN_IF_ERROR(attachments_.handouts.Start(environment.dsn));
  clock_loop_ = std::make_unique<exec::Periodic>(
      "clock", kSyncInterval, [this] { return SyncClock(); });
  timer_loop_ = std::make_unique<exec::Periodic>(
      "timers", kTimerInterval, [this] { return FireTimer(); });
  retention_loop_ = std::make_unique<exec::Periodic>(
      "retention", kRetentionInterval,
      [this] { return DeleteOldTasks(&inbox_store_, clock_.Now()); });
  city_watcher_ = std::make_unique<city::Watcher>(std::move(registry), &city_);
  task_reader_ =
      std::make_unique<TaskReader>(std::move(cases), &inbox_store_, &city_);
  return absl::OkStatus();
}

rpc::StreamShards* CommandService::Shards() {
  return rows_->Shards(absl::GetFlag(FLAGS_stream_shards));
}

void CommandService::Drain() {
  timer_loop_.reset();
  retention_loop_.reset();
  clock_loop_.reset();
  task_reader_.reset();
  attachments_.handouts.Stop();
  instructions_.reach_watch.Close(rpc::NotServing());
  mobilisations_.watch.Close(rpc::NotServing());
  attachments_.hub.CloseAll(rpc::NotServing());
  city_watcher_.reset();
}

bool CommandService::SyncClock() {
  const absl::Status synced = clock_.Sync();
  clock_trusted_.Set(synced.ok() ? 1 : 0);
  if (!synced.ok()) {
    log::Warning("clock not synced",
                 {{"cause", std::string(synced.message())}});
  }
  return false;
}

bool CommandService::FireTimer() {
  const auto city = city_.Get();
  if (city == nullptr) return false;
  return timers_.FireOne(*city, clock_.Now()).value_or(false);
}

}  // namespace wangge::command
