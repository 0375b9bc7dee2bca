// What admission reads and writes: reports, the cases that they open, and the
// places where duplicates are looked for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/cases/shared/change.h"
#include "services/cases/shared/sealed_reporter.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// A report ready to be written: with the case and the events that it opens.
struct NewCase {
  // report.key.report_id is set. The caller's, who waits for the store.
  const v1::Admission* admission = nullptr;
  Case snapshot;
  Events events;
  v1::AdmissionResult answer;
  std::string spot;    // Where duplicates are looked for; may be empty.
  std::string master;  // The case that it is merged into; empty: none.
  std::optional<SealedReporter> reporter;  // Absent when nobody said.
};

// A spot where duplicates are looked for, as it was read.
struct Spot {
  std::string name;
  int64_t version = 0;
  std::vector<Case> cases;  // The newest that take duplicates.
};

// Statements that belong to an admission; ABORTED undoes it.
using AdmissionHook = std::function<absl::Status(db::Transaction& transaction)>;

// Reports to be admitted in one transaction with what it rests on.
struct AdmissionBatch {
  std::vector<NewCase> cases;
  std::vector<Spot> spots;  // All that the cases name.
  ChangeGroup masters;      // As the merges leave those there were before.
  AdmissionHook hook;       // May be null.
};

// Thread-safe.
class AdmissionStore {
 public:
  // Writes changes of cases as a part of a transaction; false when one has
  // another version by now.
  using CommitChanges = std::function<absl::StatusOr<bool>(
      const ChangeGroup& group, db::Transaction& transaction)>;

  AdmissionStore(db::Pool* pool, CommitChanges commit_changes)
      : pool_(*pool), commit_changes_(std::move(commit_changes)) {}

  // The first of 1,000 serial numbers that nobody else gets.
  absl::StatusOr<int64_t> NextCaseNumberBlock(absl::Time deadline);

  // The spots with the cases there that were received after `since`, in the
  // order of their names.
  absl::StatusOr<std::vector<Spot>> FindSpots(
      const std::vector<std::string>& names, absl::Time since,
      absl::Time deadline);
  // Admits what is new at spots that are still as they were read. Says of each
  // whether it was; of a merged one also its master was changed. All or nothing
  // when there are merges or a hook.
  absl::StatusOr<std::vector<bool>> Admit(const AdmissionBatch& batch,
                                          absl::Time deadline);
  // The answers to those of the reports that were admitted before, by
  // source_ref or by request_id; absent for the others.
  absl::StatusOr<std::vector<std::optional<v1::AdmissionResult>>> FindAdmitted(
      const std::vector<const v1::Admission*>& admissions, absl::Time deadline);

 private:
  db::Pool& pool_;
  const CommitChanges commit_changes_;
};

}  // namespace wangge::cases
