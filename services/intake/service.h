// IntakeService over the wire.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "city/watch.h"
#include "exec/concurrency_limit.h"
#include "rpc/main.h"
#include "rpc/unary.h"
#include "services/intake/profiles.h"
#include "services/intake/submit_stream.h"
#include "services/intake/submitter.h"
#include "wangge/intake/v1/intake.grpc.pb.h"

namespace wangge::intake {

class IntakeService final : public v1::IntakeService::CallbackService,
                            public rpc::Service {
 public:
  // Needs --endpoints and --sources.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<grpc::Service*> GrpcServices() override { return {this}; }
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override;

  grpc::ServerUnaryReactor* SubmitReport(
      grpc::CallbackServerContext* context,
      const v1::SubmitReportRequest* request,
      v1::SubmitReportResponse* response) override {
    return submit_report_.Start(context, request, response);
  }
  grpc::ServerBidiReactor<v1::SubmitReportRequest, v1::SubmitReportsResponse>*
  SubmitReports(grpc::CallbackServerContext* context) override;

 private:
  using SubmitMethod =
      rpc::Method<v1::SubmitReportRequest, v1::SubmitReportResponse>;

  IntakeService(rpc::Runtime* runtime, Profiles profiles,
                std::unique_ptr<Submitter> submitter);
  // The profile of the request's source, when it is the caller.
  absl::StatusOr<const v1::SourceProfile*> ProfileFor(
      const rpc::Caller& caller, const v1::SubmitReportRequest& request) const;
  absl::StatusOr<Prepared> PrepareFor(const v1::SourceProfile& profile,
                                      const v1::SubmitReportRequest& request);
  void Submit(const rpc::Call& call, const v1::SubmitReportRequest& request,
              SubmitMethod::Reply reply);

  rpc::Runtime& runtime_;
  const Profiles profiles_;
  // By source, so that one that sends too much takes nothing from the others.
  std::map<std::string, exec::ConcurrencyLimit> limits_;
  const std::unique_ptr<Submitter> submitter_;
  city::Holder city_;
  std::unique_ptr<city::Watcher> watcher_;
  SubmitMethod submit_report_;
  Mutex mutex_;
  std::vector<std::weak_ptr<SubmitStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::intake
