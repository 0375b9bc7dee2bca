// The tables of batches, programmes and their inventories.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "rpc/page.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// A page of an inventory, by item_id.
using InventoryPage = rpc::Page<std::string>;

// Takes valid requests. Thread-safe.
class BatchStore {
 public:
  explicit BatchStore(db::Pool* pool) : pool_(*pool) {}

  // NOT_FOUND when there is none.
  absl::StatusOr<v1::Batch> Get(const std::string& batch_id,
                                absl::Time deadline);
  absl::StatusOr<v1::ListBatchesResponse> List(absl::Time deadline);
  // The changes answer what the batch is afterwards; their errors are those of
  // BatchService.
  absl::StatusOr<v1::Batch> Start(const v1::StartProgrammeRequest& request,
                                  const std::string& officer_id,
                                  absl::Time deadline);
  absl::StatusOr<v1::Batch> Import(const v1::ImportInventoryRequest& request,
                                   absl::Time deadline);
  absl::StatusOr<v1::Batch> HandOver(const v1::HandOverTrancheRequest& request,
                                     const std::string& officer_id,
                                     absl::Time deadline);
  absl::StatusOr<v1::ListInventoryResponse> Inventory(
      const v1::ListInventoryRequest& request, absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::cases
