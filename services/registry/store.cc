#include "services/registry/store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/registry/sql.h"

namespace wangge::registry {
namespace {

using city::Changes;
using city::CityRow;
using city::CityRowKey;
using city::CityVersion;
using city::RowMap;
using v1::ChangeSet;

// Rows per statement: large enough to hide the round trip, small enough for the
// statement timeout.
constexpr size_t kChunk = 5000;

absl::Status Aborted(int64_t version) {
  return errors::EtagMismatch("city", "city", absl::StrCat(version - 1));
}

// Runs `statement` for chunks of keys (and bodies, when it takes them).
class ChunkWriter {
 public:
  ChunkWriter(db::Transaction* transaction, const db::Statement& statement,
              int64_t version, bool with_bodies)
      : transaction_(*transaction),
        statement_(statement),
        version_(version),
        with_bodies_(with_bodies) {}

  absl::Status Add(const CityRowKey& key, const std::string& body) {
    kinds_.Add(key.kind());
    ids_.Add(key.id());
    if (with_bodies_) bodies_.Add(body);
    return ++count_ % kChunk == 0 ? Flush() : absl::OkStatus();
  }

  absl::Status Flush() {
    db::Params params = {version_, std::exchange(kinds_, {}),
                         std::exchange(ids_, {})};
    if (with_bodies_) params.emplace_back(std::exchange(bodies_, {}));
    return transaction_.Query(statement_, params).status();
  }

 private:
  db::Transaction& transaction_;
  const db::Statement& statement_;
  const int64_t version_;
  const bool with_bodies_;
  size_t count_ = 0;
  db::TextArray kinds_;
  db::TextArray ids_;
  db::BytesArray bodies_;
};

absl::Status WriteVersion(db::Transaction& transaction,
                          const CityVersion& version, const Changes& changes) {
  const int64_t number = version.version();
  ASSIGN_OR_RETURN(
      const db::Rows inserted,
      transaction.Query(
          sql::kInsertVersion,
          {number, FromProto(version.activate_time()), version.author(),
           version.comment(), version.content_hash(), version.row_count()}));
  if (inserted.empty()) return Aborted(number);
  ChunkWriter close(&transaction, sql::kCloseRows, number, false);
  ChunkWriter insert(&transaction, sql::kInsertRows, number, true);
  for (const auto& key : changes.removals) {
    RETURN_IF_ERROR(close.Add(city::ParseKeyText(key), ""));
  }
  for (const auto& [text, row] : changes.upserts) {
    RETURN_IF_ERROR(close.Add(city::KeyOf(*row), ""));
  }
  RETURN_IF_ERROR(close.Flush());
  for (const auto& [text, row] : changes.upserts) {
    RETURN_IF_ERROR(insert.Add(city::KeyOf(*row), row->SerializeAsString()));
  }
  return insert.Flush();
}

CityVersion ReadVersion(const db::Rows& rows, int i) {
  CityVersion version;
  version.set_version(rows.Int(i, "version"));
  *version.mutable_activate_time() =
      ToProto(rows.TimeOfMicros(i, "activate_micros"));
  version.set_author(rows.Text(i, "author"));
  version.set_comment(rows.Text(i, "comment"));
  version.set_content_hash(rows.Text(i, "content_hash"));
  version.set_row_count(rows.Int(i, "row_count"));
  return version;
}

absl::StatusOr<ChangeSet> ReadChangeSet(const db::Rows& rows, int i) {
  ChangeSet change_set;  // The body holds rows and keys alone.
  if (!change_set.ParseFromString(rows.Bytes(i, "body"))) {
    return absl::DataLossError("a stored change set cannot be read");
  }
  change_set.set_change_set_id(rows.Text(i, "change_set_id"));
  change_set.set_state(static_cast<ChangeSet::State>(rows.Int(i, "state")));
  change_set.set_author(rows.Text(i, "author"));
  change_set.set_decider(rows.Text(i, "decider"));
  change_set.set_base_version(rows.Int(i, "base_version"));
  change_set.set_version(rows.Int(i, "version"));
  change_set.set_comment(rows.Text(i, "comment"));
  change_set.set_reason(rows.Text(i, "reason"));
  change_set.set_row_count(rows.Int(i, "row_count"));
  *change_set.mutable_propose_time() =
      ToProto(rows.TimeOfMicros(i, "propose_micros"));
  if (rows.Bool(i, "has_time")) {
    *change_set.mutable_activate_time() =
        ToProto(rows.TimeOfMicros(i, "activate_micros"));
  }
  if (rows.Bool(i, "decided")) {
    *change_set.mutable_decide_time() =
        ToProto(rows.TimeOfMicros(i, "decide_micros"));
  }
  return change_set;
}

absl::StatusOr<std::vector<ChangeSet>> ReadChangeSets(const db::Rows& rows) {
  std::vector<ChangeSet> change_sets;
  for (int i = 0; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(ChangeSet change_set, ReadChangeSet(rows, i));
    change_sets.push_back(std::move(change_set));
  }
  return change_sets;
}

db::Params InsertionOf(const Store::Proposal& proposal) {
  const ChangeSet& c = proposal.change_set;
  ChangeSet body;
  *body.mutable_rows() = c.rows();
  *body.mutable_removed_rows() = c.removed_rows();
  return {c.change_set_id(),
          proposal.request_id,
          db::Param::Bytes(proposal.request_hash),
          static_cast<int64_t>(c.state()),
          c.author(),
          c.base_version(),
          c.version(),
          c.comment(),
          c.has_activate_time() ? db::Param(FromProto(c.activate_time()))
                                : db::Param(std::nullopt),
          FromProto(c.propose_time()),
          c.row_count(),
          db::Param::Bytes(body.SerializeAsString())};
}

db::Params DecisionOf(const ChangeSet& c, ChangeSet::State from) {
  return {c.change_set_id(),
          static_cast<int64_t>(from),
          static_cast<int64_t>(c.state()),
          c.decider(),
          FromProto(c.decide_time()),
          c.reason(),
          c.version()};
}

absl::Status CheckDecided(const db::Rows& rows, const ChangeSet& c) {
  return rows.empty()
             ? errors::EtagMismatch("change set", c.change_set_id(), "")
             : absl::OkStatus();
}

}  // namespace

absl::StatusOr<CityVersion> Store::GetVersion(int64_t version,
                                              absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectVersion, {version}, deadline));
  if (rows.empty()) {
    return errors::NotFound("city version",
                            version == 0 ? "current" : absl::StrCat(version));
  }
  return ReadVersion(rows, 0);
}

absl::StatusOr<CityVersion> Store::GetVersionAt(absl::Time time,
                                                absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectVersionAt, {time}, deadline));
  if (rows.empty()) return errors::NotFound("city version", FormatUtc(time));
  return ReadVersion(rows, 0);
}

absl::StatusOr<std::vector<CityVersion>> Store::ListVersions(
    int64_t before, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectVersions,
                                                    {before, limit}, deadline));
  std::vector<CityVersion> versions;
  for (int i = 0; i < rows.size(); ++i)
    versions.push_back(ReadVersion(rows, i));
  return versions;
}

absl::StatusOr<RowMap> Store::LoadRows(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectCurrentRows, {}, deadline));
  RowMap map;
  for (int i = 0; i < rows.size(); ++i) {
    auto row = std::make_shared<CityRow>();
    if (!row->ParseFromString(rows.Bytes(i, "body"))) {
      return absl::DataLossError("a stored row of the city cannot be read");
    }
    map[city::KeyText(city::KeyOf(*row))] = std::move(row);
  }
  return map;
}

absl::StatusOr<Changes> Store::LoadChanges(int64_t from, int64_t to,
                                           absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectChanges, {from, to}, deadline));
  Changes changes;
  for (int i = 0; i < rows.size(); ++i) {
    if (rows.IsNull(i, "body")) {
      changes.removals.push_back(
          absl::StrCat(rows.Text(i, "kind"), "/", rows.Text(i, "id")));
      continue;
    }
    auto row = std::make_shared<CityRow>();
    if (!row->ParseFromString(rows.Bytes(i, "body"))) {
      return absl::DataLossError("a stored row of the city cannot be read");
    }
    changes.upserts[city::KeyText(city::KeyOf(*row))] = std::move(row);
  }
  return changes;
}

absl::Status Store::Commit(const CityVersion& version, const Changes& changes,
                           const Also& also, absl::Time deadline) {
  const absl::Status status = pool_.Transact(
      "commit_city",
      [&](db::Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(WriteVersion(transaction, version, changes));
        return also ? also(transaction) : absl::OkStatus();
      },
      deadline);
  return absl::IsAlreadyExists(status) ? Aborted(version.version()) : status;
}

absl::StatusOr<std::vector<Store::RowSpan>> Store::LoadRowHistory(
    const CityRowKey& key, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectRowHistory, {key.kind(), key.id()}, deadline));
  std::vector<RowSpan> spans;
  for (int i = 0; i < rows.size(); ++i) {
    RowSpan& span = spans.emplace_back();
    if (!span.row.ParseFromString(rows.Bytes(i, "body"))) {
      return absl::DataLossError("a stored row of the city cannot be read");
    }
    span.from_version = rows.Int(i, "from_version");
    span.to_version = rows.Int(i, "to_version");
  }
  return spans;
}

absl::StatusOr<Store::Proposal> Store::GetChangeSet(const std::string& id,
                                                    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectChangeSet, {id}, deadline));
  if (rows.empty()) return errors::NotFound("change set", id);
  Proposal proposal;
  ASSIGN_OR_RETURN(proposal.change_set, ReadChangeSet(rows, 0));
  proposal.request_hash = rows.Bytes(0, "request_hash");
  return proposal;
}

absl::StatusOr<std::vector<ChangeSet>> Store::ListChangeSets(
    ChangeSet::State state, absl::Time time, const std::string& id, int limit,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectChangeSets,
                  {static_cast<int64_t>(state), time, id, limit}, deadline));
  ASSIGN_OR_RETURN(auto change_sets, ReadChangeSets(rows));
  for (ChangeSet& change_set : change_sets) {
    change_set.clear_rows();
    change_set.clear_removed_rows();
  }
  return change_sets;
}

absl::StatusOr<std::vector<ChangeSet>> Store::ListDueChangeSets(
    absl::Time now, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectDueChangeSets, {now}, deadline));
  return ReadChangeSets(rows);
}

absl::Status Store::AddChangeSet(const Proposal& proposal,
                                 absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kInsertChangeSet, InsertionOf(proposal), deadline));
  return rows.empty() ? absl::AlreadyExistsError(proposal.request_id)
                      : absl::OkStatus();
}

absl::Status Store::AddChangeSet(const Proposal& proposal,
                                 db::Transaction& transaction) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transaction.Query(sql::kInsertChangeSet, InsertionOf(proposal)));
  return rows.empty() ? absl::AlreadyExistsError(proposal.request_id)
                      : absl::OkStatus();
}

absl::Status Store::DecideChangeSet(const ChangeSet& change_set,
                                    ChangeSet::State from,
                                    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kDecideChangeSet,
                               DecisionOf(change_set, from), deadline));
  return CheckDecided(rows, change_set);
}

absl::Status Store::DecideChangeSet(const ChangeSet& change_set,
                                    ChangeSet::State from,
                                    db::Transaction& transaction) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transaction.Query(sql::kDecideChangeSet, DecisionOf(change_set, from)));
  return CheckDecided(rows, change_set);
}

absl::Status Store::AddCertificate(const v1::CityCertificate& certificate,
                                   absl::Time deadline) {
  return pool_
      .Query(
          sql::kInsertCertificate,
          {certificate.version().version(), FromProto(certificate.check_time()),
           db::Param::Bytes(certificate.SerializeAsString())},
          deadline)
      .status();
}

}  // namespace wangge::registry
