#include "services/registry/validate.h"

#include "absl/strings/str_cat.h"
#include "city/row.h"
#include "errors/errors.h"

namespace wangge::registry {
namespace {

constexpr int kMaxPageSize = 1000;
// An import is the way for more.
constexpr int kMaxRows = 50'000;

using errors::Violations;

void RequirePage(int page_size, Violations* v) {
  v->Require(page_size >= 0 && page_size <= kMaxPageSize, "page_size",
             absl::StrCat("is ", page_size, "; 1 to ", kMaxPageSize,
                          ", or 0 for the usual size"));
}

void RequireVersion(const char* field, int64_t version, int64_t least,
                    Violations* v) {
  v->Require(version >= least, field,
             absl::StrCat("is ", version, "; versions begin at 1",
                          least == 0 ? ", 0 is the current one" : ""));
}

}  // namespace

absl::Status Validate(const v1::GetCityVersionRequest& request) {
  Violations v;
  RequireVersion("version", request.version(), 0, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListCityVersionsRequest& request) {
  Violations v;
  RequirePage(request.page_size(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::DiffCityVersionsRequest& request) {
  Violations v;
  RequireVersion("from_version", request.from_version(), 1, &v);
  RequireVersion("to_version", request.to_version(), 0, &v);
  RequirePage(request.page_size(), &v);
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
  v.RequireUuid("request_id", request.request_id());
  RequireVersion("base_version", request.base_version(), 1, &v);
  v.RequireText("comment", request.comment(), 1, 500);
  const int count = request.rows_size() + request.removed_rows_size();
  v.Require(count > 0, "rows", "is empty; name what is to change");
  v.Require(count <= kMaxRows, "rows",
            absl::StrCat("are ", count, "; at most ", kMaxRows,
                         ". Import a city folder for more"));
  for (int i = 0; i < request.rows_size(); ++i) {
    v.Require(!city::KeyOf(request.rows(i)).id().empty(),
              absl::StrCat("rows[", i, "]"), "has no kind or no id");
  }
  for (int i = 0; i < request.removed_rows_size(); ++i) {
    v.Require(!request.removed_rows(i).id().empty(),
              absl::StrCat("removed_rows[", i, "].id"), "is empty");
  }
  return v.ToStatus();
}

absl::Status Validate(const v1::ProposeRollbackRequest& request) {
  Violations v;
  v.RequireUuid("request_id", request.request_id());
  RequireVersion("base_version", request.base_version(), 1, &v);
  RequireVersion("to_version", request.to_version(), 1, &v);
  v.RequireText("comment", request.comment(), 1, 500);
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
  RequirePage(request.page_size(), &v);
  v.Require(v1::ChangeSet::State_IsValid(request.state()), "state",
            "is not known");
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
            "where", "is missing; state point, place_id or grid_id");
  v.RequireText("category_code", request.category_code(), 1, 64);
  return v.ToStatus();
}

}  // namespace wangge::registry
