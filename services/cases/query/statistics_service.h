// StatisticsService over the wire.
#pragma once

#include <memory>

#include "exec/periodic.h"
#include "services/cases/method.h"
#include "services/cases/query/statistics_store.h"
#include "services/cases/validate.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::cases {

class StatisticsService final : public v1::StatisticsService::CallbackService {
 private:
  rpc::Runtime& runtime_;  // First: the method below is made with it.

 public:
  // Both must outlive the service.
  StatisticsService(rpc::Runtime* runtime, db::Pool* pool)
      : runtime_(*runtime), store_(pool) {}

  // Folds in the background from now on, until Stop.
  void Start();
  void Stop() { folding_->Stop(); }

  WANGGE_METHOD(StatisticsService, GetStatistics, v1::GetStatisticsRequest,
                v1::GetStatisticsResponse, Get)

 private:
  absl::StatusOr<v1::GetStatisticsResponse> Get(
      const rpc::Call& call, const v1::GetStatisticsRequest& request) {
    return store_.Read(request, call.deadline);
  }

  StatisticsStore store_;
  int fold_at_once_ = 1000;  // Of the folding thread.
  std::unique_ptr<exec::Periodic> folding_;
};

}  // namespace wangge::cases
