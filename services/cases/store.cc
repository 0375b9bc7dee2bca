#include "services/cases/store.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "rpc/bytes.h"
#include "services/cases/sql.h"
#include "services/cases/store_params.h"
#include "services/cases/stored.h"

namespace wangge::cases {
namespace {

// Loads and commits that come at the same time share a round trip. A statement
// costs more than the cases in it, so what comes while one is away goes with
// the next. A second lane of commits works while the first one waits for the
// disk.
constexpr int kLoadLanes = 1;
constexpr int kCommitLanes = 2;
constexpr size_t kMaxTogether = 100;
// As many as a large city has open; some 40 MB.
constexpr size_t kMaxRecent = 30000;
// A group's own limit: it serves callers with several deadlines.
constexpr absl::Duration kGroupTime = absl::Seconds(8);

// The same failure for each. Not by braces: a count would become a result.
template <typename Out>
std::vector<absl::StatusOr<Out>> AllOf(size_t count,
                                       const absl::Status& failure) {
  return std::vector<absl::StatusOr<Out>>(count, failure);
}

// True when one of several may be at fault, and the others not.
bool IsOnesFault(const absl::Status& status) {
  return absl::IsAlreadyExists(status) || absl::IsInternal(status);
}

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

const db::Statement& ListStatement(bool open, bool of_unit) {
  if (of_unit) return open ? sql::kListOpenCasesOfUnit : sql::kListCasesOfUnit;
  return open ? sql::kListOpenCases : sql::kListCases;
}

}  // namespace

Change ChangeOf(Case before, Events events) {
  Change change;
  change.expected_version = before.version();
  change.events = std::move(events);
  change.folded = std::move(before);
  ApplyAll(change.events, &change.folded);
  return change;
}

Store::Store(db::Pool* pool)
    : pool_(*pool),
      recent_(kMaxRecent),
      loads_("load_cases", kLoadLanes, kMaxTogether,
             [this](std::vector<CaseQuery> queries) {
               return LoadAll(std::move(queries));
             }),
      commits_("commit_changes", kCommitLanes, kMaxTogether,
               [this](const std::vector<const ChangeGroup*>& groups) {
                 return CommitAll(groups);
               }) {}

absl::StatusOr<int64_t> Store::NextCaseNumberBlock(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kNextCaseNoBlock, {}, deadline));
  return rows.Int(0, "block") * 1000;
}

absl::StatusOr<std::vector<Spot>> Store::LookAtSpots(
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

absl::StatusOr<std::vector<bool>> Store::Admit(const AdmissionBatch& batch,
                                               absl::Time deadline) {
  const db::Params params = AdmitParams(batch);
  const bool merges =
      std::any_of(batch.cases.begin(), batch.cases.end(),
                  [](const NewCase& one) { return !one.master.empty(); });
  if (!merges && batch.companion == nullptr) {
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
          ASSIGN_OR_RETURN(const db::Rows changed,
                           transaction.Query(sql::kCommitChanges,
                                             ChangeParams({&batch.masters})));
          if (changed.empty()) return absl::AbortedError("a master changed");
        }
        return batch.companion == nullptr ? absl::OkStatus()
                                          : batch.companion(transaction);
      },
      deadline);
  if (!status.ok() && !absl::IsAborted(status)) return status;
  return std::vector<bool>(batch.cases.size(), status.ok());
}

absl::StatusOr<std::vector<std::optional<v1::AdmissionResult>>>
Store::FindAdmitted(const std::vector<const v1::Admission*>& admissions,
                    absl::Time deadline) {
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

absl::StatusOr<LoadedCase> Store::Load(const std::string& case_no,
                                       const std::string& caller,
                                       const std::string& request_id) {
  // Shared: the lane may still be inside set_value when the waiter goes on.
  const auto done =
      std::make_shared<std::promise<absl::StatusOr<LoadedCase>>>();
  LoadLater(case_no, caller, request_id,
            [done](absl::StatusOr<LoadedCase> loaded) {
              done->set_value(std::move(loaded));
            });
  return done->get_future().get();
}

void Store::LoadLater(const std::string& case_no, const std::string& caller,
                      const std::string& request_id, LoadDone done) {
  loads_.Add({case_no, caller, request_id}, std::move(done));
}

std::vector<absl::StatusOr<LoadedCase>> Store::LoadAll(
    std::vector<CaseQuery> queries) {
  db::TextArray case_nos, callers, request_ids;
  std::vector<absl::StatusOr<LoadedCase>> results;
  for (const CaseQuery& query : queries) {
    case_nos.Add(query.case_no);
    callers.Add(query.caller);
    request_ids.Add(query.request_id);
    results.emplace_back(errors::NotFound("case", query.case_no));
  }
  const auto rows =
      pool_.Query(sql::kLoadCases, {case_nos, callers, request_ids},
                  absl::Now() + kGroupTime);
  if (!rows.ok()) return AllOf<LoadedCase>(queries.size(), rows.status());
  for (int row = 0; row < rows->size(); ++row) {
    auto& result = results[static_cast<size_t>(rows->Int(row, "number") - 1)];
    auto folded = Parse<Case>(*rows, row, "body");
    if (!folded.ok()) {
      result = folded.status();
      continue;
    }
    LoadedCase loaded{*std::move(folded), std::nullopt};
    if (!rows->IsNull(row, "digest")) {
      loaded.request_digest = rows->Bytes(row, "digest");
    }
    result = std::move(loaded);
  }
  return results;
}

void Store::CommitLater(const ChangeGroup* group, CommitDone done) {
  commits_.Add(group, std::move(done));
}

std::vector<absl::StatusOr<bool>> Store::CommitAll(
    const std::vector<const ChangeGroup*>& groups) {
  // One case comes once in a statement: who comes later tries again.
  absl::flat_hash_set<std::string> taken;
  std::vector<const ChangeGroup*> written(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool free = std::none_of(
        groups[i]->begin(), groups[i]->end(), [&](const Change& change) {
          return taken.contains(change.folded.case_no());
        });
    if (!free) continue;
    for (const Change& change : *groups[i]) {
      taken.insert(change.folded.case_no());
    }
    written[i] = groups[i];
  }
  std::vector<absl::StatusOr<bool>> results(groups.size(), false);
  const auto rows = pool_.Query(sql::kCommitChanges, ChangeParams(written),
                                absl::Now() + kGroupTime);
  if (rows.ok()) {
    for (int row = 0; row < rows->size(); ++row) {
      results[static_cast<size_t>(rows->Int(row, "group_number"))] = true;
    }
    return results;
  }
  if (groups.size() == 1 || !IsOnesFault(rows.status())) {
    return AllOf<bool>(groups.size(), rows.status());
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    results[i] = CommitAll({groups[i]})[0];
  }
  return results;
}

absl::StatusOr<bool> Store::CommitWith(
    const ChangeGroup& group,
    const std::function<absl::Status(db::Transaction&)>& more,
    absl::Time deadline) {
  bool changed = false;
  RETURN_IF_ERROR(pool_.Transact(
      "commit_with",
      [&](db::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(
            const db::Rows rows,
            transaction.Query(sql::kCommitChanges, ChangeParams({&group})));
        changed = !rows.empty();
        return changed ? more(transaction) : absl::OkStatus();
      },
      deadline));
  return changed;
}

absl::StatusOr<Events> Store::Timeline(const std::string& case_no,
                                       absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectTimeline, {case_no}, deadline));
  return ParseAll<CaseEvent>(rows);
}

absl::StatusOr<std::vector<v1::StoredEvent>> Store::StoredEvents(
    const std::string& case_no, std::vector<FeedCursor>* cursors,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectCaseProof, {case_no}, deadline));
  std::vector<v1::StoredEvent> events(static_cast<size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    auto& event = events[static_cast<size_t>(row)];
    event.set_body(rows.Bytes(row, "body"));
    event.set_hash(rows.Bytes(row, "hash"));
    cursors->push_back(CursorOf(rows, row));
  }
  return events;
}

absl::StatusOr<std::vector<Case>> Store::List(
    const v1::ListCasesRequest& filter, const ListPosition& position, int limit,
    absl::Time deadline) {
  db::Params params = {position.before_time,
                       position.before_case_no,
                       static_cast<int64_t>(filter.state()),
                       filter.lead_unit_id(),
                       filter.source_id(),
                       filter.needs_operator(),
                       limit};
  const bool open = filter.open() || filter.light() != 0;
  if (open) params.emplace_back(static_cast<int64_t>(filter.light()));
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(ListStatement(open, !filter.lead_unit_id().empty()), params,
                  deadline));
  return ParseAll<Case>(rows);
}

absl::StatusOr<std::optional<absl::Time>> Store::FirstReceiveTime(
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectFirstReceiveTime, {}, deadline));
  if (rows.empty()) return std::nullopt;
  return rows.TimeOfMicros(0, "receive_micros");
}

absl::StatusOr<DueCases> Store::ClaimDueCases(absl::Time now, int limit,
                                              absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kClaimDueCases, {now, limit}, deadline));
  DueCases due;
  due.seen = rows.size();
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.IsNull(row, "body")) continue;
    ASSIGN_OR_RETURN(Case c, Parse<Case>(rows, row, "body"));
    due.claimed.push_back(std::move(c));
  }
  return due;
}

absl::Status Store::EndTimerLeases(const std::vector<std::string>& case_nos,
                                   absl::Time deadline) {
  return pool_.Query(sql::kEndTimerLeases, {db::TextArray(case_nos)}, deadline)
      .status();
}

absl::StatusOr<absl::Time> Store::Now(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectTime, {}, deadline));
  return rows.TimeOfMicros(0, "micros");
}

absl::StatusOr<std::vector<FeedItem>> Store::EventsAfter(FeedCursor cursor,
                                                         int limit,
                                                         absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectEvents,
                                                    {absl::StrCat(cursor.xid),
                                                     cursor.position, limit},
                                                    deadline));
  std::vector<FeedItem> items;
  v1::FeedEvent around;  // The event itself is stored as it is sent.
  for (int i = 0; i < rows.size(); ++i) {
    FeedItem& item = items.emplace_back();
    item.cursor = CursorOf(rows, i);
    around.set_cursor(item.cursor.ToText());
    around.set_title(rows.Text(i, "title"));
    around.set_state(static_cast<CaseState>(rows.Int(i, "state")));
    around.set_accountable_unit_id(rows.Text(i, "accountable_unit_id"));
    item.bytes = around.SerializeAsString();
    rpc::AppendField(v1::FeedEvent::kEventFieldNumber, rows.Bytes(i, "body"),
                     &item.bytes);
  }
  return items;
}

absl::StatusOr<std::vector<FeedItem>> Store::FeedbackAfter(
    FeedCursor cursor, const std::string& source_id, int limit,
    absl::Time deadline) {
  db::Params params = {absl::StrCat(cursor.xid), cursor.position, limit};
  if (!source_id.empty()) params.emplace_back(source_id);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(source_id.empty() ? sql::kSelectFeedback
                                                 : sql::kSelectFeedbackOfSource,
                               params, deadline));
  std::vector<FeedItem> items;
  for (int i = 0; i < rows.size(); ++i) {
    FeedItem& item = items.emplace_back();
    item.cursor = CursorOf(rows, i);
    item.source_id = rows.Text(i, "source_id");
    item.bytes = rows.Bytes(i, "body");
    rpc::AppendField(v1::Feedback::kCursorFieldNumber, item.cursor.ToText(),
                     &item.bytes);
  }
  return items;
}

absl::StatusOr<FeedCursor> Store::FeedEnd(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectFeedEnd, {}, deadline));
  return FeedCursor{static_cast<uint64_t>(rows.Int(0, "xid")),
                    std::numeric_limits<int64_t>::max()};
}

absl::StatusOr<std::string> Store::Acknowledge(const std::string& source_id,
                                               const std::string& cursor,
                                               absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kAcknowledgeFeedback, {source_id, cursor}, deadline));
  return rows.Text(0, "cursor");
}

absl::StatusOr<std::string> Store::Acknowledged(const std::string& source_id,
                                                absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectFeedbackCursor,
                                                    {source_id}, deadline));
  return rows.empty() ? "" : rows.Text(0, "cursor");
}

}  // namespace wangge::cases
