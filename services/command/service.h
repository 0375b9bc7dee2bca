// CommandService over the wire.
#pragma once

#include <memory>
#include <vector>

#include "base/following_clock.h"
#include "city/watch.h"
#include "db/pool.h"
#include "rpc/main.h"
#include "rpc/unary.h"
#include "services/command/attach/attach_stream.h"
#include "services/command/inbox/task_reader.h"
#include "services/command/instruction/instruction_timers.h"
#include "services/command/instruction/instructions.h"
#include "services/command/mobilisation/mobilisations.h"
#include "services/command/progress_watch.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::command {

// Attach is served by shards, everything else by the callback API.
template <template <typename> typename... Methods>
struct Chain;
template <>
struct Chain<> {
  using Type = v1::CommandService::Service;
};
template <template <typename> typename First,
          template <typename> typename... Rest>
struct Chain<First, Rest...> {
  using Type = First<typename Chain<Rest...>::Type>;
};
using CommandBase =
    Chain<v1::CommandService::WithRawMethod_Attach,
          v1::CommandService::WithCallbackMethod_CreateInstruction,
          v1::CommandService::WithCallbackMethod_ReleaseInstruction,
          v1::CommandService::WithCallbackMethod_CancelInstruction,
          v1::CommandService::WithCallbackMethod_GetInstruction,
          v1::CommandService::WithCallbackMethod_ListInstructions,
          v1::CommandService::WithCallbackMethod_PreviewAudience,
          v1::CommandService::WithCallbackMethod_WatchReach,
          v1::CommandService::WithCallbackMethod_ListUnreached,
          v1::CommandService::WithCallbackMethod_ReportHouseholds,
          v1::CommandService::WithCallbackMethod_WatchMobilisation,
          v1::CommandService::WithCallbackMethod_ListMicroGrids,
          v1::CommandService::WithCallbackMethod_ImportCap,
          v1::CommandService::WithCallbackMethod_ExportCap>::Type;

class CommandService final : public CommandBase, public rpc::Service {
 public:
  // Needs --dsn, --endpoints and --gateways.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<grpc::Service*> GrpcServices() override { return {this}; }
  rpc::StreamShards* Shards() override { return &shards_; }
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override;

  using Context = grpc::CallbackServerContext*;
  using Reactor = grpc::ServerUnaryReactor*;
  Reactor CreateInstruction(Context context,
                            const v1::CreateInstructionRequest* request,
                            v1::Instruction* response) override {
    return create_.Start(context, request, response);
  }
  Reactor ReleaseInstruction(Context context,
                             const v1::ReleaseInstructionRequest* request,
                             v1::Instruction* response) override {
    return release_.Start(context, request, response);
  }
  Reactor CancelInstruction(Context context,
                            const v1::CancelInstructionRequest* request,
                            v1::Instruction* response) override {
    return cancel_.Start(context, request, response);
  }
  Reactor GetInstruction(Context context,
                         const v1::GetInstructionRequest* request,
                         v1::Instruction* response) override {
    return get_.Start(context, request, response);
  }
  Reactor ListInstructions(Context context,
                           const v1::ListInstructionsRequest* request,
                           v1::ListInstructionsResponse* response) override {
    return list_.Start(context, request, response);
  }
  Reactor PreviewAudience(Context context,
                          const v1::PreviewAudienceRequest* request,
                          v1::AudiencePreview* response) override {
    return preview_.Start(context, request, response);
  }
  Reactor ListUnreached(Context context,
                        const v1::ListUnreachedRequest* request,
                        v1::ListUnreachedResponse* response) override {
    return unreached_.Start(context, request, response);
  }
  Reactor ReportHouseholds(Context context,
                           const v1::ReportHouseholdsRequest* request,
                           v1::MicroGrid* response) override {
    return report_households_.Start(context, request, response);
  }
  Reactor ListMicroGrids(Context context,
                         const v1::ListMicroGridsRequest* request,
                         v1::ListMicroGridsResponse* response) override {
    return micro_grids_.Start(context, request, response);
  }
  Reactor ImportCap(Context context, const v1::ImportCapRequest* request,
                    v1::Instruction* response) override {
    return import_cap_.Start(context, request, response);
  }
  Reactor ExportCap(Context context, const v1::ExportCapRequest* request,
                    v1::CapAlert* response) override {
    return export_cap_.Start(context, request, response);
  }
  grpc::ServerWriteReactor<v1::Reach>* WatchReach(
      Context context, const v1::WatchReachRequest* request) override;
  grpc::ServerWriteReactor<v1::MobilisationProgress>* WatchMobilisation(
      Context context, const v1::WatchMobilisationRequest* request) override;

 private:
  CommandService(rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool,
                 Gateways gateways);

  // A method whose handler needs the city.
  template <typename Request, typename Response>
  rpc::Method<Request, Response> OfCity(
      const char* name, absl::StatusOr<Response> (CommandService::*handle)(
                            const Request&, const InstructionContext&));

  absl::StatusOr<v1::Instruction> WriteNew(
      const v1::CreateInstructionRequest& r, const InstructionContext& context);
  absl::StatusOr<v1::Instruction> Release(
      const v1::ReleaseInstructionRequest& r,
      const InstructionContext& context);
  absl::StatusOr<v1::Instruction> Cancel(const v1::CancelInstructionRequest& r,
                                         const InstructionContext& context);
  absl::StatusOr<v1::Instruction> Get(const v1::GetInstructionRequest& r,
                                      const InstructionContext& context);
  absl::StatusOr<v1::ListInstructionsResponse> List(
      const v1::ListInstructionsRequest& r, const InstructionContext& context);
  absl::StatusOr<v1::AudiencePreview> Preview(
      const v1::PreviewAudienceRequest& r, const InstructionContext& context);
  absl::StatusOr<v1::ListUnreachedResponse> Unreached(
      const v1::ListUnreachedRequest& r, const InstructionContext& context);
  absl::StatusOr<v1::MicroGrid> Report(const v1::ReportHouseholdsRequest& r,
                                       const InstructionContext& context);
  absl::StatusOr<v1::ListMicroGridsResponse> MicroGrids(
      const v1::ListMicroGridsRequest& r, const InstructionContext& context);
  absl::StatusOr<v1::Instruction> Import(const v1::ImportCapRequest& r,
                                         const InstructionContext& context);
  absl::StatusOr<v1::CapAlert> Export(const v1::ExportCapRequest& r,
                                      const InstructionContext& context);

  using ReachWatch = ProgressWatch<v1::Reach>;
  using MobilisationWatch = ProgressWatch<v1::MobilisationProgress>;
  absl::StatusOr<ReachWatch::Progress> CountReach(const ReachWatch::Key& key);
  absl::StatusOr<MobilisationWatch::Progress> CountHouseholds(
      const MobilisationWatch::Key& key);
  bool FireTimers();
  // Deletes tasks that ended long ago. True when there may be more.
  bool DeleteOldTasks();
  bool SyncClock();

  rpc::Runtime& runtime_;
  const std::unique_ptr<db::Pool> pool_;
  const Gateways gateways_;
  city::Holder city_;
  InboxStore inbox_;
  // The database's time: two processes never differ about when a receipt came.
  FollowingClock clock_;
  InstructionStore instruction_store_;
  ReachStore reach_store_;
  Instructions instructions_;
  Mobilisations mobilisations_;
  InstructionTimers timers_;
  DeliveryCache cache_;
  Hub hub_;
  // Outlives those that post to it.
  rpc::StreamShards shards_;
  BacklogReader backlogs_;
  ReceiptRecorder receipts_;
  HandoutReader handouts_;
  ReachWatch reach_watch_;
  MobilisationWatch mobilisation_watch_;
  rpc::Method<v1::CreateInstructionRequest, v1::Instruction> create_;
  rpc::Method<v1::ReleaseInstructionRequest, v1::Instruction> release_;
  rpc::Method<v1::CancelInstructionRequest, v1::Instruction> cancel_;
  rpc::Method<v1::GetInstructionRequest, v1::Instruction> get_;
  rpc::Method<v1::ListInstructionsRequest, v1::ListInstructionsResponse> list_;
  rpc::Method<v1::PreviewAudienceRequest, v1::AudiencePreview> preview_;
  rpc::Method<v1::ListUnreachedRequest, v1::ListUnreachedResponse> unreached_;
  rpc::Method<v1::ReportHouseholdsRequest, v1::MicroGrid> report_households_;
  rpc::Method<v1::ListMicroGridsRequest, v1::ListMicroGridsResponse>
      micro_grids_;
  rpc::Method<v1::ImportCapRequest, v1::Instruction> import_cap_;
  rpc::Method<v1::ExportCapRequest, v1::CapAlert> export_cap_;
  metrics::Gauge& clock_trusted_;
  std::unique_ptr<exec::Periodic> clock_loop_;
  std::unique_ptr<exec::Periodic> timer_loop_;
  std::unique_ptr<exec::Periodic> retention_loop_;
  std::unique_ptr<city::Watcher> watcher_;
  std::unique_ptr<TaskReader> reader_;
};

}  // namespace wangge::command
