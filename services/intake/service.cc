#include "services/intake/service.h"

#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

ABSL_FLAG(std::string, sources, "",
          "Folder of source profiles, *.textproto files.");

namespace wangge::intake {
namespace {

constexpr char kSubmitReport[] = "/wangge.intake.v1.IntakeService/SubmitReport";
constexpr char kSubmitReports[] =
    "/wangge.intake.v1.IntakeService/SubmitReports";

exec::ConcurrencyLimit::Options LimitOf(const v1::SourceProfile& profile) {
  exec::ConcurrencyLimit::Options options;
  if (profile.max_in_flight_count() > 0) {
    options.max_limit = profile.max_in_flight_count();
  }
  return options;
}

absl::Status Unknown(const std::string& source_id) {
  errors::Violations v;
  v.Add("report.source_id",
        absl::StrCat("`", source_id,
                     "` has no source profile; add one to deploy/sources"));
  return v.ToStatus();
}

}  // namespace

IntakeService::IntakeService(rpc::Runtime* runtime, Profiles profiles,
                             std::unique_ptr<Submitter> submitter)
    : runtime_(*runtime),
      profiles_(std::move(profiles)),
      submitter_(std::move(submitter)),
      submit_report_(SubmitMethod::Later(
          runtime, kSubmitReport,
          // Who asks and for which source comes first: it decides the profile.
          [](const v1::SubmitReportRequest&) { return absl::OkStatus(); },
          [this](const rpc::Call& call, const v1::SubmitReportRequest& r,
                 SubmitMethod::Reply reply) {
            Submit(call, r, std::move(reply));
          })) {
  for (const auto& [source_id, profile] : profiles_) {
    limits_.try_emplace(source_id, source_id, LimitOf(profile));
  }
}

absl::StatusOr<std::unique_ptr<rpc::Service>> IntakeService::Create(
    const rpc::Environment& environment) {
  ASSIGN_OR_RETURN(Profiles profiles,
                   ReadProfiles(absl::GetFlag(FLAGS_sources)));
  ASSIGN_OR_RETURN(auto registry,
                   rpc::Connect(environment.registry, environment.tls));
  ASSIGN_OR_RETURN(auto routing,
                   rpc::Connect(environment.routing, environment.tls));
  ASSIGN_OR_RETURN(auto cases,
                   rpc::Connect(environment.cases, environment.tls));
  auto service = std::unique_ptr<IntakeService>(new IntakeService(
      environment.runtime, std::move(profiles),
      std::make_unique<Submitter>(routing::v1::RoutingService::NewStub(routing),
                                  cases::v1::CaseService::NewStub(cases))));
  service->watcher_ =
      std::make_unique<city::Watcher>(std::move(registry), &service->city_);
  return service;
}

void IntakeService::Drain() {
  {
    MutexLock lock(&mutex_);
    for (const auto& weak : streams_) {
      if (const auto stream = weak.lock()) stream->Close(rpc::NotServing());
    }
  }
  watcher_.reset();
}

absl::StatusOr<const v1::SourceProfile*> IntakeService::ProfileFor(
    const rpc::Caller& caller, const v1::SubmitReportRequest& request) const {
  const std::string& source_id = request.report().source_id();
  if (caller.NameIf("source") != source_id) {
    return errors::NotYours("source", source_id, caller.Text());
  }
  const auto profile = profiles_.find(source_id);
  if (profile == profiles_.end()) return Unknown(source_id);
  return &profile->second;
}

absl::StatusOr<Prepared> IntakeService::PrepareFor(
    const v1::SourceProfile& profile, const v1::SubmitReportRequest& request) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  return Prepare(request, profile, *city, absl::Now());
}

void IntakeService::Submit(const rpc::Call& call,
                           const v1::SubmitReportRequest& request,
                           SubmitMethod::Reply reply) {
  const auto profile = ProfileFor(call.caller, request);
  if (!profile.ok()) return reply(profile.status());
  // Before anything is done that costs time.
  exec::ConcurrencyLimit& limit = limits_.at((*profile)->source_id());
  const absl::Time began = absl::Now();
  if (!limit.TryBegin(began)) {
    return reply(errors::Overloaded(runtime_.retry_delay()));
  }
  auto prepared = PrepareFor(**profile, request);
  if (!prepared.ok()) {
    limit.Cancel();
    return reply(prepared.status());
  }
  submitter_->Submit(*std::move(prepared),
                     [&limit, began, reply = std::move(reply)](
                         absl::StatusOr<v1::SubmitReportResponse> response) {
                       const absl::Time now = absl::Now();
                       limit.End(now - began, now);
                       reply(std::move(response));
                     });
}

grpc::ServerBidiReactor<v1::SubmitReportRequest, v1::SubmitReportsResponse>*
IntakeService::SubmitReports(grpc::CallbackServerContext* context) {
  auto caller = rpc::AdmitStream(runtime_, *context, kSubmitReports);
  if (!caller.ok()) {
    return new rpc::RefusedStream<grpc::ServerBidiReactor<
        v1::SubmitReportRequest, v1::SubmitReportsResponse>>(caller.status());
  }
  const StreamDeps deps{
      runtime_, *submitter_,
      [this](const rpc::Caller& who, const v1::SubmitReportRequest& request)
          -> absl::StatusOr<Prepared> {
        ASSIGN_OR_RETURN(const auto* profile, ProfileFor(who, request));
        return PrepareFor(*profile, request);
      }};
  auto stream = std::make_shared<SubmitStream>(deps, *std::move(caller));
  {
    MutexLock lock(&mutex_);
    std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
    streams_.push_back(stream);
  }
  stream->Begin(stream);
  return stream.get();
}

}  // namespace wangge::intake
