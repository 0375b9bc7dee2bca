#include "services/cases/admission/admission_store.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "services/cases/shared/case_columns.h"
#include "services/cases/shared/stored.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

// Which reports of a batch the statement says are new.
std::vector<bool> AdmittedOf(const AdmissionBatch& batch,
                             const db::Rows& rows) {
  absl::flat_hash_set<std::string> ids;
  for (int i = 0; i < rows.size(); ++i) ids.insert(rows.Text(i, "report_id"));
  std::vector<bool> admitted;
  for (const NewCase& one : batch.cases) {
    admitted.push_back(ids.contains(one.admission->report().key().report_id()));
  }
  return admitted;
}

db::Params ParamsOf(const AdmissionBatch& batch) {
  db::TextArray source_ids, source_refs, request_ids, report_ids, case_nos,
      key_ids, looked_at, spots;
  db::BytesArray digests, reports, answers, reporters;
  db::TimeArray receive_times;
  db::IntArray spot_versions;
  CaseColumns cases;
  EventColumns events;
  FeedbackColumns feedback;
  for (const Spot& spot : batch.spots) {
    spots.Add(spot.name);
    spot_versions.Add(spot.version);
  }
  for (const NewCase& one : batch.cases) {
    const auto& report = one.admission->report();
    source_ids.Add(report.key().source_id());
    source_refs.Add(report.key().source_ref());
    request_ids.Add(one.admission->request_id());
    report_ids.Add(report.key().report_id());
    digests.Add(one.admission->digest());
    case_nos.Add(one.snapshot.case_no());
    receive_times.Add(FromProto(report.receive_time()));
    reports.Add(report.SerializeAsString());
    answers.Add(one.answer.SerializeAsString());
    one.reporter ? reporters.Add(one.reporter->sealed) : reporters.AddNull();
    one.reporter ? key_ids.Add(one.reporter->key_id) : key_ids.AddNull();
    AddOrNull(one.spot, &looked_at);
    cases.Add(one.snapshot);
    AddHistory(one.events, one.snapshot, &events, &feedback);
  }
  return {source_ids,        source_refs,
          request_ids,       report_ids,
          digests,           case_nos,
          receive_times,     reports,
          answers,           reporters,
          cases.versions,    cases.states,
          cases.districts,   cases.categories,
          cases.lead_units,  cases.needs_operators,
          cases.timers,      cases.bodies,
          key_ids,           events.case_nos,
          events.sequences,  events.titles,
          events.states,     events.units,
          events.bodies,     events.hashes,
          feedback.case_nos, feedback.source_ids,
          feedback.bodies,   spots,
          spot_versions,     looked_at,
          cases.spots,       cases.streets,
          cases.lights,      cases.measures};
}

}  // namespace

absl::StatusOr<int64_t> AdmissionStore::NextCaseNumberBlock(
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kNextCaseNoBlock, {}, deadline));
  return rows.Int(0, "block") * 1000;
}

absl::StatusOr<std::vector<Spot>> AdmissionStore::FindSpots(
    const std::vector<std::string>& names, absl::Time since,
    absl::Time deadline) {
  std::vector<Spot> spots;
  if (names.empty()) return spots;
  for (const std::string& name : names) spots.push_back({name, 0, {}});
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectMergeSpots,
                               {db::TextArray(names), since}, deadline));
  for (int row = 0; row < rows.size(); ++row) {
    Spot& spot = spots[static_cast<size_t>(rows.Int(row, "number") - 1)];
    spot.version = rows.Int(row, "version");
    if (rows.IsNull(row, "body")) continue;
    ASSIGN_OR_RETURN(Case c, Parse<Case>(rows, row, "body"));
    spot.cases.push_back(std::move(c));
  }
  return spots;
}

absl::StatusOr<std::vector<bool>> AdmissionStore::Admit(
    const AdmissionBatch& batch, absl::Time deadline) {
  const db::Params params = ParamsOf(batch);
  const bool merges =
      std::any_of(batch.cases.begin(), batch.cases.end(),
                  [](const NewCase& one) { return !one.master.empty(); });
  if (!merges && batch.hook == nullptr) {
    ASSIGN_OR_RETURN(const db::Rows rows,
                     pool_.Query(sql::kAdmitReports, params, deadline));
    return AdmittedOf(batch, rows);
  }
  const absl::Status status = pool_.Transact(
      "admit_and_merge",
      [&](db::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(const db::Rows rows,
                         transaction.Query(sql::kAdmitReports, params));
        // What a merge rests on must be there: its report, its master.
        if (rows.size() < static_cast<int>(batch.cases.size())) {
          return absl::AbortedError("not all of the batch is new");
        }
        if (!batch.masters.empty()) {
          ASSIGN_OR_RETURN(const bool changed,
                           commit_changes_(batch.masters, transaction));
          if (!changed) return absl::AbortedError("a master changed");
        }
        return batch.hook == nullptr ? absl::OkStatus()
                                     : batch.hook(transaction);
      },
      deadline);
  if (!status.ok() && !absl::IsAborted(status)) return status;
  return std::vector<bool>(batch.cases.size(), status.ok());
}

absl::StatusOr<std::vector<std::optional<v1::AdmissionResult>>>
AdmissionStore::FindAdmitted(
    const std::vector<const v1::Admission*>& admissions, absl::Time deadline) {
  db::TextArray source_ids, source_refs, request_ids;
  for (const v1::Admission* admission : admissions) {
    source_ids.Add(admission->report().key().source_id());
    source_refs.Add(admission->report().key().source_ref());
    request_ids.Add(admission->request_id());
  }
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kFindReports, {source_ids, source_refs, request_ids},
                  deadline));
  std::vector<std::optional<v1::AdmissionResult>> results(admissions.size());
  for (int row = 0; row < rows.size(); ++row) {
    const auto at = static_cast<size_t>(rows.Int(row, "number") - 1);
    auto& result = results[at];
    const bool same = rows.Bytes(row, "digest") == admissions[at]->digest();
    const bool by_request = rows.Bool(row, "by_request");
    if (by_request && !same) {
      // Decides, whatever the source_ref says.
      result.emplace().set_request_id_reused(true);
    } else if (!result || (by_request && !result->request_id_reused())) {
      ASSIGN_OR_RETURN(result, Parse<v1::AdmissionResult>(rows, row, "answer"));
      result->set_replayed(true);
      result->set_content_differs(!same);
    }
  }
  return results;
}

}  // namespace wangge::cases
