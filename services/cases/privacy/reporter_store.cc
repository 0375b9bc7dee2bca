#include "services/cases/privacy/reporter_store.h"

#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/sql.h"

namespace wangge::cases {

absl::StatusOr<SealedReporter> ReporterStore::Find(const std::string& report_id,
                                                   absl::Time deadline) const {
  ASSIGN_OR_RETURN(const auto found, FindAll({report_id}, deadline));
  const auto reporter = found.find(report_id);
  if (reporter == found.end() || !reporter->second) {
    return errors::NotFound("reporter of report", report_id);
  }
  return *reporter->second;
}

absl::StatusOr<std::map<std::string, std::optional<SealedReporter>>>
ReporterStore::FindAll(const std::vector<std::string>& report_ids,
                       absl::Time deadline) const {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectReporters,
                               {db::TextArray(report_ids)}, deadline));
  std::map<std::string, std::optional<SealedReporter>> reporters;
  for (int row = 0; row < rows.size(); ++row) {
    auto& reporter = reporters[rows.Text(row, "report_id")];
    if (rows.IsNull(row, "sealed")) continue;
    reporter = {rows.Text(row, "key_id"), rows.Bytes(row, "sealed")};
  }
  return reporters;
}

absl::StatusOr<std::vector<ExpiredReporter>> ReporterStore::Expired(
    absl::Time before, const ExpiredReporter& last, int limit,
    absl::Time deadline) const {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectExpiredReporters,
                  {before, last.receive_time, last.report_id, limit},
                  deadline));
  std::vector<ExpiredReporter> reporters;
  for (int row = 0; row < rows.size(); ++row) {
    reporters.push_back({rows.TimeOfMicros(row, "receive_micros"),
                         rows.Text(row, "report_id"),
                         rows.Text(row, "case_no")});
  }
  return reporters;
}

absl::StatusOr<bool> ReporterStore::Erase(const std::string& report_id,
                                          absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kEraseReporter, {report_id}, deadline));
  return !rows.empty();
}

}  // namespace wangge::cases
