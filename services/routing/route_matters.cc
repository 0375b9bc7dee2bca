#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "geo/coordinates.h"
#include "services/routing/domain/route.h"
#include "services/routing/handlers.h"
#include "services/routing/proposed_city.h"

namespace wangge::routing {
namespace {

constexpr size_t kMaxText = 10'000;

}  // namespace

void CheckMatter(const std::string& field, const Matter& matter,
                 errors::Violations* violations) {
  errors::Violations& v = *violations;
  v.RequireText(field + ".title", matter.title(), 0, kMaxText);
  v.RequireText(field + ".text", matter.text(), 0, kMaxText);
  v.RequireText(field + ".address", matter.address(), 0, kMaxText);
  v.Require(matter.has_time(), field + ".time", "is missing");
  if (!matter.has_point()) return;
  const auto point = geo::ToWgs84(matter.point());
  v.Require(point.ok() && matter.point().coordinate_system() ==
                              common::v1::COORDINATE_SYSTEM_WGS84,
            field + ".point", "is not a WGS84 point");
}

absl::Status Validate(const v1::RouteMattersRequest& request) {
  errors::Violations v;
  v.Require(!request.matters().empty(), "matters", "is empty; send 1 to 1000");
  v.Require(
      request.matters_size() <= kMaxMatters, "matters",
      absl::StrCat("has ", request.matters_size(), "; at most ", kMaxMatters));
  for (int i = 0; i < request.matters_size(); ++i) {
    CheckMatter(absl::StrCat("matters[", i, "]"), request.matters(i), &v);
  }
  if (request.has_proposed()) CheckChanges("proposed", request.proposed(), &v);
  return v.ToStatus();
}

absl::StatusOr<v1::RouteMattersResponse> RouteMatters(
    RoutingDeps& deps, const rpc::Call&,
    const v1::RouteMattersRequest& request) {
  ASSIGN_OR_RETURN(auto city, city::Current(deps.city));
  if (request.has_proposed()) {
    ASSIGN_OR_RETURN(city, WithChanges(*city, request.proposed()));
  }
  const auto model = deps.model.Get();
  v1::RouteMattersResponse response;
  for (const Matter& matter : request.matters()) {
    *response.add_plans() = Route(*city, *model, matter);
  }
  return response;
}

}  // namespace wangge::routing
