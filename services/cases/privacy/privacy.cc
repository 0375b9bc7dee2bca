#include "services/cases/privacy/privacy.h"

#include <utility>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/mask.h"
#include "services/cases/domain/view.h"
#include "services/cases/shared/validate.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

absl::Status Validate(const v1::RevealReporterRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("report_id", r.report_id(), 0, 64);
  v.RequireText("purpose", r.purpose(), 1, kMaxShortText);
  return v.ToStatus();
}

absl::Status Validate(const v1::RedactReportRequest& r) {
  return ValidateChangeWithReason(r);
}

absl::Status RedactStoredReport(const v1::ReportKey& key,
                                db::Transaction& transaction) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   transaction.Query(sql::kSelectReport,
                                     {key.source_id(), key.source_ref()}));
  v1::Report report;
  if (rows.empty() || !report.ParseFromString(rows.Bytes(0, "body"))) {
    return absl::DataLossError("a stored report cannot be read");
  }
  report.clear_title();
  report.clear_text();
  report.clear_address();
  report.clear_evidence();
  RETURN_IF_ERROR(
      transaction
          .Query(sql::kRedactReport,
                 {key.source_id(), key.source_ref(), key.report_id(),
                  db::Param::Bytes(report.SerializeAsString())})
          .status());
  return transaction.Query(sql::kEraseReporter, {key.report_id()}).status();
}

// The case's first event holds the words of its first report.
absl::Status RedactFirstEvent(const std::string& case_no,
                              db::Transaction& transaction) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   transaction.Query(sql::kSelectCaseProof, {case_no}));
  CaseEvent event;
  if (rows.empty() || !event.ParseFromString(rows.Bytes(0, "body"))) {
    return absl::DataLossError("a stored event cannot be read");
  }
  RedactWords(&event);
  return transaction
      .Query(sql::kRedactEvent, {case_no, event.sequence(),
                                 db::Param::Bytes(event.SerializeAsString())})
      .status();
}

// Reveals a reporter once it is recorded that it was: nothing is shown that
// nobody can see was shown.
absl::StatusOr<v1::RevealReporterResponse> Reveal(
    const Privacy& privacy, const v1::RevealReporterRequest& request,
    const Case& c, absl::Time deadline) {
  const std::string& report_id = request.report_id().empty()
                                     ? c.reports(0).report_id()
                                     : request.report_id();
  ASSIGN_OR_RETURN(const SealedReporter sealed,
                   privacy.reporters.Find(report_id, deadline));
  v1::RevealReporterResponse response;
  ASSIGN_OR_RETURN(*response.mutable_reporter(),
                   privacy.keys.Open(sealed, report_id));
  return response;
}

absl::StatusOr<v1::RevealReporterResponse> RevealReporter(
    Privacy& privacy, const rpc::Call& call,
    const v1::RevealReporterRequest& request) {
  Changes& changes = privacy.changes;
  ASSIGN_OR_RETURN(auto context, changes.ContextFor(call));
  ASSIGN_OR_RETURN(const Outcome recorded,
                   exec::Wait(changes.changer().Run(Changes::CommandFor(
                       call, request, std::move(context), /*hook=*/nullptr))));
  return Reveal(privacy, request, recorded.snapshot, call.deadline);
}

void RedactReport(Privacy& privacy, const rpc::Call& call,
                  const v1::RedactReportRequest& request,
                  rpc::Reply<Case> reply) {
  privacy.changes.Run(call, request, HookRedacting(), std::move(reply));
}

}  // namespace

absl::StatusOr<std::vector<v1::MaskedReporter>> Privacy::Masked(
    const std::vector<std::string>& report_ids, absl::Time deadline) const {
  ASSIGN_OR_RETURN(const auto found, reporters.FindAll(report_ids, deadline));
  std::vector<v1::MaskedReporter> masked;
  for (const auto& [report_id, sealed] : found) {
    v1::MaskedReporter& one = masked.emplace_back();
    one.set_report_id(report_id);
    one.set_erased(!sealed);
    if (!sealed) continue;
    const auto reporter = keys.Open(*sealed, report_id);
    // Without its key the case can still be read.
    if (reporter.ok()) *one.mutable_reporter() = Mask(*reporter);
  }
  return masked;
}

TransactionHook HookErasing(const std::string& report_id) {
  return
      [report_id](const Case&, db::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(const db::Rows rows,
                         transaction.Query(sql::kEraseReporter, {report_id}));
        return rows.empty() ? absl::AbortedError("deleted already")
                            : absl::OkStatus();
      };
}

TransactionHook HookRedacting() {
  return [](const Case& c, db::Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(RedactFirstEvent(c.case_no(), transaction));
    return RedactStoredReport(c.reports(0), transaction);
  };
}

std::vector<rpc::Row> PrivacyRows(Privacy* privacy) {
  return rpc::RowsOf(
      privacy, {{"RevealReporter", Validate, &RevealReporter, rpc::kWorker},
                {"RedactReport", Validate, &RedactReport, rpc::kAsync}});
}

}  // namespace wangge::cases
