// The city over time: what is current, what was, and the one way it changes.
//
// Every change, be it an import, a change set or a rollback, is a difference to
// the current city: the next city is made from it and checked whole, then
// stored as the next version in one transaction, then published.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "city/city.h"
#include "services/registry/store.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::registry {

using CityPtr = std::shared_ptr<const city::City>;

// Thread-safe. Calls block on the database.
class Ledger {
 public:
  // `publish` is called with every city that becomes current, in order.
  Ledger(Store* store, std::function<void(const CityPtr&)> publish);

  // Null before the first city.
  CityPtr Current() const;
  // Takes up what other replicas have made of the city. NOT_FOUND before the
  // first import.
  absl::Status Refresh(absl::Time deadline);

  // A version, the current one for 0. NOT_FOUND.
  absl::StatusOr<CityPtr> At(int64_t version, absl::Time deadline);
  // The city that was current at a time. NOT_FOUND before the first.
  absl::StatusOr<CityPtr> AtTime(absl::Time time, absl::Time deadline);

  // Replaces the city by `rows`; no version when nothing differs. Errors as
  // RegistryService says.
  absl::StatusOr<v1::ImportCityResponse> Import(const city::RowMap& rows,
                                                const std::string& author,
                                                const std::string& comment,
                                                absl::Time deadline);

  absl::StatusOr<v1::ChangeSet> Propose(const v1::ProposeChangeSetRequest& r,
                                        const std::string& author,
                                        absl::Time deadline);
  absl::StatusOr<v1::ChangeSet> ProposeRollback(
      const v1::ProposeRollbackRequest& request, const std::string& author,
      absl::Time deadline);
  absl::StatusOr<v1::ChangeSet> Approve(const std::string& change_set_id,
                                        const std::string& approver,
                                        absl::Time deadline);
  absl::StatusOr<v1::ChangeSet> Reject(const std::string& change_set_id,
                                       const std::string& decider,
                                       const std::string& reason,
                                       absl::Time deadline);
  // Activates approved change sets whose time has come.
  void ActivateDue(absl::Time deadline);

 private:
  // What a proposal is made of, whatever its request.
  struct Draft {
    std::string request_id;
    std::string request_hash;
    int64_t base_version = 0;
    std::string comment;
    const google::protobuf::Timestamp* activate_time = nullptr;
    city::Changes changes;
  };

  absl::Status RefreshLocked(absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The next city, not stored yet. FAILED_PRECONDITION names the faults.
  absl::StatusOr<CityPtr> Next(const city::Changes& changes,
                               const std::string& author,
                               const std::string& comment) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Stores and publishes the next city.
  absl::Status Commit(const CityPtr& next, const city::Changes& changes,
                      const Store::Also& also, absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::ChangeSet> ProposeDraft(Draft draft,
                                             const std::string& author,
                                             absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes a version of a change set that is in state `from`.
  absl::StatusOr<v1::ChangeSet> Activate(v1::ChangeSet change_set,
                                         v1::ChangeSet::State from,
                                         absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // ABORTED when a row of the change set changed after its base version.
  absl::Status CheckBase(const v1::ChangeSet& change_set, absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Adopt(const CityPtr& city) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  const std::function<void(const CityPtr&)> publish_;
  std::atomic<CityPtr> current_;
  Mutex mutex_;  // One change at a time in this process.
  Mutex past_mutex_;
  std::vector<CityPtr> past_ ABSL_GUARDED_BY(past_mutex_);  // Last asked last.
};

}  // namespace wangge::registry
