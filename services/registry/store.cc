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
    if (with_bodies_) bodies_.AddBytes(body);
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
  db::Array kinds_;
  db::Array ids_;
  db::Array bodies_;
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
    RETURN_IF_ERROR(close.Add(city::KeyOfText(key), ""));
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

}  // namespace

absl::StatusOr<CityVersion> Store::GetVersion(int64_t version,
                                              absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectVersion, {version}, deadline));
  if (rows.empty()) {
    return errors::NotFound("city version",
                            version == 0 ? "current" : absl::StrCat(version));
  }
  CityVersion result;
  result.set_version(rows.Int(0, "version"));
  *result.mutable_activate_time() =
      ToProto(rows.TimeOfMicros(0, "activate_micros"));
  result.set_author(rows.Text(0, "author"));
  result.set_comment(rows.Text(0, "comment"));
  result.set_content_hash(rows.Text(0, "content_hash"));
  result.set_row_count(rows.Int(0, "row_count"));
  return result;
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
                           absl::Time deadline) {
  const absl::Status status = pool_.Transact(
      "commit_city",
      [&](db::Transaction& transaction) {
        return WriteVersion(transaction, version, changes);
      },
      deadline);
  return absl::IsAlreadyExists(status) ? Aborted(version.version()) : status;
}

}  // namespace wangge::registry
