#include "services/cases/batch/batch_service.h"

#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/change/actor.h"
#include "services/cases/domain/guards.h"

namespace wangge::cases {

absl::StatusOr<std::string> BatchService::DispatcherOf(
    const rpc::Call& call, const std::string& batch_id,
    const std::string& unit_id) const {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  ASSIGN_OR_RETURN(const Actor actor, ActorOf(call.caller, *city));
  if (!IsDispatcher(actor, *city)) {
    return errors::NotYours("batch", batch_id, actor.text);
  }
  if (!unit_id.empty() && city->FindUnit(unit_id) == nullptr) {
    return FieldFault("unit_id", "is no unit of the city");
  }
  return actor.officer->officer_id();
}

absl::StatusOr<v1::Batch> BatchService::Handle(
    const rpc::Call& call, const v1::GetBatchRequest& request) {
  return store_.Get(request.batch_id(), call.deadline);
}

absl::StatusOr<v1::ListBatchesResponse> BatchService::Handle(
    const rpc::Call& call, const v1::ListBatchesRequest&) {
  return store_.List(call.deadline);
}

absl::StatusOr<v1::Batch> BatchService::Handle(
    const rpc::Call& call, const v1::StartProgrammeRequest& request) {
  ASSIGN_OR_RETURN(const std::string officer_id,
                   DispatcherOf(call, request.batch_id(), request.unit_id()));
  return store_.Start(request, officer_id, call.deadline);
}

absl::StatusOr<v1::Batch> BatchService::Handle(
    const rpc::Call& call, const v1::ImportInventoryRequest& request) {
  RETURN_IF_ERROR(DispatcherOf(call, request.batch_id(), "").status());
  return store_.Import(request, call.deadline);
}

absl::StatusOr<v1::Batch> BatchService::Handle(
    const rpc::Call& call, const v1::HandOverTrancheRequest& request) {
  ASSIGN_OR_RETURN(const std::string officer_id,
                   DispatcherOf(call, request.batch_id(), request.unit_id()));
  return store_.HandOver(request, officer_id, call.deadline);
}

absl::StatusOr<v1::ListInventoryResponse> BatchService::Handle(
    const rpc::Call& call, const v1::ListInventoryRequest& request) {
  return store_.Inventory(request, call.deadline);
}

}  // namespace wangge::cases
