// The registry's tables: the city, its versions and the changes that are
// proposed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "city/city.h"
#include "db/pool.h"

namespace wangge::registry {

// Thread-safe.
class Store {
 public:
  explicit Store(db::Pool* pool) : pool_(*pool) {}

  // What else is to be written with a version, in its transaction.
  using Also = std::function<absl::Status(db::Transaction&)>;

  // A version, the newest one for 0. NOT_FOUND when there is none.
  absl::StatusOr<city::CityVersion> GetVersion(int64_t version,
                                               absl::Time deadline);
  // The version that was current at a time. NOT_FOUND before the first.
  absl::StatusOr<city::CityVersion> GetVersionAt(absl::Time time,
                                                 absl::Time deadline);
  // Versions below `before`, newest first.
  absl::StatusOr<std::vector<city::CityVersion>> ListVersions(
      int64_t before, int limit, absl::Time deadline);
  // The rows of the newest version.
  absl::StatusOr<city::RowMap> LoadRows(absl::Time deadline);
  // What leads from one version to another, whichever is later.
  absl::StatusOr<city::Changes> LoadChanges(int64_t from, int64_t to,
                                            absl::Time deadline);
  // Writes `version`, the successor of the newest one, in one transaction with
  // what `also` writes. ABORTED when another version came first.
  absl::Status Commit(const city::CityVersion& version,
                      const city::Changes& changes, const Also& also,
                      absl::Time deadline);

  // A row with the numbers of the first version with it and the first without
  // it, 0 while it holds.
  struct RowSpan {
    city::CityRow row;
    int64_t from_version = 0;
    int64_t to_version = 0;
  };
  // Newest first; empty when there never was such a row.
  absl::StatusOr<std::vector<RowSpan>> LoadRowHistory(
      const city::CityRowKey& key, absl::Time deadline);

  // A change set with what makes its proposal unique.
  struct Proposal {
    v1::ChangeSet change_set;
    std::string request_id;
    std::string request_hash;
  };
  // By change_set_id or request_id. NOT_FOUND.
  absl::StatusOr<Proposal> GetChangeSet(const std::string& id,
                                        absl::Time deadline);
  // After the one proposed at `time` with `id`, without rows.
  absl::StatusOr<std::vector<v1::ChangeSet>> ListChangeSets(
      v1::ChangeSet::State state, absl::Time time, const std::string& id,
      int limit, absl::Time deadline);
  // Approved ones whose time has come, in order of it.
  absl::StatusOr<std::vector<v1::ChangeSet>> ListDueChangeSets(
      absl::Time now, absl::Time deadline);
  // ALREADY_EXISTS when the request_id was used.
  absl::Status AddChangeSet(const Proposal& proposal, absl::Time deadline);
  static absl::Status AddChangeSet(const Proposal& proposal,
                                   db::Transaction& transaction);
  // Brings a change set from a state to the one it says, with decider, time,
  // reason and version. ABORTED when it was decided meanwhile.
  absl::Status DecideChangeSet(const v1::ChangeSet& change_set,
                               v1::ChangeSet::State from, absl::Time deadline);
  static absl::Status DecideChangeSet(const v1::ChangeSet& change_set,
                                      v1::ChangeSet::State from,
                                      db::Transaction& transaction);

  absl::Status AddCertificate(const v1::CityCertificate& certificate,
                              absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::registry
