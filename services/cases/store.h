// The tables of cases. Every write is one statement, one round trip.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "db/pool.h"
#include "exec/batcher.h"
#include "services/cases/admission/spot_gate.h"
#include "services/cases/change/recent_cases.h"
#include "services/cases/domain/decide.h"
#include "services/cases/feed/feed_cursor.h"
#include "services/cases/privacy/personal.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// A report ready to be written: with the case and the events that it opens.
struct NewCase {
  // report.key.report_id is set. The caller's, who waits for the store.
  const v1::Admission* admission = nullptr;
  Case folded;
  Events events;
  v1::AdmissionResult answer;
  std::string spot;    // Where duplicates are looked for; may be empty.
  std::string master;  // The case that it is merged into; empty: none.
  std::optional<SealedReporter> reporter;  // Absent when nobody said.
};

// A change of one case, as decided.
struct Change {
  int64_t expected_version = 0;
  Case folded;
  Events events;
  std::string caller;      // With request_id: what a repeat is recognised by.
  std::string request_id;  // Empty for timers.
  std::string digest;
};

// The change of a case as it was loaded by events that were decided for it.
Change ChangeOf(Case before, Events events);

// Changes that are written together or not at all; each of another case.
using ChangeGroup = std::vector<Change>;

// A merge spot as it was looked at.
struct Spot {
  std::string name;
  int64_t version = 0;
  std::vector<Case> cases;  // The newest that take duplicates.
};

// Statements that belong to an admission; ABORTED undoes it.
using AdmissionCompanion =
    std::function<absl::Status(db::Transaction& transaction)>;

// Reports to be admitted in one transaction with what it rests on.
struct AdmissionBatch {
  std::vector<NewCase> cases;
  std::vector<Spot> spots;       // All that the cases name.
  ChangeGroup masters;           // As the merges leave those there were before.
  AdmissionCompanion companion;  // May be null.
};

// A place in a list, newest first: what comes after it is older.
struct ListPosition {
  absl::Time before_time;
  std::string before_case_no;
};
inline ListPosition PositionOf(const Case& c) {
  return {FromProto(c.receive_time()), c.case_no()};
}

// A case as loaded, with what is known of the request that wants to change it.
struct LoadedCase {
  Case folded;
  std::optional<std::string> request_digest;  // Set when it was used before.
};

// An item of a feed with its position: a FeedEvent or a Feedback in the form in
// which it goes over the wire. It is read, handed round and not looked into.
struct FeedItem {
  FeedCursor cursor;
  std::string source_id;  // Feedback only.
  std::string bytes;
};

// Cases with timers that are due.
struct DueCases {
  int seen = 0;  // Also those that another process claimed.
  std::vector<Case> claimed;
};

// Thread-safe.
class Store {
 public:
  explicit Store(db::Pool* pool);

  // The first of 1,000 serial numbers that nobody else gets.
  absl::StatusOr<int64_t> NextCaseNumberBlock(absl::Time deadline);

  // Who admits holds the gate from LookAtSpots to Admit.
  SpotGate& spot_gate() { return spot_gate_; }
  // The spots with the cases there that were received after `since`, in the
  // order of their names.
  absl::StatusOr<std::vector<Spot>> LookAtSpots(
      const std::vector<std::string>& names, absl::Time since,
      absl::Time deadline);
  // Admits what is new at spots that are still as they were looked at. Says of
  // each whether it was; of a merged one also its master was changed. All or
  // nothing when there are merges or a companion.
  absl::StatusOr<std::vector<bool>> Admit(const AdmissionBatch& batch,
                                          absl::Time deadline);
  // The answers to those of the reports that were admitted before, by
  // source_ref or by request_id; absent for the others.
  absl::StatusOr<std::vector<std::optional<v1::AdmissionResult>>> FindAdmitted(
      const std::vector<const v1::Admission*>& admissions, absl::Time deadline);

  // NOT_FOUND when there is no such case. Those that come at the same time are
  // read in one round trip.
  absl::StatusOr<LoadedCase> Load(const std::string& case_no,
                                  const std::string& caller,
                                  const std::string& request_id);
  // What changes of single cases have seen last.
  RecentCases& recent() { return recent_; }
  // Load without waiting; `done` is called on the store's thread and must
  // not block.
  using LoadDone = std::function<void(absl::StatusOr<LoadedCase>)>;
  void LoadLater(const std::string& case_no, const std::string& caller,
                 const std::string& request_id, LoadDone done);
  // False when a case has another version by now, or the request was carried
  // out before; then nothing was written.
  // Groups that come at the same time are written in one transaction. Answers
  // as LoadLater does; the group must live until then.
  using CommitDone = std::function<void(absl::StatusOr<bool>)>;
  void CommitLater(const ChangeGroup* group, CommitDone done);
  // The same for several, in one transaction, at once: an answer for each.
  std::vector<absl::StatusOr<bool>> CommitAll(
      const std::vector<const ChangeGroup*>& groups);
  // The same, with statements that belong to the change: nothing is written
  // unless `more` returns OK.
  absl::StatusOr<bool> CommitWith(
      const ChangeGroup& group,
      const std::function<absl::Status(db::Transaction&)>& more,
      absl::Time deadline);

  absl::StatusOr<Events> Timeline(const std::string& case_no,
                                  absl::Time deadline);
  // Events as they are stored, with their places in the feed; empty when there
  // is no such case.
  absl::StatusOr<std::vector<v1::StoredEvent>> StoredEvents(
      const std::string& case_no, std::vector<FeedCursor>* cursors,
      absl::Time deadline);
  // Cases after a place, newest first; by anything but text and place.
  absl::StatusOr<std::vector<Case>> List(const v1::ListCasesRequest& filter,
                                         const ListPosition& position,
                                         int limit, absl::Time deadline);
  // When the oldest case was received; absent when there is none.
  absl::StatusOr<std::optional<absl::Time>> FirstReceiveTime(
      absl::Time deadline);

  // Cases with a timer that is due, which nobody else gets for 10 seconds or
  // until EndTimerLeases.
  absl::StatusOr<DueCases> ClaimDueCases(absl::Time now, int limit,
                                         absl::Time deadline);
  absl::Status EndTimerLeases(const std::vector<std::string>& case_nos,
                              absl::Time deadline);
  // The time of all that share the database.
  absl::StatusOr<absl::Time> Now(absl::Time deadline);

  absl::StatusOr<std::vector<FeedItem>> EventsAfter(FeedCursor cursor,
                                                    int limit,
                                                    absl::Time deadline);
  // Of all sources when `source_id` is empty.
  absl::StatusOr<std::vector<FeedItem>> FeedbackAfter(
      FeedCursor cursor, const std::string& source_id, int limit,
      absl::Time deadline);
  // The position that every later item comes after.
  absl::StatusOr<FeedCursor> FeedEnd(absl::Time deadline);
  absl::StatusOr<std::string> Acknowledge(const std::string& source_id,
                                          const std::string& cursor,
                                          absl::Time deadline);
  // Empty when nothing was acknowledged yet.
  absl::StatusOr<std::string> Acknowledged(const std::string& source_id,
                                           absl::Time deadline);

 private:
  struct CaseQuery {
    std::string case_no, caller, request_id;
  };

  std::vector<absl::StatusOr<LoadedCase>> LoadAll(
      std::vector<CaseQuery> queries);

  db::Pool& pool_;
  SpotGate spot_gate_;
  RecentCases recent_;
  exec::Batcher<CaseQuery, LoadedCase> loads_;
  exec::Batcher<const ChangeGroup*, bool> commits_;
};

}  // namespace wangge::cases
