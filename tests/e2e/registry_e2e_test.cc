// The registry as its clients see it, and the city in the services that hold
// it.
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "base/uuid.h"
#include "city/city.h"
#include "city/signature.h"
#include "client/city.h"
#include "gmock/gmock.h"
#include "testing/status.h"
#include "tests/suite.h"
#include "wangge/registry/v1/registry.grpc.pb.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge {
namespace {

using registry::v1::ChangeSet;
using registry::v1::RegistryService;

class RegistryE2eTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto city = client::FetchCity(client_);
    ASSERT_OK(city);
    city_ = *std::move(city);
    for (const auto* officer : city_->OfficersOf("oc")) {
      centre_.push_back(officer->officer_id());
    }
    ASSERT_GE(centre_.size(), 2U);
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(
      const std::string& officer,
      grpc::Status (RegistryService::Stub::*method)(grpc::ClientContext*,
                                                    const Request&, Response*),
      const Request& request) {
    return client::CallAs<RegistryService>(
        client_, "registry", officer.empty() ? "admin/wgctl" : "gateway/app",
        officer, method, request);
  }

  absl::StatusOr<ChangeSet> Propose(const std::string& officer,
                                    const city::CityRow& row) {
    registry::v1::ProposeChangeSetRequest request;
    request.set_request_id(NewUuid());
    request.set_base_version(city_->version().version());
    request.set_comment("e2e");
    *request.add_rows() = row;
    return Call(officer, &RegistryService::Stub::ProposeChangeSet, request);
  }

  absl::StatusOr<ChangeSet> Approve(const std::string& officer,
                                    const ChangeSet& change_set) {
    registry::v1::ApproveChangeSetRequest request;
    request.set_change_set_id(change_set.change_set_id());
    return Call(officer, &RegistryService::Stub::ApproveChangeSet, request);
  }

  // Routing's city version, once it has reached `version`.
  int64_t RoutingVersion(int64_t version) {
    routing::v1::RouteMattersRequest request;
    auto& matter = *request.add_matters();
    matter.set_text("家里暖气不热");
    *matter.mutable_time() = ToProto(absl::Now());
    int64_t seen = 0;
    for (const absl::Time end = absl::Now() + absl::Seconds(10);
         seen < version && absl::Now() < end;) {
      const auto routed = client::CallAs<routing::v1::RoutingService>(
          client_, "routing", "admin/wgctl", "",
          &routing::v1::RoutingService::Stub::RouteMatters, request);
      EXPECT_OK(routed);
      seen = routed.ok() ? routed->plans(0).city_version() : 0;
    }
    return seen;
  }

  client::Client client_{SuiteSettings()};
  std::shared_ptr<const city::City> city_;
  std::vector<std::string> centre_;  // Officers of the city's centre.
};

TEST_F(RegistryE2eTest, AChangeReachesTheServicesThatHoldTheCity) {
  city::CityRow row = *city_->rows().Find("grid/s1");
  row.mutable_grid()->set_name(row.grid().name() + "改");
  const auto proposed = Propose(centre_[0], row);
  ASSERT_OK(proposed);
  EXPECT_EQ(proposed->state(), ChangeSet::STATE_PROPOSED);
  EXPECT_THAT(
      Approve(centre_[0], *proposed),
      StatusIs(absl::StatusCode::kFailedPrecondition, "another person"));
  const auto approved = Approve(centre_[1], *proposed);
  ASSERT_OK(approved);
  EXPECT_EQ(approved->version(), city_->version().version() + 1);
  EXPECT_EQ(RoutingVersion(approved->version()), approved->version());
  // And back again, for the tests that follow.
  registry::v1::ProposeRollbackRequest back;
  back.set_request_id(NewUuid());
  back.set_base_version(approved->version());
  back.set_to_version(city_->version().version());
  back.set_comment("back");
  const auto rollback = Call("", &RegistryService::Stub::ProposeRollback, back);
  ASSERT_OK(rollback);
  ASSERT_OK(Approve(centre_[1], *rollback));
  const auto after = client::FetchCity(client_);
  ASSERT_OK(after);
  EXPECT_EQ((*after)->version().content_hash(),
            city_->version().content_hash());
  registry::v1::GetRowHistoryRequest request;
  request.mutable_key()->set_kind("grid");
  request.mutable_key()->set_id("s1");
  const auto history = Call("", &RegistryService::Stub::GetRowHistory, request);
  ASSERT_OK(history);
  EXPECT_GE(history->versions_size(), 3);
}

TEST_F(RegistryE2eTest, OnlyPeopleOfOperationCentresChangeTheCity) {
  const auto* worker = city_->OfficersIn("s1").back();
  city::CityRow row = *city_->rows().Find("grid/s1");
  row.mutable_grid()->set_name("不许");
  EXPECT_THAT(Propose(worker->officer_id(), row), StatusIs(kDenied, "city"));
}

TEST_F(RegistryE2eTest, TheCertificateIsWholeAndSigned) {
  const auto certificate = Call("", &RegistryService::Stub::CheckCity,
                                registry::v1::CheckCityRequest());
  ASSERT_OK(certificate);
  EXPECT_TRUE(certificate->certified()) << certificate->faults(0).description();
  EXPECT_EQ(certificate->total().leaf_count(), 576);
  const auto signer =
      ReadFile(client_.settings().certificates + "/service-registry.crt");
  ASSERT_OK(signer);
  EXPECT_OK(city::Verify(*signer, *certificate));
}

TEST_F(RegistryE2eTest, WhoIsResponsibleIsAnsweredForAnyTimeKept) {
  registry::v1::WhoIsResponsibleRequest request;
  request.set_place_id("story-3");
  const auto* category = city_->categories().front();
  request.set_category_code(category->category_code());
  const auto now = Call("", &RegistryService::Stub::WhoIsResponsible, request);
  ASSERT_OK(now);
  EXPECT_NE(city_->FindUnit(now->unit_id()), nullptr);
  EXPECT_NE(city_->FindOfficer(now->officer_id()), nullptr);
  *request.mutable_time() = ToProto(absl::Now() - absl::Hours(24 * 365));
  EXPECT_THAT(Call("", &RegistryService::Stub::WhoIsResponsible, request),
              StatusIs(absl::StatusCode::kNotFound, "city version"));
}

// A stream that ends early must not make a smaller city.
TEST_F(RegistryE2eTest, AnImportThatWasCutOffChangesNothing) {
  auto channel = client_.Channel("registry", "admin/wgctl");
  ASSERT_OK(channel);
  const auto stub = RegistryService::NewStub(*channel);
  grpc::ClientContext context;
  registry::v1::ImportCityResponse response;
  const auto writer = stub->ImportCity(&context, &response);
  registry::v1::ImportCityRequest message;
  message.set_row_count(static_cast<int64_t>(city_->rows().size()));
  city_->rows().ForEach([&](const std::string& key, const city::RowPtr& row) {
    if (key.rfind("place/", 0) != 0) *message.add_rows() = *row;
  });
  writer->Write(message);
  writer->WritesDone();
  EXPECT_EQ(writer->Finish().error_code(), grpc::INVALID_ARGUMENT);
  const auto after = client::FetchCity(client_);
  ASSERT_OK(after);
  EXPECT_EQ((*after)->version().content_hash(),
            city_->version().content_hash());
}

}  // namespace
}  // namespace wangge
