#include "services/cases/batch/batches.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/guards.h"
#include "services/cases/shared/validate.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

void RequireItems(const std::string& field, int count, errors::Violations* v) {
  constexpr int kMax = 10'000;
  v->Require(count >= 1 && count <= kMax, field,
             absl::StrCat("has ", count, " items; 1 to ", kMax));
}

absl::Status Validate(const v1::LinkToBatchRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("batch_id", r.batch_id(), 0, 64);
  v.RequireText("root_cause", r.root_cause(), r.batch_id().empty() ? 1 : 0,
                kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetBatchRequest& r) {
  errors::Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListBatchesRequest&) {
  return absl::OkStatus();
}

absl::Status Validate(const v1::StartProgrammeRequest& r) {
  errors::Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  v.RequireText("title", r.title(), 1, kMaxName);
  v.RequireText("unit_id", r.unit_id(), 1, 64);
  v.Require(!r.due_day().empty(), "due_day", "is empty; write YYYY-MM-DD");
  RequireDay("due_day", r.due_day(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ImportInventoryRequest& r) {
  errors::Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  RequireItems("items", r.items_size(), &v);
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < r.items_size(); ++i) {
    const v1::InventoryItem& item = r.items(i);
    const std::string at = absl::StrCat("items[", i, "].");
    v.RequireText(at + "item_id", item.item_id(), 1, 64);
    v.Require(seen.insert(item.item_id()).second, at + "item_id",
              "comes twice: " + item.item_id());
    v.RequireText(at + "name", item.name(), 1, kMaxName);
    v.RequireText(at + "address", item.address(), 0, kMaxShortText);
    v.RequireText(at + "district_code", item.district_code(), 0, 64);
  }
  return v.ToStatus();
}

absl::Status Validate(const v1::HandOverTrancheRequest& r) {
  errors::Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("unit_id", r.unit_id(), 1, 64);
  v.RequireText("note", r.note(), 0, kMaxText);
  RequireItems("item_ids", r.item_ids_size(), &v);
  for (int i = 0; i < r.item_ids_size(); ++i) {
    v.RequireText(absl::StrCat("item_ids[", i, "]"), r.item_ids(i), 1, 64);
  }
  return v.ToStatus();
}

absl::Status Validate(const v1::ListInventoryRequest& r) {
  errors::Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  InventoryPage::Require(r, &v);
  return v.ToStatus();
}

// The dispatcher who calls; NOT_YOURS when it is somebody else, and
// INVALID_ARGUMENT when the city has no such unit (empty: none is named).
absl::StatusOr<std::string> DispatcherOf(const Batches& batches,
                                         const rpc::Call& call,
                                         const std::string& batch_id,
                                         const std::string& unit_id) {
  ASSIGN_OR_RETURN(const ChangeContext context,
                   batches.changes.ContextFor(call));
  if (!IsDispatcher(context.actor, *context.city)) {
    return errors::NotYours("batch", batch_id, context.actor.text);
  }
  if (!unit_id.empty() && context.city->FindUnit(unit_id) == nullptr) {
    return FieldFault(
        "unit_id", absl::StrCat("`", unit_id, "` is not a unit of the city"));
  }
  return context.actor.officer->officer_id();
}

absl::StatusOr<v1::Batch> GetBatch(Batches& batches, const rpc::Call& call,
                                   const v1::GetBatchRequest& request) {
  return batches.store.Get(request.batch_id(), call.deadline);
}

absl::StatusOr<v1::ListBatchesResponse> ListBatches(
    Batches& batches, const rpc::Call& call, const v1::ListBatchesRequest&) {
  return batches.store.List(call.deadline);
}

absl::StatusOr<v1::Batch> StartProgramme(
    Batches& batches, const rpc::Call& call,
    const v1::StartProgrammeRequest& request) {
  ASSIGN_OR_RETURN(
      const std::string officer_id,
      DispatcherOf(batches, call, request.batch_id(), request.unit_id()));
  return batches.store.Start(request, officer_id, call.deadline);
}

absl::StatusOr<v1::Batch> ImportInventory(
    Batches& batches, const rpc::Call& call,
    const v1::ImportInventoryRequest& request) {
  RETURN_IF_ERROR(DispatcherOf(batches, call, request.batch_id(), "").status());
  return batches.store.Import(request, call.deadline);
}

absl::StatusOr<v1::Batch> HandOverTranche(
    Batches& batches, const rpc::Call& call,
    const v1::HandOverTrancheRequest& request) {
  ASSIGN_OR_RETURN(
      const std::string officer_id,
      DispatcherOf(batches, call, request.batch_id(), request.unit_id()));
  return batches.store.HandOver(request, officer_id, call.deadline);
}

absl::StatusOr<v1::ListInventoryResponse> ListInventory(
    Batches& batches, const rpc::Call& call,
    const v1::ListInventoryRequest& request) {
  return batches.store.Inventory(request, call.deadline);
}

void LinkToBatch(Batches& batches, const rpc::Call& call,
                 const v1::LinkToBatchRequest& request,
                 rpc::Reply<Case> reply) {
  batches.changes.Run(call, request, HookLinking(request), std::move(reply));
}

absl::Status Link(const v1::LinkToBatchRequest& request, const Case& c,
                  db::Transaction& transaction) {
  const std::string& batch_id = *c.batch_ids().rbegin();
  if (request.batch_id().empty()) {  // It is opened with the case.
    RETURN_IF_ERROR(
        transaction
            .Query(sql::kInsertBatch,
                   {batch_id, request.root_cause(), c.category_code()})
            .status());
  }
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transaction.Query(sql::kInsertBatchCase, {batch_id, c.case_no()}));
  return rows.empty() ? errors::NotFound("batch", batch_id) : absl::OkStatus();
}

}  // namespace

TransactionHook HookLinking(const v1::LinkToBatchRequest& request) {
  return [request](const Case& c, db::Transaction& transaction) {
    return Link(request, c, transaction);
  };
}

std::vector<rpc::Row> BatchRows(Batches* batches) {
  using rpc::kWorker;
  return rpc::RowsOf(batches,
                     {{"GetBatch", Validate, &GetBatch, kWorker},
                      {"ListBatches", Validate, &ListBatches, kWorker},
                      {"StartProgramme", Validate, &StartProgramme, kWorker},
                      {"ImportInventory", Validate, &ImportInventory, kWorker},
                      {"HandOverTranche", Validate, &HandOverTranche, kWorker},
                      {"ListInventory", Validate, &ListInventory, kWorker}});
}

std::vector<rpc::Row> BatchLinkRows(Batches* batches) {
  return rpc::RowsOf(batches,
                     {{"LinkToBatch", Validate, &LinkToBatch, rpc::kAsync}});
}

}  // namespace wangge::cases
