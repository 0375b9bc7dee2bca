// BatchService over the wire.
#pragma once

#include "city/watch.h"
#include "services/cases/batch/batch_store.h"
#include "services/cases/method.h"
#include "services/cases/validate.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::cases {

class BatchService final : public v1::BatchService::CallbackService {
 private:
  rpc::Runtime& runtime_;  // First: the methods below are made with it.

 public:
  // All must outlive the service.
  BatchService(rpc::Runtime* runtime, db::Pool* pool, const city::Holder* city)
      : runtime_(*runtime), store_(pool), city_(*city) {}

  WANGGE_METHOD(BatchService, GetBatch, v1::GetBatchRequest, v1::Batch, Handle)
  WANGGE_METHOD(BatchService, ListBatches, v1::ListBatchesRequest,
                v1::ListBatchesResponse, Handle)
  WANGGE_METHOD(BatchService, StartProgramme, v1::StartProgrammeRequest,
                v1::Batch, Handle)
  WANGGE_METHOD(BatchService, ImportInventory, v1::ImportInventoryRequest,
                v1::Batch, Handle)
  WANGGE_METHOD(BatchService, HandOverTranche, v1::HandOverTrancheRequest,
                v1::Batch, Handle)
  WANGGE_METHOD(BatchService, ListInventory, v1::ListInventoryRequest,
                v1::ListInventoryResponse, Handle)

 private:
  absl::StatusOr<v1::Batch> Handle(const rpc::Call& call,
                                   const v1::GetBatchRequest& request);
  absl::StatusOr<v1::ListBatchesResponse> Handle(
      const rpc::Call& call, const v1::ListBatchesRequest& request);
  absl::StatusOr<v1::Batch> Handle(const rpc::Call& call,
                                   const v1::StartProgrammeRequest& request);
  absl::StatusOr<v1::Batch> Handle(const rpc::Call& call,
                                   const v1::ImportInventoryRequest& request);
  absl::StatusOr<v1::Batch> Handle(const rpc::Call& call,
                                   const v1::HandOverTrancheRequest& request);
  absl::StatusOr<v1::ListInventoryResponse> Handle(
      const rpc::Call& call, const v1::ListInventoryRequest& request);

  // The dispatcher who calls; NOT_YOURS when it is somebody else, and
  // INVALID_ARGUMENT when the city has no such unit (empty: none is named).
  absl::StatusOr<std::string> DispatcherOf(const rpc::Call& call,
                                           const std::string& batch_id,
                                           const std::string& unit_id) const;

  BatchStore store_;
  const city::Holder& city_;
};

}  // namespace wangge::cases
