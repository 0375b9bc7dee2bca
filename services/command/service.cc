#include "services/command/service.h"

#include <algorithm>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "services/command/domain/cap.h"
#include "services/command/sql.h"
#include "services/command/validate.h"

ABSL_FLAG(std::string, gateways, "",
          "Folder of push gateway profiles, *.textproto.");
ABSL_FLAG(absl::Duration, keep_tasks, absl::Hours(24 * 365),
          "How long tasks and their receipts are kept after their case has "
          "ended or was dispatched anew, at least 24h.");
ABSL_FLAG(int, stream_shards, 128,
          "Completion queues and threads that serve streams, 1 to 256.");

namespace wangge::command {
namespace {

constexpr char kService[] = "/wangge.command.v1.CommandService/";
constexpr absl::Duration kTimerInterval = absl::Milliseconds(500);
constexpr absl::Duration kCountTime = absl::Seconds(20);
constexpr absl::Duration kSyncInterval = absl::Seconds(10);
constexpr absl::Duration kClockTime = absl::Seconds(2);
constexpr absl::Duration kRetentionInterval = absl::Hours(1);
constexpr absl::Duration kRetentionTime = absl::Seconds(20);
constexpr absl::Duration kMinKept = absl::Hours(24);
constexpr int kDeletedAtOnce = 1000;

template <typename Grid>
void FillName(const city::City& city, Grid* grid) {
  if (const auto* found = city.FindGrid(grid->grid_id())) {
    grid->set_name(found->name());
  }
}

template <typename Grids>
void FillNames(const city::City& city, Grids* grids) {
  for (auto& grid : *grids) FillName(city, &grid);
}

bool IsOver(v1::InstructionState state) {
  return state != v1::INSTRUCTION_STATE_RELEASED;
}

absl::Status CheckGrid(const city::City& city, const std::string& grid_id) {
  return grid_id.empty() || city.FindGrid(grid_id) != nullptr
             ? absl::OkStatus()
             : errors::NotFound("grid", grid_id);
}

// Who may watch, and what.
template <typename Request>
absl::Status AdmitWatch(const rpc::Runtime& runtime,
                        const grpc::ServerContextBase& context,
                        const char* method, const Request& request) {
  RETURN_IF_ERROR(
      rpc::AdmitStream(runtime, context, absl::StrCat(kService, method))
          .status());
  return Validate(request);
}

}  // namespace

template <typename Request, typename Response>
rpc::Method<Request, Response> CommandService::OfCity(
    const char* name, absl::StatusOr<Response> (CommandService::*handle)(
                          const Request&, const InstructionContext&)) {
  return rpc::Method<Request, Response>(
      &runtime_, absl::StrCat(kService, name),
      [](const Request& r) { return Validate(r); },
      [this, handle](const rpc::Call& call,
                     const Request& r) -> absl::StatusOr<Response> {
        ASSIGN_OR_RETURN(const auto city, city::Current(city_));
        return (this->*handle)(
            r, {*city, call.caller.officer_id, clock_.Now(), call.deadline});
      },
      absl::Seconds(30));
}

CommandService::CommandService(rpc::Runtime* runtime,
                               std::unique_ptr<db::Pool> pool,
                               Gateways gateways)
    : runtime_(*runtime),
      pool_(std::move(pool)),
      gateways_(std::move(gateways)),
      inbox_(pool_.get()),
      clock_(SystemTimeSources(
          [this] { return inbox_.Now(absl::Now() + kClockTime); })),
      instruction_store_(pool_.get()),
      reach_store_(pool_.get()),
      instructions_(&instruction_store_, &reach_store_),
      mobilisations_(&instruction_store_, &reach_store_),
      timers_(&instruction_store_, &reach_store_),
      cache_(&inbox_),
      shards_(
          absl::GetFlag(FLAGS_stream_shards),
          [this](grpc::ServerContext* context, rpc::ShardedStream::Io* io,
                 grpc::ServerCompletionQueue* queue,
                 void* tag) { RequestAttach(context, io, queue, queue, tag); },
          [this] {
            return std::make_shared<AttachStream>(AttachDeps{
                runtime_, hub_, backlogs_, receipts_, city_, gateways_});
          }),
      backlogs_(&inbox_, &cache_, &clock_),
      receipts_(&inbox_, &clock_),
      handouts_(&inbox_, &cache_, &receipts_, &hub_, &clock_),
      reach_watch_("reach",
                   [this](const auto& key) { return CountReach(key); }),
      mobilisation_watch_(
          "mobilisation",
          [this](const auto& key) { return CountHouseholds(key); }),
      create_(OfCity("CreateInstruction", &CommandService::WriteNew)),
      release_(OfCity("ReleaseInstruction", &CommandService::Release)),
      cancel_(OfCity("CancelInstruction", &CommandService::Cancel)),
      get_(OfCity("GetInstruction", &CommandService::Get)),
      list_(OfCity("ListInstructions", &CommandService::List)),
      preview_(OfCity("PreviewAudience", &CommandService::Preview)),
      unreached_(OfCity("ListUnreached", &CommandService::Unreached)),
      report_households_(OfCity("ReportHouseholds", &CommandService::Report)),
      micro_grids_(OfCity("ListMicroGrids", &CommandService::MicroGrids)),
      import_cap_(OfCity("ImportCap", &CommandService::Import)),
      export_cap_(OfCity("ExportCap", &CommandService::Export)),
      clock_trusted_(
          metrics::GetGauge("command_clock_trusted",
                            "1 while the database's time is followed.")) {}

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
  options.statement_timeout = absl::Seconds(30);
  options.prefer_indexes = true;
  ASSIGN_OR_RETURN(auto pool, db::Pool::Open(options));
  ASSIGN_OR_RETURN(auto registry,
                   rpc::Connect(environment.registry, environment.tls));
  ASSIGN_OR_RETURN(auto cases,
                   rpc::Connect(environment.cases, environment.tls));
  auto service = std::unique_ptr<CommandService>(new CommandService(
      environment.runtime, std::move(pool), std::move(gateways)));
  RETURN_IF_ERROR(service->clock_.Sync());
  service->clock_loop_ = std::make_unique<exec::Periodic>(
      "clock", kSyncInterval, [s = service.get()] { return s->SyncClock(); });
  RETURN_IF_ERROR(service->handouts_.Start(environment.dsn));
  service->watcher_ =
      std::make_unique<city::Watcher>(std::move(registry), &service->city_);
  service->reader_ = std::make_unique<TaskReader>(
      std::move(cases), &service->inbox_, &service->city_);
  service->timer_loop_ = std::make_unique<exec::Periodic>(
      "timers", kTimerInterval,
      [s = service.get()] { return s->FireTimers(); });
  service->retention_loop_ = std::make_unique<exec::Periodic>(
      "retention", kRetentionInterval,
      [s = service.get()] { return s->DeleteOldTasks(); });
  return service;
}

void CommandService::Drain() {
  timer_loop_.reset();
  retention_loop_.reset();
  clock_loop_.reset();
  reader_.reset();
  handouts_.Stop();
  reach_watch_.Close(rpc::NotServing());
  mobilisation_watch_.Close(rpc::NotServing());
  hub_.CloseAll(rpc::NotServing());
  watcher_.reset();
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

bool CommandService::FireTimers() {
  const auto city = city_.Get();
  if (city == nullptr) return false;
  return timers_.FireOne(*city, clock_.Now()).value_or(false);
}

bool CommandService::DeleteOldTasks() {
  const absl::Duration keep =
      std::max(absl::GetFlag(FLAGS_keep_tasks), kMinKept);
  const auto deleted = inbox_.DeleteEndedTasks(
      clock_.Now() - keep, kDeletedAtOnce, absl::Now() + kRetentionTime);
  return deleted.value_or(0) == kDeletedAtOnce;
}

absl::StatusOr<v1::Instruction> CommandService::WriteNew(
    const v1::CreateInstructionRequest& r, const InstructionContext& context) {
  return instructions_.Create(r, context);
}

absl::StatusOr<v1::Instruction> CommandService::Release(
    const v1::ReleaseInstructionRequest& r, const InstructionContext& context) {
  return instructions_.Release(r, context);
}

absl::StatusOr<v1::Instruction> CommandService::Cancel(
    const v1::CancelInstructionRequest& r, const InstructionContext& context) {
  return instructions_.Cancel(r, context);
}

absl::StatusOr<v1::Instruction> CommandService::Get(
    const v1::GetInstructionRequest& r, const InstructionContext& context) {
  return instructions_.Get(r.instruction_id(), context.deadline);
}

absl::StatusOr<v1::ListInstructionsResponse> CommandService::List(
    const v1::ListInstructionsRequest& r, const InstructionContext& context) {
  return instructions_.List(r, context.deadline);
}

absl::StatusOr<v1::AudiencePreview> CommandService::Preview(
    const v1::PreviewAudienceRequest& r, const InstructionContext& context) {
  RETURN_IF_ERROR(CheckGrid(context.city, r.audience().subtree_grid_id()));
  return PreviewOf(r.audience(), context.city);
}

absl::StatusOr<v1::ListUnreachedResponse> CommandService::Unreached(
    const v1::ListUnreachedRequest& r, const InstructionContext& context) {
  RETURN_IF_ERROR(CheckGrid(context.city, r.grid_id()));
  ASSIGN_OR_RETURN(
      const StoredInstruction stored,
      instruction_store_.Get(r.instruction_id(), context.deadline));
  const int limit = PageSize(r.page_size());
  ASSIGN_OR_RETURN(
      auto unreached,
      reach_store_.ListUnreached(stored, {r.grid_id(), r.page_token(), limit},
                                 context.deadline));
  v1::ListUnreachedResponse response;
  for (v1::Unreached& one : unreached) {
    if (const auto* officer = context.city.FindOfficer(one.recipient_id())) {
      one.set_name(officer->name());
    }
    *response.add_recipients() = std::move(one);
  }
  if (unreached.size() == static_cast<size_t>(limit)) {
    response.set_next_page_token(response.recipients(limit - 1).recipient_id());
  }
  return response;
}

absl::StatusOr<v1::MicroGrid> CommandService::Report(
    const v1::ReportHouseholdsRequest& r, const InstructionContext& context) {
  return mobilisations_.Report(r, context);
}

absl::StatusOr<v1::ListMicroGridsResponse> CommandService::MicroGrids(
    const v1::ListMicroGridsRequest& r, const InstructionContext& context) {
  return mobilisations_.List(r, context.city, context.deadline);
}

absl::StatusOr<v1::Instruction> CommandService::Import(
    const v1::ImportCapRequest& r, const InstructionContext& context) {
  return instructions_.Import(r, context);
}

absl::StatusOr<v1::CapAlert> CommandService::Export(
    const v1::ExportCapRequest& r, const InstructionContext& context) {
  ASSIGN_OR_RETURN(
      const StoredInstruction stored,
      instruction_store_.Get(r.instruction_id(), context.deadline));
  const v1::Instruction& i = stored.instruction;
  std::optional<StoredInstruction> reference;
  if (!i.reference_id().empty()) {
    ASSIGN_OR_RETURN(
        reference, instruction_store_.Get(i.reference_id(), context.deadline));
  }
  const auto* officer = context.city.FindOfficer(i.author());
  const auto* grid = context.city.FindGrid(i.audience().subtree_grid_id());
  v1::CapAlert alert;
  alert.set_xml(
      ToCap(i, reference ? &reference->instruction : nullptr,
            "wangge." + (officer == nullptr ? context.city.root_unit().unit_id()
                                            : officer->unit_id()),
            grid == nullptr ? i.audience().subtree_grid_id() : grid->name()));
  return alert;
}

absl::StatusOr<CommandService::ReachWatch::Progress> CommandService::CountReach(
    const ReachWatch::Key& key) {
  const absl::Time deadline = absl::Now() + kCountTime;
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  ASSIGN_OR_RETURN(const StoredInstruction stored,
                   instruction_store_.Get(key.first, deadline));
  if (stored.delivery_no == 0) {
    return errors::WrongState(
        key.first, v1::InstructionState_Name(stored.instruction.state()),
        "WatchReach", "it was not released");
  }
  ReachWatch::Progress progress;
  ASSIGN_OR_RETURN(progress.message,
                   reach_store_.GetReach(stored, key.second, deadline));
  FillNames(*city, progress.message.mutable_grids());
  progress.last =
      IsOver(stored.instruction.state()) ||
      progress.message.done_count() == progress.message.audience_count();
  return progress;
}

absl::StatusOr<CommandService::MobilisationWatch::Progress>
CommandService::CountHouseholds(const MobilisationWatch::Key& key) {
  const absl::Time deadline = absl::Now() + kCountTime;
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  ASSIGN_OR_RETURN(const StoredInstruction stored,
                   mobilisations_.Find(key.first, deadline));
  MobilisationWatch::Progress progress;
  ASSIGN_OR_RETURN(
      progress.message,
      reach_store_.GetProgress(stored.instruction, key.second, deadline));
  FillNames(*city, progress.message.mutable_grids());
  FillName(*city, progress.message.mutable_total());
  progress.last = IsOver(stored.instruction.state());
  return progress;
}

grpc::ServerWriteReactor<v1::Reach>* CommandService::WatchReach(
    Context context, const v1::WatchReachRequest* request) {
  const absl::Status admitted =
      AdmitWatch(runtime_, *context, "WatchReach", *request);
  if (!admitted.ok()) {
    return new rpc::RefusedStream<grpc::ServerWriteReactor<v1::Reach>>(
        admitted);
  }
  return reach_watch_.Watch({request->instruction_id(), request->level()});
}

grpc::ServerWriteReactor<v1::MobilisationProgress>*
CommandService::WatchMobilisation(Context context,
                                  const v1::WatchMobilisationRequest* request) {
  const absl::Status admitted =
      AdmitWatch(runtime_, *context, "WatchMobilisation", *request);
  if (!admitted.ok()) {
    return new rpc::RefusedStream<
        grpc::ServerWriteReactor<v1::MobilisationProgress>>(admitted);
  }
  return mobilisation_watch_.Watch(
      {request->instruction_id(), request->level()});
}

}  // namespace wangge::command
