// The cases service: what the process is made of, room by room.
#pragma once

#include <memory>
#include <vector>

#include "base/following_clock.h"
#include "city/watch.h"
#include "db/pool.h"
#include "rpc/host.h"
#include "services/cases/admission/admissions.h"
#include "services/cases/audit/audits.h"
#include "services/cases/background.h"
#include "services/cases/batch/batches.h"
#include "services/cases/change/engine.h"
#include "services/cases/feed/feeds.h"
#include "services/cases/privacy/privacy.h"
#include "services/cases/query/queries.h"
#include "services/cases/referral/referral_handlers.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::cases {

class CasesService final : public rpc::Service {
 public:
  // Needs --dsn, --endpoints and --personal_key.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<rpc::RowService*> RowServices() override;
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override;

 private:
  CasesService(rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool,
               PersonalKeys keys,
               std::unique_ptr<routing::v1::RoutingService::Stub> routing);

  absl::Status Start(rpc::Runtime* runtime,
                     std::shared_ptr<grpc::Channel> registry);
  absl::StatusOr<RoutePlan> Route(const Matter& matter,
                                  absl::Time deadline) const;
  Referrals::Parts ReferralParts();

  const std::unique_ptr<db::Pool> pool_;
  const PersonalKeys keys_;
  const std::unique_ptr<routing::v1::RoutingService::Stub> routing_;
  city::Holder city_;
  FollowingClock clock_;

  FeedStore feed_store_;
  Feeds feeds_;

  // What of a change may block; it outlives those that wait for it.
  exec::Executor blocking_;
  RecentCases recent_;
  ChangeStore change_store_;
  Engine engine_;
  Changes changes_;

  ReporterStore reporter_store_;
  Privacy privacy_;

  AdmissionStore admission_store_;
  KeyedLock spots_;
  Admitter admitter_;
  ReferralStore referral_store_;
  Referrals referrals_;
  ReferralRoom referral_room_;
  Admissions admissions_;

  QueryStore query_store_;
  Search search_;
  StatisticsStore statistics_store_;
  Queries queries_;

  BatchStore batch_store_;
  Batches batches_;

  AuditStore audit_store_;
  DailyRoots roots_;
  Auditor auditor_;
  exec::Executor audit_executor_;
  Audits audits_;

  std::vector<std::unique_ptr<rpc::RowService>> services_;
  std::unique_ptr<city::Watcher> watcher_;
  Background background_;
};

}  // namespace wangge::cases
