#include "services/command/service.h"

#include <utility>

#include "base/status_macros.h"
#include "services/command/sql.h"

namespace wangge::command {
namespace {

constexpr char kAttach[] = "/wangge.command.v1.CommandService/Attach";

}  // namespace

CommandService::CommandService(rpc::Runtime* runtime,
                               std::unique_ptr<db::Pool> pool)
    : runtime_(*runtime),
      pool_(std::move(pool)),
      store_(pool_.get()),
      hub_(&store_),
      create_instruction_(
          runtime, "/wangge.command.v1.CommandService/CreateInstruction",
          [](const v1::CreateInstructionRequest& r) { return Validate(r); },
          [this](const rpc::Call& call, const v1::CreateInstructionRequest& r)
              -> absl::StatusOr<v1::Instruction> {
            ASSIGN_OR_RETURN(const auto city, city::Current(city_));
            auto result =
                command::CreateInstruction(r, call.caller.officer_id, *city,
                                           absl::Now(), call.deadline, &store_);
            hub_.Poke();
            return result;
          }),
      release_instruction_(
          runtime, "/wangge.command.v1.CommandService/ReleaseInstruction",
          [](const v1::ReleaseInstructionRequest& r) { return Validate(r); },
          [this](const rpc::Call& call, const v1::ReleaseInstructionRequest& r)
              -> absl::StatusOr<v1::Instruction> {
            ASSIGN_OR_RETURN(const auto city, city::Current(city_));
            auto result = command::ReleaseInstruction(r, call.caller.officer_id,
                                                      *city, absl::Now(),
                                                      call.deadline, &store_);
            hub_.Poke();
            return result;
          }),
      get_instruction_(
          runtime, "/wangge.command.v1.CommandService/GetInstruction",
          [](const v1::GetInstructionRequest& r) { return Validate(r); },
          [this](const rpc::Call& call, const v1::GetInstructionRequest& r)
              -> absl::StatusOr<v1::Instruction> {
            ASSIGN_OR_RETURN(
                StoredInstruction stored,
                store_.GetInstruction(r.instruction_id(), call.deadline));
            return std::move(stored.instruction);
          }) {}

absl::StatusOr<std::unique_ptr<rpc::Service>> CommandService::Create(
    const rpc::Environment& environment) {
  RETURN_IF_ERROR(
      db::CheckMigrated(environment.dsn, "command", sql::kMigrations));
  db::PoolOptions options;
  options.dsn = environment.dsn;
  options.size = environment.db_connections;
  options.statements = sql::kStatements;
  options.statement_timeout = absl::Seconds(30);
  ASSIGN_OR_RETURN(auto pool, db::Pool::Open(options));
  ASSIGN_OR_RETURN(auto registry,
                   rpc::Connect(environment.registry, environment.tls));
  ASSIGN_OR_RETURN(auto cases,
                   rpc::Connect(environment.cases, environment.tls));
  auto service = std::unique_ptr<CommandService>(
      new CommandService(environment.runtime, std::move(pool)));
  RETURN_IF_ERROR(service->hub_.Start());
  service->watcher_ =
      std::make_unique<city::Watcher>(std::move(registry), &service->city_);
  service->reader_ = std::make_unique<TaskReader>(
      std::move(cases), &service->store_, &service->hub_, &service->city_);
  return service;
}

void CommandService::Drain() {
  reader_.reset();
  hub_.Close();
  watcher_.reset();
}

grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>*
CommandService::Attach(grpc::CallbackServerContext* context) {
  auto caller = rpc::AdmitStream(runtime_, *context, kAttach);
  if (!caller.ok()) {
    return new rpc::RefusedStream<
        grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>>(
        caller.status());
  }
  auto stream = std::make_shared<AttachStream>(
      AttachDeps{runtime_, store_, hub_, city_}, *std::move(caller));
  stream->Begin(stream);
  return stream.get();
}

}  // namespace wangge::command
