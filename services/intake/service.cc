#include "services/intake/service.h"

#include <utility>

#include "absl/flags/flag.h"
#include "base/status_macros.h"
#include "services/intake/submit.h"

ABSL_FLAG(std::string, sources, "",
          "Folder of source profiles, *.textproto files.");

namespace wangge::intake {
namespace {

// What a report must look like depends on its source's profile and the city:
// Prepare checks all of it at once.
absl::Status ValidateNothing(const v1::SubmitReportRequest&) {
  return absl::OkStatus();
}

std::vector<rpc::Row> IntakeRows(Intake* intake) {
  return rpc::RowsOf(
      intake, {
                  {"SubmitReport", ValidateNothing, &SubmitReport, rpc::kAsync},
                  {"SubmitReports", &SubmitReports, rpc::kBidiStream},
              });
}

exec::ConcurrencyLimit::Options LimitOf(const v1::SourceProfile& profile) {
  exec::ConcurrencyLimit::Options options;
  if (profile.max_in_flight_count() > 0) {
    options.max_limit = profile.max_in_flight_count();
  }
  return options;
}

}  // namespace

IntakeService::IntakeService(rpc::Runtime* runtime, Profiles profiles,
                             std::unique_ptr<Submitter> submitter)
    : profiles_(std::move(profiles)),
      submitter_(std::move(submitter)),
      intake_{*runtime, profiles_, limits_, city_, *submitter_, streams_} {
  for (const auto& [source_id, profile] : profiles_) {
    limits_.try_emplace(source_id, source_id, LimitOf(profile));
  }
}

absl::StatusOr<std::unique_ptr<rpc::Service>> IntakeService::Create(
    const rpc::Environment& environment) {
  ASSIGN_OR_RETURN(Profiles profiles,
                   ReadProfiles(absl::GetFlag(FLAGS_sources)));
  ASSIGN_OR_RETURN(auto registry, environment.Connect("registry"));
  ASSIGN_OR_RETURN(auto routing, environment.Connect("routing"));
  ASSIGN_OR_RETURN(auto cases, environment.Connect("cases"));
  auto service = std::unique_ptr<IntakeService>(new IntakeService(
      environment.runtime, std::move(profiles),
      std::make_unique<Submitter>(routing::v1::RoutingService::NewStub(routing),
                                  cases::v1::CaseService::NewStub(cases))));
  ASSIGN_OR_RETURN(service->rows_,
                   rpc::RowService::Create(environment.runtime,
                                           "wangge.intake.v1.IntakeService",
                                           {IntakeRows(&service->intake_)}));
  service->watcher_ =
      std::make_unique<city::Watcher>(std::move(registry), &service->city_);
  return service;
}

void IntakeService::Drain() {
  streams_.Close();
  watcher_.reset();
}

}  // namespace wangge::intake
