// CommandService over the wire.
#pragma once

#include <memory>
#include <vector>

#include "city/watch.h"
#include "db/pool.h"
#include "rpc/main.h"
#include "rpc/unary.h"
#include "services/command/attach_stream.h"
#include "services/command/hub.h"
#include "services/command/instructions.h"
#include "services/command/store.h"
#include "services/command/task_reader.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::command {

class CommandService final : public v1::CommandService::CallbackService,
                             public rpc::Service {
 public:
  // Needs --dsn, --registry and --cases.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<grpc::Service*> GrpcServices() override { return {this}; }
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override;

  grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>* Attach(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* CreateInstruction(
      grpc::CallbackServerContext* context,
      const v1::CreateInstructionRequest* request,
      v1::Instruction* response) override {
    return create_instruction_.Start(context, request, response);
  }
  grpc::ServerUnaryReactor* ReleaseInstruction(
      grpc::CallbackServerContext* context,
      const v1::ReleaseInstructionRequest* request,
      v1::Instruction* response) override {
    return release_instruction_.Start(context, request, response);
  }
  grpc::ServerUnaryReactor* GetInstruction(
      grpc::CallbackServerContext* context,
      const v1::GetInstructionRequest* request,
      v1::Instruction* response) override {
    return get_instruction_.Start(context, request, response);
  }

 private:
  CommandService(rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool);

  rpc::Runtime& runtime_;
  const std::unique_ptr<db::Pool> pool_;
  Store store_;
  Hub hub_;
  city::Holder city_;
  rpc::Method<v1::CreateInstructionRequest, v1::Instruction>
      create_instruction_;
  rpc::Method<v1::ReleaseInstructionRequest, v1::Instruction>
      release_instruction_;
  rpc::Method<v1::GetInstructionRequest, v1::Instruction> get_instruction_;
  std::unique_ptr<city::Watcher> watcher_;
  std::unique_ptr<TaskReader> reader_;
};

}  // namespace wangge::command
