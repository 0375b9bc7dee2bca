#include "services/cases/audit/audits.h"

#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/audit/audit_stream.h"
#include "services/cases/shared/validate.h"

namespace wangge::cases {
namespace {

absl::Status Validate(const v1::GetCaseProofRequest& r) {
  errors::Violations v;
  v.RequireText("case_no", r.case_no(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListDailyRootsRequest& r) {
  errors::Violations v;
  RequireDay("first_day", r.first_day(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::AuditCasesRequest& r) {
  errors::Violations v;
  v.RequireText("case_no", r.case_no(), 0, 64);
  return v.ToStatus();
}

absl::StatusOr<v1::GetCaseProofResponse> GetCaseProof(
    Audits& audits, const rpc::Call& call,
    const v1::GetCaseProofRequest& request) {
  v1::GetCaseProofResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_case_(),
      exec::Wait(audits.changer.Load(request.case_no(), call.deadline)));
  std::vector<FeedCursor> cursors;
  ASSIGN_OR_RETURN(
      auto events,
      audits.store.StoredEvents(request.case_no(), &cursors, call.deadline));
  RETURN_IF_ERROR(audits.roots.AddProofs(
      cursors, FromProto(response.case_().receive_time()), &events,
      call.deadline));
  for (auto& event : events) *response.add_events() = std::move(event);
  return response;
}

absl::StatusOr<v1::ListDailyRootsResponse> ListDailyRoots(
    Audits& audits, const rpc::Call& call,
    const v1::ListDailyRootsRequest& request) {
  ASSIGN_OR_RETURN(auto roots,
                   audits.store.Roots(request.first_day(), call.deadline));
  v1::ListDailyRootsResponse response;
  for (auto& root : roots) *response.add_roots() = std::move(root.root);
  return response;
}

absl::StatusOr<std::shared_ptr<AuditStream>> AuditCases(
    Audits& audits, const rpc::Call&, const v1::AuditCasesRequest& request) {
  auto stream = std::make_shared<AuditStream>();
  const auto run = [&audits, stream, case_no = request.case_no()] {
    stream->Run(audits.auditor, case_no,
                [&audits] { return audits.runtime.draining(); });
  };
  if (!audits.executor.TryPost(run)) {
    return errors::Overloaded(audits.runtime.retry_delay());
  }
  return stream;
}

}  // namespace

std::vector<rpc::Row> AuditRows(Audits* audits) {
  return rpc::RowsOf(
      audits, {{"GetCaseProof", Validate, &GetCaseProof, rpc::kWorker},
               {"ListDailyRoots", Validate, &ListDailyRoots, rpc::kWorker},
               {"AuditCases", Validate, &AuditCases, rpc::kServerStream}});
}

}  // namespace wangge::cases
