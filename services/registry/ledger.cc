#include "services/registry/ledger.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "city/certificate.h"
#include "errors/errors.h"
#include "log/log.h"

namespace wangge::registry {
namespace {

using v1::ChangeSet;

// Old cities share most of what they are with the current one.
constexpr size_t kMaxPastCities = 8;

template <typename Request>
std::string HashOf(const std::string& author, Request request) {
  request.clear_request_id();
  return Sha256(absl::StrCat(author, "\n", request.GetTypeName(), "\n",
                             request.SerializeAsString()));
}

// Less what is so already.
city::Changes Effective(const city::City& city, const city::Changes& changes) {
  city::RowSet rows = city.rows();
  rows.Apply(changes);
  return city::Difference(city.rows(), rows);
}

// Duty changes need no review of boundaries.
bool IsDutyAlone(const city::Changes& changes) {
  const auto is_shift = [](const std::string& key) {
    return absl::StartsWith(key, "duty_shift/");
  };
  return std::all_of(changes.removals.begin(), changes.removals.end(),
                     is_shift) &&
         std::all_of(
             changes.upserts.begin(), changes.upserts.end(),
             [&](const auto& upsert) { return is_shift(upsert.first); });
}

absl::Status OldBase(int64_t base, int64_t current) {
  return errors::Make(
      absl::StatusCode::kAborted, common::v1::ERROR_REASON_ETAG_MISMATCH,
      absl::StrCat("the change is based on version ", base,
                   ", but the city is at version ", current,
                   ". Look at what differs and propose it anew"),
      {{"resource", "city"}, {"etag", absl::StrCat(current)}});
}

absl::Status WrongState(const ChangeSet& c, const std::string& command,
                        const std::string& why) {
  return errors::Make(absl::StatusCode::kFailedPrecondition,
                      common::v1::ERROR_REASON_WRONG_STATE,
                      absl::StrCat("change set `", c.change_set_id(), "` is ",
                                   ChangeSet::State_Name(c.state()), ", so ",
                                   command, " is not possible: ", why),
                      {{"resource", "change set"}, {"id", c.change_set_id()}});
}

}  // namespace

Ledger::Ledger(Store* store, std::function<void(const CityPtr&)> publish)
    : store_(*store), publish_(std::move(publish)) {}

CityPtr Ledger::Current() const { return current_.load(); }

void Ledger::Adopt(const CityPtr& city) {
  current_.store(city);
  publish_(city);
}

absl::Status Ledger::Refresh(absl::Time deadline) {
  MutexLock lock(&mutex_);
  return RefreshLocked(deadline);
}

absl::Status Ledger::RefreshLocked(absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto newest, store_.GetVersion(0, deadline));
  const CityPtr held = Current();
  if (held != nullptr && held->version().version() == newest.version()) {
    return absl::OkStatus();
  }
  absl::StatusOr<CityPtr> city;
  if (held == nullptr) {
    ASSIGN_OR_RETURN(auto rows, store_.LoadRows(deadline));
    city = city::City::Build(newest, std::move(rows));
  } else {
    ASSIGN_OR_RETURN(const auto changes,
                     store_.LoadChanges(held->version().version(),
                                        newest.version(), deadline));
    city = held->With(newest, changes);
  }
  RETURN_IF_ERROR(city.status());
  if ((*city)->version().content_hash() != newest.content_hash()) {
    return absl::DataLossError(
        absl::StrCat("the stored city has not the content hash of version ",
                     newest.version()));
  }
  Adopt(*city);
  return absl::OkStatus();
}

absl::StatusOr<CityPtr> Ledger::At(int64_t version, absl::Time deadline) {
  const CityPtr current = Current();
  if (current == nullptr) return errors::NotFound("city version", "current");
  if (version == 0 || version == current->version().version()) return current;
  {
    MutexLock lock(&past_mutex_);
    for (const CityPtr& city : past_) {
      if (city->version().version() == version) return city;
    }
  }
  ASSIGN_OR_RETURN(const auto wanted, store_.GetVersion(version, deadline));
  ASSIGN_OR_RETURN(
      const auto changes,
      store_.LoadChanges(current->version().version(), version, deadline));
  ASSIGN_OR_RETURN(const CityPtr city, current->With(wanted, changes));
  if (city->version().content_hash() != wanted.content_hash()) {
    return absl::DataLossError(absl::StrCat(
        "the stored city has not the content hash of version ", version));
  }
  MutexLock lock(&past_mutex_);
  if (past_.size() >= kMaxPastCities) past_.erase(past_.begin());
  past_.push_back(city);
  return city;
}

absl::StatusOr<CityPtr> Ledger::AtTime(absl::Time time, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto version, store_.GetVersionAt(time, deadline));
  return At(version.version(), deadline);
}

absl::StatusOr<CityPtr> Ledger::Next(const city::Changes& changes,
                                     const std::string& author,
                                     const std::string& comment) const {
  const CityPtr current = Current();
  city::CityVersion version;
  version.set_version(current == nullptr ? 1
                                         : current->version().version() + 1);
  *version.mutable_activate_time() = ToProto(absl::Now());
  version.set_author(author);
  version.set_comment(comment);
  return current == nullptr ? city::City::Build(version, changes.upserts)
                            : current->With(version, changes);
}

absl::Status Ledger::Commit(const CityPtr& next, const city::Changes& changes,
                            const Store::Also& also, absl::Time deadline) {
  RETURN_IF_ERROR(store_.Commit(next->version(), changes, also, deadline));
  Adopt(next);
  return absl::OkStatus();
}

absl::StatusOr<v1::ImportCityResponse> Ledger::Import(
    const city::RowMap& rows, const std::string& author,
    const std::string& comment, absl::Time deadline) {
  MutexLock lock(&mutex_);
  const CityPtr current = Current();
  city::Changes changes;
  if (current == nullptr) {
    changes.upserts = rows;
  } else {
    changes = city::Difference(current->rows(), city::RowSet(rows));
  }
  v1::ImportCityResponse response;
  if (current != nullptr && changes.empty()) {
    *response.mutable_version() = current->version();
    return response;
  }
  ASSIGN_OR_RETURN(const CityPtr next, Next(changes, author, comment));
  RETURN_IF_ERROR(Commit(next, changes, nullptr, deadline));
  *response.mutable_version() = next->version();
  const auto changed = std::count_if(
      changes.upserts.begin(), changes.upserts.end(), [&](const auto& upsert) {
        return current != nullptr &&
               current->rows().Find(upsert.first) != nullptr;
      });
  response.set_changed_count(changed);
  response.set_added_count(static_cast<int64_t>(changes.upserts.size()) -
                           changed);
  response.set_removed_count(static_cast<int64_t>(changes.removals.size()));
  return response;
}

absl::StatusOr<ChangeSet> Ledger::Propose(
    const v1::ProposeChangeSetRequest& request, const std::string& author,
    absl::Time deadline) {
  Draft draft;
  draft.request_id = request.request_id();
  draft.request_hash = HashOf(author, request);
  draft.base_version = request.base_version();
  draft.comment = request.comment();
  if (request.has_activate_time())
    draft.activate_time = &request.activate_time();
  draft.changes = city::ChangesOf(request.rows(), request.removed_rows());
  MutexLock lock(&mutex_);
  return ProposeDraft(std::move(draft), author, deadline);
}

absl::StatusOr<ChangeSet> Ledger::ProposeRollback(
    const v1::ProposeRollbackRequest& request, const std::string& author,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const CityPtr target, At(request.to_version(), deadline));
  Draft draft;
  draft.request_id = request.request_id();
  draft.request_hash = HashOf(author, request);
  draft.base_version = request.base_version();
  draft.comment = request.comment();
  if (request.has_activate_time())
    draft.activate_time = &request.activate_time();
  MutexLock lock(&mutex_);
  draft.changes = city::Difference(Current()->rows(), target->rows());
  return ProposeDraft(std::move(draft), author, deadline);
}

absl::StatusOr<ChangeSet> Ledger::ProposeDraft(Draft draft,
                                               const std::string& author,
                                               absl::Time deadline) {
  const auto same =
      [&](const Store::Proposal& known) -> absl::StatusOr<ChangeSet> {
    if (known.request_hash == draft.request_hash) return known.change_set;
    return errors::RequestIdReused(draft.request_id);
  };
  const auto known = store_.GetChangeSet(draft.request_id, deadline);
  if (known.ok()) return same(*known);
  if (!absl::IsNotFound(known.status())) return known.status();
  RETURN_IF_ERROR(RefreshLocked(deadline));
  const CityPtr current = Current();
  if (draft.base_version != current->version().version()) {
    return OldBase(draft.base_version, current->version().version());
  }
  const city::Changes changes = Effective(*current, draft.changes);
  if (changes.empty()) {
    errors::Violations v;
    v.Add("rows", "change nothing: the city is so already");
    return v.ToStatus();
  }
  ASSIGN_OR_RETURN(const CityPtr next, Next(changes, author, draft.comment));

  Store::Proposal proposal;
  proposal.request_id = draft.request_id;
  proposal.request_hash = draft.request_hash;
  ChangeSet& c = proposal.change_set;
  c.set_change_set_id(NewUuid());
  c.set_state(ChangeSet::STATE_PROPOSED);
  c.set_author(author);
  c.set_base_version(draft.base_version);
  c.set_comment(draft.comment);
  if (draft.activate_time != nullptr) {
    *c.mutable_activate_time() = *draft.activate_time;
  }
  *c.mutable_propose_time() = ToProto(absl::Now());
  for (const auto& [key, row] : changes.upserts) *c.add_rows() = *row;
  for (const auto& key : changes.removals) {
    *c.add_removed_rows() = city::ParseKeyText(key);
  }
  c.set_row_count(c.rows_size() + c.removed_rows_size());
  absl::Status added;
  if (IsDutyAlone(changes) && draft.activate_time == nullptr) {
    c.set_state(ChangeSet::STATE_ACTIVATED);
    c.set_version(next->version().version());
    added = Commit(
        next, changes,
        [&](db::Transaction& transaction) {
          return Store::AddChangeSet(proposal, transaction);
        },
        deadline);
  } else {
    added = store_.AddChangeSet(proposal, deadline);
  }
  if (absl::IsAlreadyExists(added) || absl::IsAborted(added)) {
    // Ours when a broken connection hid that it was written.
    const auto written = store_.GetChangeSet(draft.request_id, deadline);
    return written.ok() ? same(*written) : added;
  }
  RETURN_IF_ERROR(added);
  const absl::Time now = absl::Now();
  for (auto& fault : city::NewFaults(city::Certify(*current, now),
                                     city::Certify(*next, now))) {
    *c.add_new_faults() = std::move(fault);
  }
  return c;
}

absl::Status Ledger::CheckBase(const ChangeSet& change_set,
                               absl::Time deadline) {
  const int64_t current = Current()->version().version();
  if (change_set.base_version() == current) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const auto since,
      store_.LoadChanges(change_set.base_version(), current, deadline));
  const std::set<std::string> removed(since.removals.begin(),
                                      since.removals.end());
  const city::Changes own =
      city::ChangesOf(change_set.rows(), change_set.removed_rows());
  const auto moved = [&](const std::string& key) {
    return since.upserts.contains(key) || removed.contains(key);
  };
  const bool clash =
      std::any_of(own.removals.begin(), own.removals.end(), moved) ||
      std::any_of(own.upserts.begin(), own.upserts.end(),
                  [&](const auto& upsert) { return moved(upsert.first); });
  return clash ? OldBase(change_set.base_version(), current) : absl::OkStatus();
}

absl::StatusOr<ChangeSet> Ledger::Activate(ChangeSet change_set,
                                           ChangeSet::State from,
                                           absl::Time deadline) {
  RETURN_IF_ERROR(CheckBase(change_set, deadline));
  const city::Changes changes =
      city::ChangesOf(change_set.rows(), change_set.removed_rows());
  ASSIGN_OR_RETURN(const CityPtr next,
                   Next(changes, change_set.author(), change_set.comment()));
  change_set.set_state(ChangeSet::STATE_ACTIVATED);
  change_set.set_version(next->version().version());
  RETURN_IF_ERROR(Commit(
      next, changes,
      [&](db::Transaction& transaction) {
        return Store::DecideChangeSet(change_set, from, transaction);
      },
      deadline));
  return change_set;
}

absl::StatusOr<ChangeSet> Ledger::Approve(const std::string& change_set_id,
                                          const std::string& approver,
                                          absl::Time deadline) {
  MutexLock lock(&mutex_);
  RETURN_IF_ERROR(RefreshLocked(deadline));
  ASSIGN_OR_RETURN(const auto proposal,
                   store_.GetChangeSet(change_set_id, deadline));
  ChangeSet c = proposal.change_set;
  const bool approved = c.state() == ChangeSet::STATE_APPROVED ||
                        c.state() == ChangeSet::STATE_ACTIVATED;
  if (approved && c.decider() == approver) return c;
  if (c.state() != ChangeSet::STATE_PROPOSED) {
    return WrongState(c, "approval",
                      absl::StrCat("decided by `", c.decider(), "`"));
  }
  if (c.author() == approver) {
    return WrongState(c, "approval by its author",
                      "another person must look at it");
  }
  c.set_decider(approver);
  *c.mutable_decide_time() = ToProto(absl::Now());
  const bool later =
      c.has_activate_time() && FromProto(c.activate_time()) > absl::Now();
  absl::Status decided;
  if (later) {
    RETURN_IF_ERROR(CheckBase(c, deadline));
    c.set_state(ChangeSet::STATE_APPROVED);
    decided = store_.DecideChangeSet(c, ChangeSet::STATE_PROPOSED, deadline);
  } else {
    auto activated = Activate(c, ChangeSet::STATE_PROPOSED, deadline);
    if (activated.ok()) return activated;
    decided = activated.status();
  }
  if (absl::IsAborted(decided)) {
    // Ours when a broken connection hid that it was written.
    const auto now = store_.GetChangeSet(change_set_id, deadline);
    if (now.ok() && now->change_set.decider() == approver) {
      return now->change_set;
    }
  }
  RETURN_IF_ERROR(decided);
  return c;
}

absl::StatusOr<ChangeSet> Ledger::Reject(const std::string& change_set_id,
                                         const std::string& decider,
                                         const std::string& reason,
                                         absl::Time deadline) {
  MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const auto proposal,
                   store_.GetChangeSet(change_set_id, deadline));
  ChangeSet c = proposal.change_set;
  if (c.state() == ChangeSet::STATE_REJECTED && c.decider() == decider) {
    return c;
  }
  // What was approved may still be stopped before its time.
  const ChangeSet::State from = c.state();
  if (from != ChangeSet::STATE_PROPOSED && from != ChangeSet::STATE_APPROVED) {
    return WrongState(c, "rejection",
                      absl::StrCat("decided by `", c.decider(), "`"));
  }
  c.set_state(ChangeSet::STATE_REJECTED);
  c.set_decider(decider);
  c.set_reason(reason);
  *c.mutable_decide_time() = ToProto(absl::Now());
  RETURN_IF_ERROR(store_.DecideChangeSet(c, from, deadline));
  return c;
}

void Ledger::ActivateDue(absl::Time deadline) {
  const auto due = store_.ListDueChangeSets(absl::Now(), deadline);
  if (!due.ok()) return;  // Logged by the pool; tried again soon.
  for (const ChangeSet& change_set : *due) {
    MutexLock lock(&mutex_);
    if (!RefreshLocked(deadline).ok()) return;
    absl::Status status = CheckBase(change_set, deadline);
    const bool clash = absl::IsAborted(status);
    if (status.ok()) {
      status =
          Activate(change_set, ChangeSet::STATE_APPROVED, deadline).status();
    }
    // Anything but a clash and faults of the city passes: tried again soon.
    if (!clash && !absl::IsFailedPrecondition(status)) continue;
    ChangeSet failed = change_set;
    failed.set_state(ChangeSet::STATE_FAILED);
    failed.set_reason(std::string(status.message()));
    log::Warning("change set no longer fits",
                 {{"change_set_id", failed.change_set_id()},
                  {"cause", failed.reason()}});
    // Nothing is lost when another replica was faster.
    store_.DecideChangeSet(failed, ChangeSet::STATE_APPROVED, deadline)
        .IgnoreError();
  }
}

}  // namespace wangge::registry
