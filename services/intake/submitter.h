// From a prepared report to a committed case: routing, the danger guard, cases.
// Reports that come at the same time share the hops.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "exec/batcher.h"
#include "services/intake/report.h"
#include "wangge/cases/v1/cases.grpc.pb.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::intake {

// Thread-safe.
class Submitter {
 public:
  Submitter(std::unique_ptr<routing::v1::RoutingService::Stub> routing,
            std::unique_ptr<cases::v1::CaseService::Stub> cases);

  // Carries out one report, together with others that come meanwhile; `done`
  // takes the response on another thread. Errors: DANGER, REQUEST_ID_REUSED,
  // DEADLINE_EXCEEDED, and those of routing and cases.
  void Submit(
      Prepared report, absl::Time deadline,
      std::function<void(absl::StatusOr<v1::SubmitReportResponse>)> done) {
    batcher_.Add(std::move(report), deadline, std::move(done));
  }

  // Carries out a group before the deadline, and within eight seconds: one
  // result each, in order.
  std::vector<absl::StatusOr<v1::SubmitReportResponse>> SubmitGroup(
      std::vector<Prepared> reports, absl::Time deadline);

 private:
  const std::unique_ptr<routing::v1::RoutingService::Stub> routing_;
  const std::unique_ptr<cases::v1::CaseService::Stub> cases_;
  exec::Batcher<Prepared, v1::SubmitReportResponse> batcher_;
};

}  // namespace wangge::intake
