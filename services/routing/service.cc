#include "services/routing/service.h"

#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/routing/domain/route.h"

ABSL_FLAG(std::string, model, "",
          "Text model, a file made by `wgctl model train`; taken up again when "
          "it changes.");

namespace wangge::routing {
namespace {

constexpr int kMaxMatters = 1000;
constexpr size_t kMaxText = 10'000;

absl::Status Validate(const v1::RouteMattersRequest& request) {
  errors::Violations v;
  v.Require(!request.matters().empty(), "matters", "is empty; send 1 to 1000");
  v.Require(
      request.matters_size() <= kMaxMatters, "matters",
      absl::StrCat("has ", request.matters_size(), "; at most ", kMaxMatters));
  for (int i = 0; i < request.matters_size(); ++i) {
    const Matter& matter = request.matters(i);
    const std::string at = absl::StrCat("matters[", i, "].");
    v.RequireText(at + "title", matter.title(), 0, kMaxText);
    v.RequireText(at + "text", matter.text(), 0, kMaxText);
    v.RequireText(at + "address", matter.address(), 0, kMaxText);
    v.Require(matter.has_time(), at + "time", "is missing");
    if (matter.has_point()) {
      const auto point = geo::ToWgs84(matter.point());
      v.Require(point.ok() && matter.point().coordinate_system() ==
                                  common::v1::COORDINATE_SYSTEM_WGS84,
                at + "point", "is not a WGS84 point");
    }
  }
  return v.ToStatus();
}

}  // namespace

RoutingService::RoutingService(rpc::Runtime* runtime,
                               std::unique_ptr<ModelFile> model)
    : model_(std::move(model)),
      route_matters_(
          runtime, "/wangge.routing.v1.RoutingService/RouteMatters", Validate,
          [this](const rpc::Call&, const v1::RouteMattersRequest& request) {
            return Route(request);
          }) {}

absl::StatusOr<std::unique_ptr<rpc::Service>> RoutingService::Create(
    const rpc::Environment& environment) {
  ASSIGN_OR_RETURN(auto model, ModelFile::Open(absl::GetFlag(FLAGS_model)));
  ASSIGN_OR_RETURN(auto channel,
                   rpc::Connect(environment.registry, environment.tls));
  auto service = std::unique_ptr<RoutingService>(
      new RoutingService(environment.runtime, std::move(model)));
  service->watcher_ =
      std::make_unique<city::Watcher>(std::move(channel), &service->city_);
  return service;
}

absl::StatusOr<std::shared_ptr<const city::City>> RoutingService::CityFor(
    const v1::RouteMattersRequest& request) const {
  ASSIGN_OR_RETURN(auto city, city::Current(city_));
  if (!request.has_proposed()) return city;
  const v1::ProposedChanges& proposed = request.proposed();
  if (proposed.base_version() != city->version().version()) {
    return errors::EtagMismatch("city", "city",
                                absl::StrCat(city->version().version()));
  }
  return city->With(city->version(),
                    city::ChangesOf(proposed.rows(), proposed.removed_rows()));
}

absl::StatusOr<v1::RouteMattersResponse> RoutingService::Route(
    const v1::RouteMattersRequest& request) const {
  ASSIGN_OR_RETURN(const auto city, CityFor(request));
  const auto model = model_->Get();
  v1::RouteMattersResponse response;
  for (const Matter& matter : request.matters()) {
    *response.add_plans() = routing::Route(*city, *model, matter);
  }
  return response;
}

}  // namespace wangge::routing
