#include "services/registry/questions.h"

#include <iterator>
#include <map>
#include <tuple>
#include <vector>

#include "base/status_macros.h"
#include "city/responsibility.h"
#include "errors/errors.h"
#include "geo/coordinates.h"

namespace wangge::registry {
namespace {

// Where a question is about: the scopes, and the point when it is one.
struct Where {
  std::vector<const city::Grid*> scopes;
  bool has_point = false;
  geo::Point point;
};

absl::StatusOr<Where> AtPoint(const city::City& city, const geo::Point& point) {
  const city::Location location = city.Locate(point);
  if (location.chain.empty()) {
    errors::Violations v;
    v.Add("point", "lies outside the city; check its coordinate system");
    return v.ToStatus();
  }
  Where where;
  where.scopes.assign(location.chain.begin(), location.chain.end());
  where.scopes.insert(where.scopes.end(), location.overlays.begin(),
                      location.overlays.end());
  where.has_point = true;
  where.point = point;
  return where;
}

absl::StatusOr<Where> FindWhere(const city::City& city,
                                const v1::WhoIsResponsibleRequest& request) {
  if (request.has_point()) {
    const auto point = geo::ToWgs84(request.point());
    if (!point.ok()) {
      errors::Violations v;
      v.Add("point", std::string(point.status().message()));
      return v.ToStatus();
    }
    return AtPoint(city, *point);
  }
  if (request.where_case() == v1::WhoIsResponsibleRequest::kPlaceId) {
    const city::Place* place = city.FindPlace(request.place_id());
    if (place == nullptr) return errors::NotFound("place", request.place_id());
    return AtPoint(city,
                   {place->latitude_e7() / 1e7, place->longitude_e7() / 1e7});
  }
  const city::Grid* grid = city.FindGrid(request.grid_id());
  if (grid == nullptr) return errors::NotFound("grid", request.grid_id());
  Where where;
  const city::Chain chain = city.ChainOf(*grid);
  where.scopes.assign(chain.begin(), chain.end());
  return where;
}

}  // namespace

absl::StatusOr<v1::WhoIsResponsibleResponse> ResponsibleFor(
    const city::City& city, const v1::WhoIsResponsibleRequest& request,
    absl::Time time) {
  ASSIGN_OR_RETURN(const Where where, FindWhere(city, request));
  const city::Category* category = city.FindCategory(request.category_code());
  if (category == nullptr) {
    return errors::NotFound("category", request.category_code());
  }
  const city::Responsibility found = city::FindResponsible(
      city,
      {*category, where.scopes, where.has_point ? &where.point : nullptr});
  v1::WhoIsResponsibleResponse response;
  response.set_unit_id(found.lead.unit->unit_id());
  response.set_unit_name(found.lead.unit->name());
  response.set_rule_id(found.lead.rule_id);
  response.set_reason(found.lead.reason);
  response.set_city_version(city.version().version());
  const city::Duty duty = city.OfficerOnDuty(found.lead.unit->unit_id(), time);
  if (duty.officer != nullptr) {
    response.set_officer_id(duty.officer->officer_id());
    response.set_officer_name(duty.officer->name());
    response.set_substitute(duty.substitute);
  }
  for (const city::Grid* grid : where.scopes) {
    response.add_grid_ids(grid->grid_id());
  }
  for (const auto& co_handler : found.co_handlers) {
    response.add_co_handler_unit_ids(co_handler.unit->unit_id());
  }
  return response;
}

absl::StatusOr<v1::DiffCityVersionsResponse> Diff(
    const city::City& from, const city::City& to,
    const v1::DiffCityVersionsRequest& request, const DifferencePage& page) {
  const city::Changes changes = city::Difference(from.rows(), to.rows());
  std::map<std::string, v1::RowDifference> all;
  for (const auto& [key, row] : changes.upserts) {
    v1::RowDifference& difference = all[key];
    *difference.mutable_after() = *row;
    if (const auto* before = from.rows().Find(key)) {
      *difference.mutable_before() = *before;
    }
  }
  for (const std::string& key : changes.removals) {
    *all[key].mutable_before() = *from.rows().Find(key);
  }
  v1::DiffCityVersionsResponse response;
  response.set_total_count(static_cast<int64_t>(all.size()));
  auto it =
      page.after ? all.upper_bound(std::get<1>(*page.after)) : all.begin();
  for (; it != all.end() && response.differences_size() < page.size; ++it) {
    *it->second.mutable_key() = city::ParseKeyText(it->first);
    *response.add_differences() = std::move(it->second);
  }
  if (it != all.end()) {
    response.set_next_page_token(DifferencePage::Token(
        request, to.version().version(), std::prev(it)->first));
  }
  return response;
}

}  // namespace wangge::registry
