// CaseService over the wire.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "city/watch.h"
#include "db/pool.h"
#include "rpc/main.h"
#include "services/cases/admit.h"
#include "services/cases/audit.h"
#include "services/cases/background.h"
#include "services/cases/batch_service.h"
#include "services/cases/change.h"
#include "services/cases/companion.h"
#include "services/cases/feed.h"
#include "services/cases/method.h"
#include "services/cases/referral_service.h"
#include "services/cases/reporter_store.h"
#include "services/cases/statistics_service.h"
#include "services/cases/store.h"
#include "services/cases/validate.h"
#include "wangge/cases/v1/cases.grpc.pb.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::cases {

// The feeds are raw: their readers share what is sent.
using FeedsAreRaw = v1::CaseService::WithRawCallbackMethod_WatchEvents<
    v1::CaseService::WithRawCallbackMethod_WatchFeedback<
        v1::CaseService::CallbackService>>;

class CaseService final : public FeedsAreRaw, public rpc::Service {
 private:
  rpc::Runtime& runtime_;  // First: the methods below are made with it.

 public:
  // Needs --dsn, --endpoints and --personal_key.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<grpc::Service*> GrpcServices() override {
    return {this, &referral_service_, &statistics_service_, &batch_service_};
  }
  bool Ready() override;
  void Drain() override;

#define WANGGE_CASE_METHOD(name, Request, Response) \
  WANGGE_METHOD(CaseService, name, Request, Response, Handle)
// A method that changes a case.
#define WANGGE_CHANGE_METHOD(name)                      \
  WANGGE_METHOD_FROM(name, v1::name##Request, v1::Case, \
                     = ChangeMethod<v1::name##Request>( \
                         "/wangge.cases.v1.CaseService/" #name))

  WANGGE_CASE_METHOD(AdmitReports, v1::AdmitReportsRequest,
                     v1::AdmitReportsResponse)
  WANGGE_CASE_METHOD(GetCase, v1::GetCaseRequest, v1::GetCaseResponse)
  WANGGE_CASE_METHOD(ListCases, v1::ListCasesRequest, v1::ListCasesResponse)
  WANGGE_CASE_METHOD(AcknowledgeFeedback, v1::AcknowledgeFeedbackRequest,
                     v1::AcknowledgeFeedbackResponse)
  WANGGE_CASE_METHOD(ListOwedFeedback, v1::ListOwedFeedbackRequest,
                     v1::ListOwedFeedbackResponse)
  WANGGE_CHANGE_METHOD(RequestVerification)
  WANGGE_CHANGE_METHOD(ReportVerification)
  WANGGE_CHANGE_METHOD(RejectCase)
  WANGGE_CHANGE_METHOD(DispatchCase)
  WANGGE_CHANGE_METHOD(AcceptAssignment)
  WANGGE_CHANGE_METHOD(RequestReturn)
  WANGGE_CHANGE_METHOD(DecideApproval)
  WANGGE_CHANGE_METHOD(ExtendCase)
  WANGGE_CHANGE_METHOD(SuspendCase)
  WANGGE_CHANGE_METHOD(ResumeCase)
  WANGGE_CHANGE_METHOD(SuperviseCase)
  WANGGE_CHANGE_METHOD(ReplySupervision)
  WANGGE_CHANGE_METHOD(ReopenCase)
  WANGGE_CHANGE_METHOD(TransferCase)
  WANGGE_CHANGE_METHOD(ReclassifyCase)
  WANGGE_CHANGE_METHOD(ChangeCoHandlers)
  WANGGE_CHANGE_METHOD(AdjudicateJoint)
  WANGGE_CHANGE_METHOD(LinkToBatch)
  WANGGE_CHANGE_METHOD(MergeCase)
  WANGGE_CHANGE_METHOD(UnmergeCase)
  WANGGE_CHANGE_METHOD(RedactReport)
  WANGGE_CASE_METHOD(RevealReporter, v1::RevealReporterRequest,
                     v1::RevealReporterResponse)
  WANGGE_CASE_METHOD(GetCaseProof, v1::GetCaseProofRequest,
                     v1::GetCaseProofResponse)
  WANGGE_CASE_METHOD(ListDailyRoots, v1::ListDailyRootsRequest,
                     v1::ListDailyRootsResponse)
  WANGGE_CHANGE_METHOD(UrgeCase)
  WANGGE_CHANGE_METHOD(SubmitResult)
  WANGGE_CHANGE_METHOD(CheckResult)
  WANGGE_CHANGE_METHOD(CloseCase)
  WANGGE_CHANGE_METHOD(RecordFollowUp)
  WANGGE_CHANGE_METHOD(CancelCase)
  WANGGE_CHANGE_METHOD(ProposeJoint)
  WANGGE_CHANGE_METHOD(ConveneJoint)
  WANGGE_CHANGE_METHOD(RecordPosition)
  WANGGE_CHANGE_METHOD(DecideJoint)
  WANGGE_CHANGE_METHOD(CompleteAssignment)
  WANGGE_CHANGE_METHOD(CheckAssignment)
#undef WANGGE_CHANGE_METHOD
#undef WANGGE_CASE_METHOD

  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchEvents(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchFeedback(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;
  grpc::ServerWriteReactor<v1::AuditCasesResponse>* AuditCases(
      grpc::CallbackServerContext* context,
      const v1::AuditCasesRequest* request) override;

 private:
  CaseService(rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool,
              PersonalKeys keys,
              std::unique_ptr<routing::v1::RoutingService::Stub> routing);

  absl::StatusOr<v1::AdmitReportsResponse> Handle(
      const rpc::Call& call, const v1::AdmitReportsRequest& request);
  absl::StatusOr<v1::GetCaseResponse> Handle(const rpc::Call& call,
                                             const v1::GetCaseRequest& request);
  absl::StatusOr<v1::ListCasesResponse> Handle(
      const rpc::Call& call, const v1::ListCasesRequest& request);
  absl::StatusOr<v1::AcknowledgeFeedbackResponse> Handle(
      const rpc::Call& call, const v1::AcknowledgeFeedbackRequest& request);
  absl::StatusOr<v1::ListOwedFeedbackResponse> Handle(
      const rpc::Call& call, const v1::ListOwedFeedbackRequest& request);
  absl::StatusOr<v1::RevealReporterResponse> Handle(
      const rpc::Call& call, const v1::RevealReporterRequest& request);
  absl::StatusOr<v1::GetCaseProofResponse> Handle(
      const rpc::Call& call, const v1::GetCaseProofRequest& request);
  absl::StatusOr<v1::ListDailyRootsResponse> Handle(
      const rpc::Call& call, const v1::ListDailyRootsRequest& request);
  absl::StatusOr<v1::Case> Handle(const rpc::Call& call,
                                  const v1::MergeCaseRequest& request);
  absl::StatusOr<v1::Case> Handle(const rpc::Call& call,
                                  const v1::UnmergeCaseRequest& request);
  // Every other change: who acts, then its Decide.
  template <typename Request>
  absl::StatusOr<v1::Case> Handle(const rpc::Call& call,
                                  const Request& request);
  template <typename Request>
  absl::StatusOr<v1::Case> Change(const rpc::Call& call,
                                  const Request& request);
  // The same without a thread that waits, for what needs nothing but the case.
  template <typename Request>
  void ChangeLater(const rpc::Call& call, const Request& request,
                   typename rpc::Method<Request, v1::Case>::Reply reply);
  // How a method that changes a case is carried out: later when it can be.
  template <typename Request>
  rpc::Method<Request, v1::Case> ChangeMethod(const std::string& name);
  // The same for the changes of two cases.
  template <typename Request>
  absl::StatusOr<v1::Case> ChangeBoth(const rpc::Call& call,
                                      const Request& request,
                                      const std::string& master_case_no);

  // The same for a request with reports whose reviews we host.
  absl::StatusOr<v1::AdmitReportsResponse> AdmitOrRefer(
      const v1::AdmitReportsRequest& request, const city::City& city,
      absl::Time now, absl::Time deadline);
  // Who reported the case, masked.
  absl::Status AddReporters(absl::Time deadline, v1::GetCaseResponse* response);
  absl::StatusOr<RoutePlan> Route(const routing::v1::Matter& matter,
                                  absl::Time deadline) const;
  // The plan that a command needs of a case; none when it needs none.
  template <typename Request>
  absl::StatusOr<std::optional<RoutePlan>> PlanFor(const Case& c,
                                                   const Request& request,
                                                   absl::Time now,
                                                   absl::Time deadline) const;
  void Committed();
  absl::Status Start(std::shared_ptr<grpc::Channel> registry);

  const std::unique_ptr<db::Pool> pool_;
  const PersonalKeys personal_keys_;
  const std::unique_ptr<routing::v1::RoutingService::Stub> routing_;
  Store store_;
  ReporterStore reporters_;
  FollowingClock clock_;
  CaseNumbers numbers_;
  city::Holder city_;
  ReferralStore referral_store_;
  Referrals referrals_;
  ReferralService referral_service_;
  StatisticsService statistics_service_;
  BatchService batch_service_;
  exec::Executor feed_executor_;
  Feed events_;
  Feed feedback_;
  std::unique_ptr<city::Watcher> watcher_;
  AuditStore audit_store_;
  DailyRoots roots_;
  Auditor auditor_;
  Search search_;
  Background background_;
  exec::Executor audit_executor_;
  std::atomic<int> changing_ = 0;  // By ChangeLater.
};

}  // namespace wangge::cases
