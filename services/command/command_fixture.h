// The whole command service in a test: a real socket, the shipped policy, a
// database of its own, and a registry that serves the test's city.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "base/uuid.h"
#include "city/test_registry.h"
#include "db/temp_database.h"
#include "gmock/gmock.h"
#include "rpc/test_host.h"
#include "services/command/attach/attach_store.h"
#include "services/command/command.h"
#include "services/command/sql.h"
#include "services/command/test_city.h"
#include "testing/status.h"
#include "wangge/command/v1/command.grpc.pb.h"

ABSL_DECLARE_FLAG(std::string, gateways);
ABSL_DECLARE_FLAG(int, stream_shards);

namespace wangge::command {

class CommandTest : public ::testing::Test {
 protected:
  using Stub = v1::CommandService::Stub;

  void SetUp() override {
    auto database = db::TempDatabase::Create("command", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    auto pool = db::Pool::Open({.dsn = database_->dsn(),
                                .size = 2,
                                .statements = sql::kStatements,
                                .prefer_indexes = true});
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    deliveries_ = std::make_unique<AttachStore>(pool_.get());
    registry_ = std::make_unique<city::TestRegistry>(*city_);
  }

  // Starts the service, which reads what is in the database by then.
  void StartCommand() {
    absl::SetFlag(&FLAGS_gateways, gateways_);
    absl::SetFlag(&FLAGS_stream_shards, 2);
    rpc::Environment environment;
    environment.dsn = database_->dsn();
    environment.db_connections = 4;
    environment.endpoints = {
        {"registry", registry_->address()},
        {"cases", "127.0.0.1:1"}};  // Nobody is there: no new tasks.
    auto host =
        rpc::TestHost::Start("command", environment, CommandService::Create);
    ASSERT_OK(host);
    host_ = *std::move(host);
    ASSERT_TRUE(host_->WaitUntilReady());
    // Officers call through their app.
    channel_ = host_->Channel("gateway-app");
    stub_ = v1::CommandService::NewStub(channel_);
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

  // Calls a method as an officer.
  template <typename Request, typename Response>
  absl::StatusOr<Response> As(const std::string& officer_id,
                              grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                           const Request&,
                                                           Response*),
                              const std::type_identity_t<Request>& request) {
    return rpc::Invoke(method, *stub_, request, Soon(),
                       rpc::TestHost::TokenOf(officer_id));
  }

  // For a stream of an officer.
  static void SpeakFor(const std::string& officer_id,
                       grpc::ClientContext* context) {
    context->AddMetadata(rpc::kTokenKey, rpc::TestHost::TokenOf(officer_id));
    context->set_deadline(absl::ToChronoTime(Soon()));
  }

  // An instruction for a grid of the test city.
  static v1::CreateInstructionRequest Make(const std::string& grid_id) {
    v1::CreateInstructionRequest r;
    r.set_request_id(NewUuid());
    r.set_title("t");
    r.set_text("x");
    r.mutable_audience()->set_subtree_grid_id(grid_id);
    r.set_mode(v1::INSTRUCTION_MODE_ACTUAL);
    r.set_category(v1::INSTRUCTION_CATEGORY_MET);
    *r.mutable_expire_time() = ToProto(absl::Now() + absl::Hours(3));
    return r;
  }

  // Writes one, which goes out at once when it is for a street or less.
  v1::Instruction Create(const v1::CreateInstructionRequest& r) {
    const auto created = As("desk", &Stub::CreateInstruction, r);
    EXPECT_OK(created);
    return created.ok() ? *created : v1::Instruction();
  }

  absl::StatusOr<v1::Instruction> Cancel(const std::string& instruction_id) {
    v1::CancelInstructionRequest r;
    r.set_request_id(NewUuid());
    r.set_instruction_id(instruction_id);
    r.set_reason("误报");
    return As("desk", &Stub::CancelInstruction, r);
  }

  std::shared_ptr<const city::City> city_ = TestCity();
  std::string gateways_ = absl::StrCat(WANGGE_SOURCE_DIR, "/deploy/gateways");
  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<AttachStore> deliveries_;
  std::unique_ptr<city::TestRegistry> registry_;
  std::unique_ptr<rpc::TestHost> host_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;
};

// Reads a stream of the server to its end; its messages and how it ended.
template <typename Response>
std::pair<std::vector<Response>, absl::Status> ReadAll(
    grpc::ClientReader<Response>* stream) {
  std::vector<Response> messages;
  Response message;
  while (stream->Read(&message)) messages.push_back(message);
  return {std::move(messages), rpc::FromGrpc(stream->Finish())};
}

}  // namespace wangge::command
