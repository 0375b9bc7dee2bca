#include "services/cases/change/change_store.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/shared/case_columns.h"
#include "services/cases/shared/stored.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

// A statement costs more than the cases in it, so what comes while one is away
// goes with the next. A second lane of commits works while the first one waits
// for the disk.
constexpr int kLoadLanes = 1;
constexpr int kCommitLanes = 2;
constexpr size_t kMaxGroup = 100;
// How long a group may take, however late its callers' deadlines.
constexpr absl::Duration kMaxGroupTime = absl::Seconds(8);

// The same failure for each. Not by braces: a count would become a result.
template <typename Out>
std::vector<absl::StatusOr<Out>> FailAll(size_t count,
                                         const absl::Status& failure) {
  return std::vector<absl::StatusOr<Out>>(count, failure);
}

// True when one of several may be at fault, and the others not.
bool MayBeFaultOfOne(const absl::Status& status) {
  return absl::IsAlreadyExists(status) || absl::IsInternal(status);
}

// The groups without those that change a case which an earlier one changes: a
// statement takes a case once.
std::vector<const ChangeGroup*> WithoutConflicts(
    const std::vector<const ChangeGroup*>& groups) {
  absl::flat_hash_set<std::string> taken;
  std::vector<const ChangeGroup*> free(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool conflicts = std::any_of(
        groups[i]->begin(), groups[i]->end(), [&](const Change& change) {
          return taken.contains(change.snapshot.case_no());
        });
    if (conflicts) continue;
    for (const Change& change : *groups[i]) {
      taken.insert(change.snapshot.case_no());
    }
    free[i] = groups[i];
  }
  return free;
}

// Groups that are null are left out; the others keep their numbers.
db::Params ChangeParams(const std::vector<const ChangeGroup*>& groups) {
  db::IntArray numbers, sizes, expected;
  db::TextArray case_nos, callers, request_ids;
  db::BytesArray digests;
  CaseColumns cases;
  EventColumns events;
  FeedbackColumns feedback;
  for (size_t number = 0; number < groups.size(); ++number) {
    if (groups[number] == nullptr) continue;
    for (const Change& change : *groups[number]) {
      const Case& c = change.snapshot;
      numbers.Add(static_cast<int64_t>(number));
      sizes.Add(static_cast<int64_t>(groups[number]->size()));
      case_nos.Add(c.case_no());
      expected.Add(change.expected_version);
      callers.Add(change.caller);
      request_ids.Add(change.request_id);
      digests.Add(change.digest);
      cases.Add(c);
      for (size_t i = 0; i < change.events.size(); ++i) {
        // Readers see the case as it is after the whole change.
        events.Add(change.events[i], c, HashOf(change.events, i, c));
        feedback.Add(change.events[i], c);
      }
    }
  }
  return {numbers,
          case_nos,
          expected,
          cases.versions,
          cases.states,
          cases.districts,
          cases.categories,
          cases.lead_units,
          cases.needs_operators,
          cases.timers,
          cases.bodies,
          callers,
          request_ids,
          digests,
          events.case_nos,
          events.sequences,
          events.titles,
          events.states,
          events.units,
          events.bodies,
          events.hashes,
          feedback.case_nos,
          feedback.source_ids,
          feedback.bodies,
          cases.spots,
          cases.streets,
          cases.lights,
          cases.measures,
          sizes};
}

}  // namespace

ChangeStore::ChangeStore(db::Pool* pool)
    : pool_(*pool),
      loads_(
          "load_cases", kLoadLanes, kMaxGroup, kMaxGroupTime,
          [this](const std::vector<CaseQuery>& queries, absl::Time deadline) {
            return LoadAll(queries, deadline);
          }),
      commits_(
          "commit_changes", kCommitLanes, kMaxGroup, kMaxGroupTime,
          [this](const std::vector<const ChangeGroup*>& groups,
                 absl::Time deadline) { return CommitAll(groups, deadline); }) {
}

exec::Task<absl::StatusOr<LoadedCase>> ChangeStore::Load(std::string case_no,
                                                         std::string caller,
                                                         std::string request_id,
                                                         absl::Time deadline) {
  exec::Callback<absl::StatusOr<LoadedCase>> loaded([&](auto done) {
    loads_.Add({std::move(case_no), std::move(caller), std::move(request_id)},
               deadline, std::move(done));
  });
  co_return co_await loaded;
}

std::vector<absl::StatusOr<LoadedCase>> ChangeStore::LoadAll(
    const std::vector<CaseQuery>& queries, absl::Time deadline) {
  db::TextArray case_nos, callers, request_ids;
  std::vector<absl::StatusOr<LoadedCase>> results;
  for (const CaseQuery& query : queries) {
    case_nos.Add(query.case_no);
    callers.Add(query.caller);
    request_ids.Add(query.request_id);
    results.emplace_back(errors::NotFound("case", query.case_no));
  }
  const auto rows =
      pool_.Query(sql::kLoadCases, {case_nos, callers, request_ids}, deadline);
  if (!rows.ok()) return FailAll<LoadedCase>(queries.size(), rows.status());
  for (int row = 0; row < rows->size(); ++row) {
    auto& result = results[static_cast<size_t>(rows->Int(row, "number") - 1)];
    auto snapshot = Parse<Case>(*rows, row, "body");
    if (!snapshot.ok()) {
      result = snapshot.status();
      continue;
    }
    LoadedCase loaded{*std::move(snapshot), std::nullopt};
    if (!rows->IsNull(row, "digest")) {
      loaded.request_digest = rows->Bytes(row, "digest");
    }
    result = std::move(loaded);
  }
  return results;
}

exec::Task<absl::StatusOr<bool>> ChangeStore::Commit(const ChangeGroup& group,
                                                     absl::Time deadline) {
  exec::Callback<absl::StatusOr<bool>> committed(
      [&](auto done) { commits_.Add(&group, deadline, std::move(done)); });
  co_return co_await committed;
}

std::vector<absl::StatusOr<bool>> ChangeStore::CommitAll(
    const std::vector<const ChangeGroup*>& groups, absl::Time deadline) {
  std::vector<absl::StatusOr<bool>> results(groups.size(), false);
  const auto rows = pool_.Query(
      sql::kCommitChanges, ChangeParams(WithoutConflicts(groups)), deadline);
  if (rows.ok()) {
    for (int row = 0; row < rows->size(); ++row) {
      results[static_cast<size_t>(rows->Int(row, "group_number"))] = true;
    }
    return results;
  }
  if (groups.size() == 1 || !MayBeFaultOfOne(rows.status())) {
    return FailAll<bool>(groups.size(), rows.status());
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    results[i] = CommitAll({groups[i]}, deadline)[0];
  }
  return results;
}

absl::StatusOr<bool> ChangeStore::CommitWithin(const ChangeGroup& group,
                                               db::Transaction& transaction) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transaction.Query(sql::kCommitChanges, ChangeParams({&group})));
  return !rows.empty();
}

absl::StatusOr<bool> ChangeStore::CommitWith(const ChangeGroup& group,
                                             const TransactionHook& hook,
                                             absl::Time deadline) {
  bool changed = false;
  RETURN_IF_ERROR(pool_.Transact(
      "commit_with",
      [&](db::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(changed, CommitWithin(group, transaction));
        return changed ? hook(group[0].snapshot, transaction)
                       : absl::OkStatus();
      },
      deadline));
  return changed;
}

absl::StatusOr<DueCases> ChangeStore::ClaimDueCases(absl::Time now, int limit,
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

absl::Status ChangeStore::EndTimerLeases(
    const std::vector<std::string>& case_nos, absl::Time deadline) {
  return pool_.Query(sql::kEndTimerLeases, {db::TextArray(case_nos)}, deadline)
      .status();
}

}  // namespace wangge::cases
