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

constexpr int kMostMatters = 1000;
constexpr size_t kLongestText = 10'000;

absl::Status Validate(const v1::RouteMattersRequest& request) {
  errors::Violations v;
  v.Require(!request.matters().empty(), "matters", "is empty; send 1 to 1000");
  v.Require(
      request.matters_size() <= kMostMatters, "matters",
      absl::StrCat("has ", request.matters_size(), "; at most ", kMostMatters));
  for (int i = 0; i < request.matters_size(); ++i) {
    const Matter& matter = request.matters(i);
    const std::string at = absl::StrCat("matters[", i, "].");
    v.RequireText(at + "title", matter.title(), 0, kLongestText);
    v.RequireText(at + "text", matter.text(), 0, kLongestText);
    v.RequireText(at + "address", matter.address(), 0, kLongestText);
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

// The city, with the changes that the request proposes.
absl::StatusOr<std::shared_ptr<const city::City>> CityFor(
    const city::Holder& holder, const v1::RouteMattersRequest& request) {
  ASSIGN_OR_RETURN(auto city, city::Current(holder));
  if (!request.has_proposed()) return city;
  const v1::ProposedChanges& proposed = request.proposed();
  if (proposed.base_version() != city->version().version()) {
    return errors::EtagMismatch("city", "city",
                                absl::StrCat(city->version().version()));
  }
  return city->With(city->version(),
                    city::ChangesOf(proposed.rows(), proposed.removed_rows()));
}

}  // namespace

absl::StatusOr<v1::RouteMattersResponse> RouteMatters(
    Router& router, const rpc::Call&, const v1::RouteMattersRequest& request) {
  ASSIGN_OR_RETURN(const auto city, CityFor(router.city, request));
  const auto model = router.model.Get();
  v1::RouteMattersResponse response;
  for (const Matter& matter : request.matters()) {
    *response.add_plans() = routing::Route(*city, *model, matter);
  }
  return response;
}

absl::StatusOr<std::unique_ptr<rpc::Service>> RoutingService::Create(
    const rpc::Environment& environment) {
  ASSIGN_OR_RETURN(auto model, ModelFile::Open(absl::GetFlag(FLAGS_model)));
  ASSIGN_OR_RETURN(auto channel, environment.Connect("registry"));
  auto service =
      std::unique_ptr<RoutingService>(new RoutingService(std::move(model)));
  ASSIGN_OR_RETURN(
      service->rows_,
      rpc::RowService::Create(
          environment.runtime, "wangge.routing.v1.RoutingService",
          {rpc::RowsOf(&service->router_, {{"RouteMatters", Validate,
                                            &RouteMatters, rpc::kWorker}})}));
  service->watcher_ =
      std::make_unique<city::Watcher>(std::move(channel), &service->city_);
  return service;
}

}  // namespace wangge::routing
