#include "services/cases/batch/batch_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

v1::Batch BatchOf(const db::Rows& rows, int row) {
  v1::Batch batch;
  batch.set_batch_id(rows.Text(row, "batch_id"));
  batch.set_root_cause(rows.Text(row, "root_cause"));
  batch.set_category_code(rows.Text(row, "category_code"));
  *batch.mutable_create_time() =
      ToProto(rows.TimeOfMicros(row, "create_micros"));
  batch.set_case_count(rows.Int(row, "case_count"));
  if (rows.IsNull(row, "title")) return batch;
  v1::Programme& programme = *batch.mutable_programme();
  programme.set_title(rows.Text(row, "title"));
  programme.set_unit_id(rows.Text(row, "unit_id"));
  programme.set_due_day(rows.Text(row, "due_day"));
  programme.set_officer_id(rows.Text(row, "officer_id"));
  *programme.mutable_start_time() =
      ToProto(rows.TimeOfMicros(row, "start_micros"));
  programme.set_item_count(rows.Int(row, "item_count"));
  programme.set_remaining_count(rows.Int(row, "remaining_count"));
  return batch;
}

v1::Tranche TrancheOf(const db::Rows& rows, int row) {
  v1::Tranche tranche;
  tranche.set_tranche_number(
      static_cast<int32_t>(rows.Int(row, "tranche_number")));
  tranche.set_unit_id(rows.Text(row, "unit_id"));
  tranche.set_officer_id(rows.Text(row, "officer_id"));
  tranche.set_note(rows.Text(row, "note"));
  *tranche.mutable_hand_over_time() =
      ToProto(rows.TimeOfMicros(row, "hand_over_micros"));
  tranche.set_item_count(rows.Int(row, "item_count"));
  return tranche;
}

absl::Status WrongState(const std::string& batch_id, const std::string& why) {
  return errors::Make(absl::StatusCode::kFailedPrecondition,
                      common::v1::ERROR_REASON_WRONG_STATE,
                      absl::StrCat("batch ", batch_id, ": ", why),
                      {{"batch_id", batch_id}});
}

// Nobody else changes the programme's inventory until the transaction ends.
absl::Status LockProgramme(const std::string& batch_id,
                           db::Transaction& transaction) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   transaction.Query(sql::kLockProgramme, {batch_id}));
  if (rows.empty()) return errors::NotFound("batch", batch_id);
  if (rows.Bool(0, "has_programme")) return absl::OkStatus();
  return WrongState(batch_id, "it has no programme; StartProgramme first");
}

// INVALID_ARGUMENT naming the items of the rows, OK when there are none.
absl::Status FaultOf(const db::Rows& rows, const std::string& field,
                     const std::string& problem) {
  std::vector<std::string> item_ids;
  for (int row = 0; row < rows.size(); ++row) {
    item_ids.push_back(rows.Text(row, "item_id"));
  }
  errors::Violations v;
  v.Require(item_ids.empty(), field,
            absl::StrCat(problem, ": ", absl::StrJoin(item_ids, ", ")));
  return v.ToStatus();
}

}  // namespace

absl::StatusOr<v1::Batch> BatchStore::Get(const std::string& batch_id,
                                          absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectBatches, {batch_id}, deadline));
  if (rows.empty()) return errors::NotFound("batch", batch_id);
  v1::Batch batch = BatchOf(rows, 0);
  if (!batch.has_programme()) return batch;
  ASSIGN_OR_RETURN(const db::Rows tranches,
                   pool_.Query(sql::kSelectTranches, {batch_id}, deadline));
  for (int row = 0; row < tranches.size(); ++row) {
    *batch.mutable_programme()->add_tranches() = TrancheOf(tranches, row);
  }
  return batch;
}

absl::StatusOr<v1::ListBatchesResponse> BatchStore::List(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectBatches, {""}, deadline));
  v1::ListBatchesResponse response;
  for (int row = 0; row < rows.size(); ++row) {
    *response.add_batches() = BatchOf(rows, row);
  }
  return response;
}

absl::StatusOr<v1::Batch> BatchStore::Start(
    const v1::StartProgrammeRequest& request, const std::string& officer_id,
    absl::Time deadline) {
  RETURN_IF_ERROR(pool_
                      .Query(sql::kInsertProgramme,
                             {request.batch_id(), request.title(),
                              request.unit_id(), request.due_day(), officer_id},
                             deadline)
                      .status());
  ASSIGN_OR_RETURN(v1::Batch batch, Get(request.batch_id(), deadline));
  const v1::Programme& started = batch.programme();
  if (started.title() != request.title() ||
      started.unit_id() != request.unit_id() ||
      started.due_day() != request.due_day()) {
    return WrongState(
        request.batch_id(),
        absl::StrCat("it has a programme already: ", started.title(), ", ",
                     started.unit_id(), ", until ", started.due_day()));
  }
  return batch;
}

absl::StatusOr<v1::Batch> BatchStore::Import(
    const v1::ImportInventoryRequest& request, absl::Time deadline) {
  db::TextArray item_ids, names, addresses, districts;
  for (const v1::InventoryItem& item : request.items()) {
    item_ids.Add(item.item_id());
    names.Add(item.name());
    addresses.Add(item.address());
    districts.Add(item.district_code());
  }
  const absl::Status status = pool_.Transact(
      "import_inventory",
      [&](db::Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(LockProgramme(request.batch_id(), transaction));
        ASSIGN_OR_RETURN(const db::Rows different,
                         transaction.Query(sql::kImportInventory,
                                           {request.batch_id(), item_ids, names,
                                            addresses, districts}));
        return FaultOf(different, "items",
                       "are in the inventory with other words");
      },
      deadline);
  RETURN_IF_ERROR(status);
  return Get(request.batch_id(), deadline);
}

absl::StatusOr<v1::Batch> BatchStore::HandOver(
    const v1::HandOverTrancheRequest& request, const std::string& officer_id,
    absl::Time deadline) {
  const std::string digest = Sha256(request.SerializeAsString());
  const db::TextArray item_ids(request.item_ids());
  const absl::Status status = pool_.Transact(
      "hand_over_tranche",
      [&](db::Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(LockProgramme(request.batch_id(), transaction));
        ASSIGN_OR_RETURN(
            const db::Rows before,
            transaction.Query(sql::kFindTranche,
                              {request.batch_id(), request.request_id()}));
        if (!before.empty()) {
          return before.Bytes(0, "digest") == digest
                     ? absl::OkStatus()
                     : errors::RequestIdReused(request.request_id());
        }
        ASSIGN_OR_RETURN(
            const db::Rows missing,
            transaction.Query(sql::kHandOverTranche,
                              {request.batch_id(), request.request_id(),
                               db::Param::Bytes(digest), request.unit_id(),
                               officer_id, request.note(), item_ids}));
        return FaultOf(missing, "item_ids",
                       "are not in the inventory, or were handed over");
      },
      deadline);
  RETURN_IF_ERROR(status);
  return Get(request.batch_id(), deadline);
}

absl::StatusOr<v1::ListInventoryResponse> BatchStore::Inventory(
    const v1::ListInventoryRequest& request, absl::Time deadline) {
  ASSIGN_OR_RETURN(const InventoryPage page, InventoryPage::Read(request));
  const std::string after = page.after ? std::get<0>(*page.after) : "";
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kListInventory,
                               {request.batch_id(), after, request.remaining(),
                                page.limit()},
                               deadline));
  std::vector<v1::InventoryItem> items;
  for (int row = 0; row < rows.size(); ++row) {
    v1::InventoryItem& item = items.emplace_back();
    item.set_item_id(rows.Text(row, "item_id"));
    item.set_name(rows.Text(row, "name"));
    item.set_address(rows.Text(row, "address"));
    item.set_district_code(rows.Text(row, "district_code"));
    item.set_tranche_number(
        static_cast<int32_t>(rows.Int(row, "tranche_number")));
  }
  v1::ListInventoryResponse response;
  if (page.Cut(&items)) {
    response.set_next_page_token(
        InventoryPage::Token(request, items.back().item_id()));
  }
  for (auto& item : items) *response.add_items() = std::move(item);
  return response;
}

}  // namespace wangge::cases
