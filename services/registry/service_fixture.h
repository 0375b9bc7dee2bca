// The registry in a test's own process, with a database of its own, and calls
// to it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/uuid.h"
#include "db/temp_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rpc/test_host.h"
#include "services/registry/service.h"
#include "services/registry/sql.h"
#include "services/registry/test_city.h"
#include "testing/status.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::registry {

using Stub = v1::RegistryService::Stub;

class RegistryServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = db::TempDatabase::Create("registry", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    rpc::Environment environment;
    environment.dsn = database_->dsn();
    environment.db_connections = 4;
    auto host =
        rpc::TestHost::Start("registry", environment, RegistryService::Create);
    ASSERT_OK(host);
    host_ = *std::move(host);
    ASSERT_TRUE(host_->WaitUntilReady());
    admin_ = StubOf("admin-wgctl");
    gateway_ = StubOf("gateway-app");
  }

  std::unique_ptr<Stub> StubOf(const std::string& identity) const {
    return v1::RegistryService::NewStub(host_->Channel(identity));
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }
  static void SetDeadline(grpc::ClientContext* context) {
    context->set_deadline(absl::ToChronoTime(Soon()));
  }

  // As an administrator.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request) {
    return rpc::Invoke(method, *admin_, request, Soon());
  }

  // As an officer.
  template <typename Request, typename Response>
  absl::StatusOr<Response> CallAs(
      const std::string& officer_id,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request) {
    return rpc::Invoke(method, *gateway_, request, Soon(),
                       rpc::TestHost::TokenOf(officer_id));
  }

  // An import of messages as they are given.
  absl::StatusOr<v1::ImportCityResponse> Send(
      Stub* stub, const std::vector<v1::ImportCityRequest>& messages) {
    grpc::ClientContext context;
    SetDeadline(&context);
    v1::ImportCityResponse response;
    const auto stream = stub->ImportCity(&context, &response);
    for (const auto& message : messages) stream->Write(message);
    stream->WritesDone();
    const absl::Status status = rpc::FromGrpc(stream->Finish());
    if (!status.ok()) return status;
    return response;
  }

  // The rows in messages of five.
  static std::vector<v1::ImportCityRequest> MessagesOf(
      const city::RowMap& rows) {
    std::vector<v1::ImportCityRequest> messages(1);
    messages[0].set_comment("why");
    messages[0].set_row_count(static_cast<int64_t>(rows.size()));
    for (const auto& [key, row] : rows) {
      if (messages.back().rows_size() == 5) messages.emplace_back();
      *messages.back().add_rows() = *row;
    }
    return messages;
  }

  absl::StatusOr<v1::ImportCityResponse> Import(
      const std::vector<std::string>& extra) {
    return Send(admin_.get(), MessagesOf(TestRows(extra)));
  }

  int64_t CurrentVersion() {
    const auto version =
        Call(&Stub::GetCityVersion, v1::GetCityVersionRequest());
    return version.ok() ? version->version() : 0;
  }

  static v1::ProposeChangeSetRequest Proposal(
      int64_t base, const std::vector<std::string>& rows) {
    v1::ProposeChangeSetRequest request;
    request.set_request_id(NewUuid());
    request.set_base_version(base);
    request.set_comment("why");
    for (const auto& row : rows)
      *request.add_rows() = FromText<city::CityRow>(row);
    return request;
  }

  // A change set that waits for its approval, proposed by officer `o`.
  v1::ChangeSet Proposed(const std::vector<std::string>& rows) {
    const auto proposed =
        CallAs("o", &Stub::ProposeChangeSet, Proposal(CurrentVersion(), rows));
    EXPECT_OK(proposed);
    return proposed.ok() ? *proposed : v1::ChangeSet();
  }

  static v1::WhoIsResponsibleRequest RoadAt(double longitude) {
    v1::WhoIsResponsibleRequest request;
    request.mutable_point()->set_latitude_deg(34.005);
    request.mutable_point()->set_longitude_deg(longitude);
    request.mutable_point()->set_coordinate_system(
        common::v1::COORDINATE_SYSTEM_WGS84);
    request.set_category_code("road");
    return request;
  }

  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<rpc::TestHost> host_;
  std::unique_ptr<Stub> admin_;
  std::unique_ptr<Stub> gateway_;
};

}  // namespace wangge::registry
