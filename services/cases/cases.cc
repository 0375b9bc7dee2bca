#include "services/cases/cases.h"

#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "base/status_macros.h"
#include "db/server_time.h"
#include "rpc/client.h"
#include "services/cases/change/change_handlers.h"
#include "services/cases/sql.h"

ABSL_FLAG(std::string, personal_key, "",
          "File with the keys for personal data, `<id> <64 hex digits>` a "
          "line: the first seals, the others still open.");
ABSL_FLAG(std::string, roots_file, "",
          "File that every daily Merkle root is appended to, `day events root` "
          "a line; empty: only the log and ListDailyRoots have them.");

namespace wangge::cases {
namespace {

constexpr absl::Duration kClockTime = absl::Seconds(10);
// As many as a large city has open; some 40 MB.
constexpr size_t kMaxRecentCases = 30'000;
constexpr int kBlockingThreads = 16;
constexpr int kMaxBlockingWaiting = 1000;
constexpr int kMaxAuditsWaiting = 4;

}  // namespace

CasesService::CasesService(
    rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool, PersonalKeys keys,
    std::unique_ptr<routing::v1::RoutingService::Stub> routing)
    : pool_(std::move(pool)),
      keys_(std::move(keys)),
      routing_(std::move(routing)),
      clock_(SystemTimeSources([this] {
        return db::ServerTime(pool_.get(), absl::Now() + kClockTime);
      })),
      feed_store_(pool_.get()),
      feeds_(&feed_store_, runtime),
      blocking_("change", kBlockingThreads, kMaxBlockingWaiting),
      recent_(kMaxRecentCases),
      change_store_(pool_.get()),
      engine_(
          &change_store_, &recent_, &blocking_,
          [this](const Matter& matter, absl::Time deadline) {
            return Route(matter, deadline);
          },
          [this] { feeds_.Wake(); }),
      changes_(&engine_, &city_, &clock_),
      reporter_store_(pool_.get()),
      privacy_{reporter_store_, keys_, changes_},
      admission_store_(pool_.get(), &ChangeStore::CommitWithin),
      admitter_(
          {admission_store_, spots_,
           [this](const v1::Reporter& reporter, const std::string& report_id) {
             return keys_.Seal(reporter, report_id);
           },
           [this](const Case& c) { recent_.Put(c); }}),
      referral_store_(pool_.get()),
      referrals_(&referral_store_, ReferralParts()),
      referral_room_{referrals_, referral_store_, changes_,
                     [this] { feeds_.Wake(); }},
      admissions_{admitter_, city_, clock_,
                  [this](const v1::Admission& admission, const city::City& city,
                         absl::Time now, absl::Time deadline) {
                    return referrals_.Open(admission, city, now, deadline);
                  },
                  [this] { feeds_.Wake(); }},
      query_store_(pool_.get()),
      search_(pool_.get(), &query_store_),
      statistics_store_(pool_.get()),
      queries_{query_store_,
               search_,
               statistics_store_,
               engine_,
               city_,
               clock_,
               [this](const std::vector<std::string>& report_ids,
                      absl::Time deadline) {
                 return privacy_.Masked(report_ids, deadline);
               }},
      batch_store_(pool_.get()),
      batches_{batch_store_, changes_},
      audit_store_(pool_.get()),
      roots_(
          [this](absl::Time deadline) { return feed_store_.FeedEnd(deadline); },
          &audit_store_, absl::GetFlag(FLAGS_roots_file)),
      auditor_(
          &audit_store_, &roots_,
          [this](absl::Time deadline) {
            return feed_store_.OwedFeedback("", deadline);
          },
          &city_),
      audit_executor_("audit", 1, kMaxAuditsWaiting),
      audits_{audit_store_, roots_,          auditor_,
              engine_,      audit_executor_, *runtime},
      background_({engine_, change_store_, reporter_store_, city_, clock_,
                   referrals_, search_, statistics_store_, roots_, auditor_},
                  [this] { feeds_.Wake(); }) {}

Referrals::Parts CasesService::ReferralParts() {
  return {engine_,
          [this](const v1::Reporter& reporter, const std::string& report_id) {
            return keys_.Seal(reporter, report_id);
          },
          [this](const Matter& matter, absl::Time deadline) {
            return Route(matter, deadline);
          },
          [this](const std::string& district_code, absl::Time now,
                 absl::Time deadline) {
            return admitter_.NextCaseNo(district_code, now, deadline);
          },
          [this](const std::string& case_no,
                 const v1::AdmitReportsRequest& request, const Context& context,
                 absl::Time deadline, const AdmissionHook& hook) {
            return admitter_.AdmitAs(case_no, request, context.city,
                                     context.now, deadline, hook);
          }};
}

absl::StatusOr<RoutePlan> CasesService::Route(const Matter& matter,
                                              absl::Time deadline) const {
  routing::v1::RouteMattersRequest matters;
  *matters.add_matters() = matter;
  ASSIGN_OR_RETURN(auto response,
                   rpc::Invoke(&routing::v1::RoutingService::Stub::RouteMatters,
                               *routing_, matters, deadline));
  return std::move(*response.mutable_plans(0));
}

absl::StatusOr<std::unique_ptr<rpc::Service>> CasesService::Create(
    const rpc::Environment& environment) {
  RETURN_IF_ERROR(
      db::CheckMigrated(environment.dsn, "cases", sql::kMigrations));
  ASSIGN_OR_RETURN(PersonalKeys keys,
                   PersonalKeys::Read(absl::GetFlag(FLAGS_personal_key)));
  db::PoolOptions options;
  options.dsn = environment.dsn;
  options.size = environment.db_connections;
  options.statements = sql::kStatements;
  options.prefer_indexes = true;
  ASSIGN_OR_RETURN(auto pool, db::Pool::Open(options));
  ASSIGN_OR_RETURN(auto routing, environment.Connect("routing"));
  ASSIGN_OR_RETURN(auto registry, environment.Connect("registry"));
  auto service = std::unique_ptr<CasesService>(
      new CasesService(environment.runtime, std::move(pool), std::move(keys),
                       routing::v1::RoutingService::NewStub(routing)));
  RETURN_IF_ERROR(service->Start(environment.runtime, std::move(registry)));
  return service;
}

absl::Status CasesService::Start(rpc::Runtime* runtime,
                                 std::shared_ptr<grpc::Channel> registry) {
  const auto serve =
      [&](const std::string& name,
          std::initializer_list<std::vector<rpc::Row>> rooms) -> absl::Status {
    ASSIGN_OR_RETURN(
        auto service,
        rpc::RowService::Create(runtime, "wangge.cases.v1." + name, rooms));
    services_.push_back(std::move(service));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(serve(
      "CaseService",
      {AdmissionRows(&admissions_), ChangeRows(&changes_), QueryRows(&queries_),
       PrivacyRows(&privacy_), BatchLinkRows(&batches_), FeedRows(&feeds_),
       AuditRows(&audits_)}));
  RETURN_IF_ERROR(serve("ReferralService", {ReferralRows(&referral_room_)}));
  RETURN_IF_ERROR(serve("StatisticsService", {StatisticsRows(&queries_)}));
  RETURN_IF_ERROR(serve("BatchService", {BatchRows(&batches_)}));
  RETURN_IF_ERROR(feeds_.Start());
  watcher_ = std::make_unique<city::Watcher>(std::move(registry), &city_);
  RETURN_IF_ERROR(clock_.Sync());
  background_.Start();
  return absl::OkStatus();
}

std::vector<rpc::RowService*> CasesService::RowServices() {
  std::vector<rpc::RowService*> services;
  for (const auto& service : services_) services.push_back(service.get());
  return services;
}

void CasesService::Drain() {
  background_.Stop();
  audit_executor_.Drain();
  feeds_.Stop();
  watcher_.reset();
}

}  // namespace wangge::cases
