#include "services/cases/change/companion.h"

#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/view.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

absl::Status Link(const v1::LinkToBatchRequest& request, const Case& c,
                  db::Transaction& transaction) {
  const std::string& batch_id = *c.batch_ids().rbegin();
  if (request.batch_id().empty()) {  // It is opened with the case.
    RETURN_IF_ERROR(
        transaction
            .Query(sql::kInsertBatch,
                   {batch_id, request.root_cause(), c.category_code()})
            .status());
  }
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transaction.Query(sql::kInsertBatchCase, {batch_id, c.case_no()}));
  return rows.empty() ? errors::NotFound("batch", batch_id) : absl::OkStatus();
}

absl::Status RedactReport(const v1::ReportKey& key,
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

}  // namespace

Companion CompanionOf(const v1::LinkToBatchRequest& request) {
  return [request](const Case& c, db::Transaction& transaction) {
    return Link(request, c, transaction);
  };
}

Companion CompanionOf(const v1::RedactReportRequest&) {
  return [](const Case& c, db::Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(RedactFirstEvent(c.case_no(), transaction));
    return RedactReport(c.reports(0), transaction);
  };
}

Companion CompanionErasing(const std::string& report_id) {
  return
      [report_id](const Case&, db::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(const db::Rows rows,
                         transaction.Query(sql::kEraseReporter, {report_id}));
        return rows.empty() ? absl::AbortedError("deleted already")
                            : absl::OkStatus();
      };
}

}  // namespace wangge::cases
