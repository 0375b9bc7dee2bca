#include "services/routing/proposed_city.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "city/city.h"
#include "city/operation_centre.h"
#include "rpc/client.h"

namespace wangge::routing {
namespace {

using city::City;
using registry::v1::RegistryService;
using v1::CityProposal;
using CityPtr = std::shared_ptr<const City>;

constexpr int kDifferencesOfAPage = 1000;

void CheckKey(const std::string& field, const city::CityRowKey& key,
              std::set<std::string>* seen, errors::Violations* v) {
  if (key.kind().empty() || key.id().empty()) {
    v->Add(field, "has no kind or no id");
    return;
  }
  const std::string text = city::KeyText(key);
  v->Require(seen->insert(text).second, field,
             absl::StrCat("names `", text, "` a second time; name it once"));
}

bool IsKind(const std::string& kind) {
  const auto* field = city::CityRow::descriptor()->FindFieldByName(kind);
  return field != nullptr && field->containing_oneof() != nullptr;
}

absl::StatusOr<CityPtr> WithChangeSet(const RoutingDeps& deps,
                                      const City& current,
                                      const std::string& change_set_id,
                                      absl::Time deadline) {
  registry::v1::GetChangeSetRequest request;
  request.set_change_set_id(change_set_id);
  ASSIGN_OR_RETURN(const auto change_set,
                   rpc::Invoke(&RegistryService::Stub::GetChangeSet,
                               deps.registry, request, deadline));
  return current.With(
      current.version(),
      city::ChangesOf(change_set.rows(), change_set.removed_rows()));
}

// The current city with what leads back to the version.
absl::StatusOr<CityPtr> CityOfVersion(const RoutingDeps& deps,
                                      const City& current, int64_t version,
                                      absl::Time deadline) {
  registry::v1::DiffCityVersionsRequest request;
  request.set_from_version(current.version().version());
  request.set_to_version(version);
  request.set_page_size(kDifferencesOfAPage);
  city::Changes changes;
  do {
    ASSIGN_OR_RETURN(const auto page,
                     rpc::Invoke(&RegistryService::Stub::DiffCityVersions,
                                 deps.registry, request, deadline));
    for (const auto& difference : page.differences()) {
      if (difference.has_after()) {
        city::AddRow(difference.after(), &changes.upserts);
      } else {
        changes.removals.push_back(city::KeyText(difference.key()));
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  registry::v1::CityVersion then;
  then.set_version(version);
  return current.With(then, changes);
}

}  // namespace

void CheckChanges(const std::string& field, const v1::ProposedChanges& changes,
                  errors::Violations* violations) {
  violations->Require(
      changes.base_version() >= 1, field + ".base_version",
      absl::StrCat("is ", changes.base_version(), "; versions begin at 1"));
  violations->Require(changes.rows_size() + changes.removed_rows_size() +
                              changes.replaced_kinds_size() >
                          0,
                      field + ".rows", "is empty; name what is to change");
  std::set<std::string> seen;
  for (int i = 0; i < changes.rows_size(); ++i) {
    CheckKey(absl::StrCat(field, ".rows[", i, "]"),
             city::KeyOf(changes.rows(i)), &seen, violations);
  }
  for (int i = 0; i < changes.removed_rows_size(); ++i) {
    CheckKey(absl::StrCat(field, ".removed_rows[", i, "]"),
             changes.removed_rows(i), &seen, violations);
  }
  for (int i = 0; i < changes.replaced_kinds_size(); ++i) {
    violations->Require(IsKind(changes.replaced_kinds(i)),
                        absl::StrCat(field, ".replaced_kinds[", i, "]"),
                        absl::StrCat("`", changes.replaced_kinds(i),
                                     "` is not a kind of row; use grid, unit, "
                                     "officer, rule …"));
  }
}

void CheckProposal(const std::string& field, const CityProposal& proposal,
                   errors::Violations* violations) {
  switch (proposal.start_case()) {
    case CityProposal::kChangeSetId:
      violations->RequireUuid(field + ".change_set_id",
                              proposal.change_set_id());
      break;
    case CityProposal::kCityVersion:
      violations->Require(proposal.city_version() >= 1, field + ".city_version",
                          absl::StrCat("is ", proposal.city_version(),
                                       "; versions begin at 1"));
      break;
    case CityProposal::START_NOT_SET:
      violations->Require(
          proposal.has_changes(), field,
          "is missing; set change_set_id, city_version or changes");
      break;
  }
  if (proposal.has_changes()) {
    CheckChanges(field + ".changes", proposal.changes(), violations);
  }
}

absl::Status RequirePlanner(const City& city, const rpc::Caller& caller) {
  if (caller.officer_id.empty() ||
      city::WorksInOperationCentre(city, caller.officer_id)) {
    return absl::OkStatus();
  }
  return errors::NotYours("city", "city", caller.Text());
}

absl::StatusOr<CityPtr> WithChanges(const City& base,
                                    const v1::ProposedChanges& changes) {
  const int64_t version = base.version().version();
  if (changes.base_version() != version) {
    return errors::EtagMismatch("city", "city", absl::StrCat(version));
  }
  city::Changes all = city::ChangesOf(changes.rows(), changes.removed_rows());
  for (const std::string& kind : changes.replaced_kinds()) {
    base.rows().ForEach([&](const std::string& key, const city::RowPtr&) {
      if (absl::StartsWith(key, kind + "/") && !all.upserts.contains(key)) {
        all.removals.push_back(key);
      }
    });
  }
  return base.With(base.version(), all);
}

absl::StatusOr<CityPtr> ProposedCity(const RoutingDeps& deps,
                                     const CityPtr& current,
                                     const CityProposal& proposal,
                                     absl::Time deadline) {
  CityPtr city = current;
  if (proposal.has_change_set_id()) {
    ASSIGN_OR_RETURN(city, WithChangeSet(deps, *current,
                                         proposal.change_set_id(), deadline));
  } else if (proposal.has_city_version()) {
    ASSIGN_OR_RETURN(
        city, CityOfVersion(deps, *current, proposal.city_version(), deadline));
  }
  if (!proposal.has_changes()) return city;
  return WithChanges(*city, proposal.changes());
}

}  // namespace wangge::routing
