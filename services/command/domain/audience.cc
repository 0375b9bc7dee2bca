#include "services/command/domain/audience.h"

#include <algorithm>

#include "errors/errors.h"

namespace wangge::command {
namespace {

bool Holds(const city::Officer& officer, const v1::Audience& audience,
           const city::City& city) {
  const auto& posts = audience.posts();
  const bool post =
      posts.empty() ||
      std::any_of(posts.begin(), posts.end(), [&](const std::string& wanted) {
        return std::find(officer.posts().begin(), officer.posts().end(),
                         wanted) != officer.posts().end();
      });
  const auto* grid = city.FindGrid(officer.grid_id());
  const auto& levels = audience.levels();
  return post && (levels.empty() || std::find(levels.begin(), levels.end(),
                                              grid->level()) != levels.end());
}

}  // namespace

std::vector<std::string> ResolveAudience(const v1::Audience& audience,
                                         const city::City& city) {
  std::vector<std::string> ids;
  for (const auto* officer : city.OfficersIn(audience.subtree_grid_id())) {
    if (Holds(*officer, audience, city)) ids.push_back(officer->officer_id());
  }
  return ids;
}

absl::Status CheckAuthor(const v1::Audience& audience,
                         const std::string& officer_id,
                         const city::City& city) {
  const auto* officer = city.FindOfficer(officer_id);
  const auto* unit =
      officer == nullptr ? nullptr : city.FindUnit(officer->unit_id());
  const auto* grid = city.FindGrid(audience.subtree_grid_id());
  if (grid == nullptr) {
    return errors::NotFound("grid", audience.subtree_grid_id());
  }
  if (unit != nullptr &&
      unit->kind() == registry::v1::UNIT_KIND_OPERATION_CENTRE) {
    for (const auto* above : city.ChainOf(*grid)) {
      const auto& own = unit->jurisdiction_grid_ids();
      if (std::find(own.begin(), own.end(), above->grid_id()) != own.end()) {
        return absl::OkStatus();
      }
    }
  }
  return errors::NotYours("grid", audience.subtree_grid_id(),
                          "officer/" + officer_id);
}

bool NeedsSecondPerson(const v1::Audience& audience, const city::City& city) {
  const auto* grid = city.FindGrid(audience.subtree_grid_id());
  return grid == nullptr || grid->level() <= common::v1::GRID_LEVEL_DISTRICT;
}

}  // namespace wangge::command
