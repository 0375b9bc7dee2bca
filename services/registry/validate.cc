#include "services/registry/validate.h"

#include "absl/strings/str_cat.h"
#include "city/row.h"
#include "errors/errors.h"

namespace wangge::registry {
namespace {

// An import is the way for more.
constexpr int kMaxRows = 50'000;

using errors::Violations;

void RequireVersion(const char* field, int64_t version, int64_t min,
                    Violations* v) {
  v->Require(version >= min, field,
             absl::StrCat("is ", version, "; use 1 or more",
                          min == 0 ? ", or 0 for the current one" : ""));
}

// Of a proposal of either kind.
template <typename Request>
void RequireProposal(const Request& request, Violations* v) {
  v->RequireUuid("request_id", request.request_id());
  RequireVersion("base_version", request.base_version(), 1, v);
  v->RequireText("comment", request.comment(), 1, 500);
  if (request.has_activate_time()) {
    v->RequireTime("activate_time", request.activate_time());
  }
}

}  // namespace

absl::Status Validate(const v1::GetCityVersionRequest& request) {
  Violations v;
  RequireVersion("version", request.version(), 0, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListCityVersionsRequest& request) {
  Violations v;
  VersionPage::Require(request, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::DiffCityVersionsRequest& request) {
  Violations v;
  RequireVersion("from_version", request.from_version(), 1, &v);
  RequireVersion("to_version", request.to_version(), 0, &v);
  DifferencePage::Require(request, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetRowHistoryRequest& request) {
  Violations v;
  v.RequireText("key.kind", request.key().kind(), 1, 64);
  v.RequireText("key.id", request.key().id(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ProposeChangeSetRequest& request) {
  Violations v;
  RequireProposal(request, &v);
  const int count = request.rows_size() + request.removed_rows_size();
  v.Require(count > 0, "rows",
            "and removed_rows are empty; name the rows to change");
  v.Require(count <= kMaxRows, "rows",
            absl::StrCat("and removed_rows are ", count,
                         " together; send at "
                         "most ",
                         kMaxRows, ", or import a city folder"));
  for (int i = 0; i < request.rows_size(); ++i) {
    v.Require(!city::KeyOf(request.rows(i)).id().empty(),
              absl::StrCat("rows[", i, "]"), "has no kind or no id; set both");
  }
  for (int i = 0; i < request.removed_rows_size(); ++i) {
    v.Require(!request.removed_rows(i).id().empty(),
              absl::StrCat("removed_rows[", i, "].id"),
              "is empty; name the row");
  }
  return v.ToStatus();
}

absl::Status Validate(const v1::ProposeRollbackRequest& request) {
  Violations v;
  RequireProposal(request, &v);
  RequireVersion("to_version", request.to_version(), 1, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ApproveChangeSetRequest& request) {
  Violations v;
  v.RequireUuid("change_set_id", request.change_set_id());
  return v.ToStatus();
}

absl::Status Validate(const v1::RejectChangeSetRequest& request) {
  Violations v;
  v.RequireUuid("change_set_id", request.change_set_id());
  v.RequireText("reason", request.reason(), 1, 500);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetChangeSetRequest& request) {
  Violations v;
  v.RequireUuid("change_set_id", request.change_set_id());
  return v.ToStatus();
}

absl::Status Validate(const v1::ListChangeSetsRequest& request) {
  Violations v;
  ChangeSetPage::Require(request, &v);
  v.Require(v1::ChangeSet::State_IsValid(request.state()), "state",
            absl::StrCat("is ", request.state(),
                         "; use a value of ChangeSet.State, or 0 for all"));
  return v.ToStatus();
}

absl::Status Validate(const v1::CheckCityRequest& request) {
  Violations v;
  RequireVersion("version", request.version(), 0, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::WhoIsResponsibleRequest& request) {
  Violations v;
  v.Require(request.where_case() != v1::WhoIsResponsibleRequest::WHERE_NOT_SET,
            "where", "is missing; set point, place_id or grid_id");
  v.RequireText("category_code", request.category_code(), 1, 64);
  if (request.has_time()) v.RequireTime("time", request.time());
  return v.ToStatus();
}

absl::Status Validate(const v1::WatchCityRequest& request) {
  Violations v;
  RequireVersion("held_version", request.held_version(), 0, &v);
  return v.ToStatus();
}

}  // namespace wangge::registry
