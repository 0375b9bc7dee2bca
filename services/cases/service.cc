#include "services/cases/service.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "log/log.h"
#include "rpc/bytes.h"
#include "services/cases/actor.h"
#include "services/cases/audit_stream.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/mask.h"
#include "services/cases/domain/matter.h"
#include "services/cases/domain/search.h"
#include "services/cases/domain/view.h"
#include "services/cases/page.h"
#include "services/cases/sql.h"

ABSL_FLAG(std::string, personal_key, "",
          "File with the keys for personal data, `<id> <64 hex digits>` a "
          "line: the first seals, the others still open.");

ABSL_FLAG(std::string, roots_file, "",
          "File that every daily Merkle root is appended to, `day events root` "
          "a line; empty: only the log and ListDailyRoots have them.");
namespace wangge::cases {
namespace {

constexpr absl::Duration kBackgroundTime = absl::Seconds(10);
// Changes at once that no thread waits for. More would only wait themselves.
constexpr int kMaxChanging = 1000;

// What a page token holds: where the page ended, and the filter it belongs to.
std::string MakePageToken(const ListPosition& end, const std::string& filter) {
  return absl::WebSafeBase64Escape(absl::StrCat(
      FormatUtc(end.before_time), "|", end.before_case_no, "|", filter));
}

absl::StatusOr<ListPosition> ReadPageToken(const std::string& token,
                                           const std::string& filter) {
  std::string text;
  std::string error;
  absl::WebSafeBase64Unescape(token, &text);
  const std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits('|', 2));
  ListPosition position;
  if (parts.size() == 3 && parts[2] == filter &&
      absl::ParseTime(absl::RFC3339_full, parts[0], &position.before_time,
                      &error)) {
    position.before_case_no = parts[1];
    return position;
  }
  errors::Violations v;
  v.Add("page_token", "does not belong to this filter; start without it");
  return v.ToStatus();
}

std::string FilterOf(const v1::ListCasesRequest& request) {
  v1::ListCasesRequest filter = request;
  filter.clear_page_token();
  filter.clear_page_size();
  return ToHex(Sha256(filter.SerializeAsString())).substr(0, 16);
}

template <typename Request>
RequestKey KeyOfRequest(const std::string& caller, const Request& request) {
  Request body = request;
  body.clear_request_id();
  return {caller, request.request_id(),
          Sha256(absl::StrCat(request.GetTypeName(), "\n",
                              body.SerializeAsString())),
          request.etag()};
}

}  // namespace

CaseService::CaseService(
    rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool, PersonalKeys keys,
    std::unique_ptr<routing::v1::RoutingService::Stub> routing)
    : runtime_(*runtime),
      pool_(std::move(pool)),
      personal_keys_(std::move(keys)),
      routing_(std::move(routing)),
      store_(pool_.get()),
      reporters_(pool_.get()),
      clock_(SystemTimeSources(
          [this] { return store_.Now(absl::Now() + kBackgroundTime); })),
      numbers_(&store_),
      referral_store_(pool_.get()),
      referrals_(
          &referral_store_, &store_, &personal_keys_, &numbers_,
          [this](const routing::v1::Matter& matter, absl::Time deadline) {
            return Route(matter, deadline);
          }),
      referral_service_(runtime, &referrals_, &referral_store_, &city_, &clock_,
                        [this] { Committed(); }),
      statistics_service_(runtime, pool_.get()),
      batch_service_(runtime, pool_.get(), &city_),
      feed_executor_("feed", 4, 1000),
      events_(
          "events", &feed_executor_,
          [this](FeedCursor cursor, const std::string&, int limit) {
            return store_.EventsAfter(cursor, limit,
                                      absl::Now() + kBackgroundTime);
          },
          PackEvents),
      feedback_(
          "feedback", &feed_executor_,
          [this](FeedCursor cursor, const std::string& source, int limit) {
            return store_.FeedbackAfter(cursor, source, limit,
                                        absl::Now() + kBackgroundTime);
          },
          PackFeedback),
      audit_store_(pool_.get()),
      roots_(&store_, &audit_store_, absl::GetFlag(FLAGS_roots_file)),
      auditor_(&audit_store_, &roots_, &city_),
      search_(pool_.get(), &store_),
      background_({store_, reporters_, city_, clock_, referrals_, search_,
                   roots_, auditor_},
                  [this] { Committed(); }),
      audit_executor_("audit", 1, 4) {}

absl::StatusOr<std::unique_ptr<rpc::Service>> CaseService::Create(
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
  ASSIGN_OR_RETURN(auto routing,
                   rpc::Connect(environment.routing, environment.tls));
  ASSIGN_OR_RETURN(auto registry,
                   rpc::Connect(environment.registry, environment.tls));
  auto service = std::unique_ptr<CaseService>(
      new CaseService(environment.runtime, std::move(pool), std::move(keys),
                      routing::v1::RoutingService::NewStub(routing)));
  RETURN_IF_ERROR(service->Start(std::move(registry)));
  return service;
}

absl::Status CaseService::Start(std::shared_ptr<grpc::Channel> registry) {
  ASSIGN_OR_RETURN(const FeedCursor end,
                   store_.FeedEnd(absl::Now() + kBackgroundTime));
  events_.Start("event-feed", end);
  feedback_.Start("feedback-feed", end);
  watcher_ = std::make_unique<city::Watcher>(std::move(registry), &city_);
  RETURN_IF_ERROR(clock_.Sync());
  statistics_service_.Start();
  background_.Start();
  return absl::OkStatus();
}

bool CaseService::Ready() { return city_.Get() != nullptr; }

void CaseService::Drain() {
  background_.Stop();
  statistics_service_.Stop();
  audit_executor_.Drain();
  events_.Close();
  feedback_.Close();
  feed_executor_.Drain();
  watcher_.reset();
}

void CaseService::Committed() {
  events_.Wake();
  feedback_.Wake();
}

absl::StatusOr<v1::AdmitReportsResponse> CaseService::Handle(
    const rpc::Call& call, const v1::AdmitReportsRequest& request) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  const absl::Time now = clock_.Now();
  const auto hosts_review = [](const v1::Admission& a) {
    return a.hosts_review();
  };
  absl::StatusOr<v1::AdmitReportsResponse> response;
  if (std::none_of(request.admissions().begin(), request.admissions().end(),
                   hosts_review)) {
    response = cases::AdmitReports(request, *city, personal_keys_, now,
                                   call.deadline, &numbers_, &store_);
  } else {
    response = AdmitOrRefer(request, *city, now, call.deadline);
  }
  Committed();
  return response;
}

absl::StatusOr<v1::AdmitReportsResponse> CaseService::AdmitOrRefer(
    const v1::AdmitReportsRequest& request, const city::City& city,
    absl::Time now, absl::Time deadline) {
  v1::AdmitReportsRequest direct;
  for (const auto& admission : request.admissions()) {
    if (!admission.hosts_review()) *direct.add_admissions() = admission;
  }
  ASSIGN_OR_RETURN(auto admitted,
                   cases::AdmitReports(direct, city, personal_keys_, now,
                                       deadline, &numbers_, &store_));
  v1::AdmitReportsResponse response;
  int next = 0;
  for (const auto& admission : request.admissions()) {
    if (!admission.hosts_review()) {
      *response.add_results() = std::move(*admitted.mutable_results(next++));
    } else {
      ASSIGN_OR_RETURN(*response.add_results(),
                       referrals_.Open(admission, city, now, deadline));
    }
  }
  return response;
}

absl::StatusOr<v1::GetCaseResponse> CaseService::Handle(
    const rpc::Call& call, const v1::GetCaseRequest& request) {
  v1::GetCaseResponse response;
  ASSIGN_OR_RETURN(LoadedCase loaded, store_.Load(request.case_no(), "", ""));
  *response.mutable_case_() = std::move(loaded.folded);
  const std::string source = call.caller.NameIf("source");
  if (!source.empty() &&
      !IsSourceOf(response.case_(), {call.caller.Text(), source, nullptr})) {
    return errors::NotYours("case", request.case_no(), call.caller.Text());
  }
  if (request.include_timeline()) {
    ASSIGN_OR_RETURN(Events events,
                     store_.Timeline(request.case_no(), call.deadline));
    for (auto& event : events) *response.add_timeline() = std::move(event);
  }
  if (!source.empty()) KeepViewOf(source, &response);
  RETURN_IF_ERROR(AddReporters(call.deadline, &response));
  response.set_light(LightOf(response.case_(), clock_.Now()));
  return response;
}

absl::Status CaseService::AddReporters(absl::Time deadline,
                                       v1::GetCaseResponse* response) {
  std::vector<std::string> report_ids;
  for (const auto& report : response->case_().reports()) {
    report_ids.push_back(report.report_id());
  }
  ASSIGN_OR_RETURN(const auto reporters,
                   reporters_.FindAll(report_ids, deadline));
  for (const auto& [report_id, sealed] : reporters) {
    auto& masked = *response->add_reporters();
    masked.set_report_id(report_id);
    masked.set_erased(!sealed);
    if (!sealed) continue;
    const auto reporter = personal_keys_.Open(*sealed, report_id);
    // Without its key the case can still be read.
    if (reporter.ok()) *masked.mutable_reporter() = Mask(*reporter);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListCasesResponse> CaseService::Handle(
    const rpc::Call& call, const v1::ListCasesRequest& request) {
  const std::string filter = FilterOf(request);
  ListPosition position{absl::FromUnixSeconds(253402300799), ""};  // Year 9999.
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(position, ReadPageToken(request.page_token(), filter));
  }
  const int size = PageLimit(request.page_size());
  v1::ListCasesResponse response;
  // Everything is in the city's own grid.
  v1::ListCasesRequest search = request;
  const auto city = city_.Get();
  if (city != nullptr && city->root_grid().grid_id() == search.grid_id()) {
    search.clear_grid_id();
  }
  if (IsSearch(search)) {
    ASSIGN_OR_RETURN(auto found,
                     search_.Find(search, position, size, call.deadline));
    if (found.next) {
      response.set_next_page_token(MakePageToken(*found.next, filter));
    }
    for (auto& c : found.cases) *response.add_cases() = std::move(c);
    return response;
  }
  ASSIGN_OR_RETURN(auto cases,
                   store_.List(request, position, size, call.deadline));
  if (static_cast<int>(cases.size()) == size) {
    response.set_next_page_token(
        MakePageToken(PositionOf(cases.back()), filter));
  }
  for (auto& c : cases) *response.add_cases() = std::move(c);
  return response;
}

absl::StatusOr<v1::AcknowledgeFeedbackResponse> CaseService::Handle(
    const rpc::Call& call, const v1::AcknowledgeFeedbackRequest& request) {
  if (call.caller.NameIf("source") != request.source_id()) {
    return errors::NotYours("feedback", request.source_id(),
                            call.caller.Text());
  }
  RETURN_IF_ERROR(FeedCursor::FromText("cursor", request.cursor()).status());
  v1::AcknowledgeFeedbackResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_cursor(),
      store_.Acknowledge(request.source_id(), request.cursor(), call.deadline));
  return response;
}

absl::StatusOr<v1::ListOwedFeedbackResponse> CaseService::Handle(
    const rpc::Call& call, const v1::ListOwedFeedbackRequest& request) {
  const std::string source = call.caller.NameIf("source");
  if (!source.empty() && source != request.source_id()) {
    return errors::NotYours("feedback", request.source_id(),
                            call.caller.Text());
  }
  return audit_store_.OwedFeedback(request.source_id(), call.deadline);
}

template <typename Request>
absl::StatusOr<std::optional<RoutePlan>> CaseService::PlanFor(
    const Case& c, const Request& request, absl::Time now,
    absl::Time deadline) const {
  if constexpr (MayWantPlan<Request>) {
    if (const auto matter = MatterFor(c, request, now)) {
      return Route(*matter, deadline);
    }
  }
  return std::nullopt;
}

absl::StatusOr<RoutePlan> CaseService::Route(const routing::v1::Matter& matter,
                                             absl::Time deadline) const {
  routing::v1::RouteMattersRequest matters;
  *matters.add_matters() = matter;
  ASSIGN_OR_RETURN(auto response,
                   rpc::Invoke(&routing::v1::RoutingService::Stub::RouteMatters,
                               *routing_, matters, deadline));
  return std::move(*response.mutable_plans(0));
}

template <typename Request>
absl::StatusOr<v1::Case> CaseService::Handle(const rpc::Call& call,
                                             const Request& request) {
  return Change(call, request);
}

template <typename Request>
absl::StatusOr<v1::Case> CaseService::Change(const rpc::Call& call,
                                             const Request& request) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  ASSIGN_OR_RETURN(const Actor actor, ActorOf(call.caller, *city));
  const absl::Time now = clock_.Now();
  const auto decide = [&](const Case& c) -> absl::StatusOr<Events> {
    ASSIGN_OR_RETURN(const auto plan, PlanFor(c, request, now, call.deadline));
    return Decide(c, request, {*city, actor, now, plan ? &*plan : nullptr});
  };
  Companion companion;
  if constexpr (HasCompanion<Request>) companion = CompanionOf(request);
  ASSIGN_OR_RETURN(
      Changed result,
      ChangeCase(request.case_no(), KeyOfRequest(call.caller.Text(), request),
                 decide, companion, call.deadline, &store_));
  if (result.changed) Committed();
  return std::move(result.folded);
}

template <typename Request>
void CaseService::ChangeLater(
    const rpc::Call& call, const Request& request,
    typename rpc::Method<Request, v1::Case>::Reply reply) {
  auto city = city::Current(city_);
  if (!city.ok()) return reply(city.status());
  auto actor = ActorOf(call.caller, **city);
  if (!actor.ok()) return reply(actor.status());
  if (changing_.fetch_add(1) >= kMaxChanging) {
    changing_.fetch_sub(1);
    return reply(errors::Overloaded(runtime_.retry_delay()));
  }
  ChangeCaseLater(
      request.case_no(), KeyOfRequest(call.caller.Text(), request),
      [city = *std::move(city), actor = *std::move(actor), now = clock_.Now(),
       &request](const Case& c) {
        return Decide(c, request, {*city, actor, now, nullptr});
      },
      &store_,
      [this, reply = std::move(reply)](absl::StatusOr<Changed> result) {
        changing_.fetch_sub(1);
        if (!result.ok()) return reply(result.status());
        if (result->changed) Committed();
        reply(std::move(result->folded));
      });
}

template <typename Request>
rpc::Method<Request, v1::Case> CaseService::ChangeMethod(
    const std::string& name) {
  const auto validate = [](const Request& r) { return Validate(r); };
  if constexpr (MayWantPlan<Request> || HasCompanion<Request> ||
                std::is_same_v<Request, v1::MergeCaseRequest>) {
    return {&runtime_, name, validate,
            [this](const rpc::Call& call, const Request& request) {
              return Handle(call, request);
            }};
  } else {
    using Method = rpc::Method<Request, v1::Case>;
    return Method::Later(&runtime_, name, validate,
                         [this](const rpc::Call& call, const Request& request,
                                typename Method::Reply reply) {
                           ChangeLater(call, request, std::move(reply));
                         });
  }
}

template <typename Request>
absl::StatusOr<v1::Case> CaseService::ChangeBoth(
    const rpc::Call& call, const Request& request,
    const std::string& master_case_no) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  ASSIGN_OR_RETURN(const Actor actor, ActorOf(call.caller, *city));
  const absl::Time now = clock_.Now();
  const auto decide = [&](const std::vector<Case>& cases)
      -> absl::StatusOr<std::vector<Events>> {
    ASSIGN_OR_RETURN(const auto plan,
                     PlanFor(cases[0], request, now, call.deadline));
    ASSIGN_OR_RETURN(MergeEvents events,
                     Decide(cases[0], cases[1], request,
                            {*city, actor, now, plan ? &*plan : nullptr}));
    return std::vector<Events>{std::move(events.merged),
                               std::move(events.master)};
  };
  ASSIGN_OR_RETURN(Changed result,
                   ChangeCases({request.case_no(), master_case_no},
                               KeyOfRequest(call.caller.Text(), request),
                               decide, nullptr, call.deadline, &store_));
  if (result.changed) Committed();
  return std::move(result.folded);
}

absl::StatusOr<v1::Case> CaseService::Handle(
    const rpc::Call& call, const v1::MergeCaseRequest& request) {
  return ChangeBoth(call, request, request.master_case_no());
}

absl::StatusOr<v1::Case> CaseService::Handle(
    const rpc::Call& call, const v1::UnmergeCaseRequest& request) {
  ASSIGN_OR_RETURN(const LoadedCase loaded,
                   store_.Load(request.case_no(), "", ""));
  // A repeat finds the case parted already: then itself stands for the other,
  // which nobody looks at.
  const std::string& master = loaded.folded.master_case_no();
  return ChangeBoth(call, request, master.empty() ? request.case_no() : master);
}

absl::StatusOr<v1::RevealReporterResponse> CaseService::Handle(
    const rpc::Call& call, const v1::RevealReporterRequest& request) {
  // Recorded first: nothing is shown that nobody can see was shown.
  ASSIGN_OR_RETURN(const Case c, Change(call, request));
  const std::string& report_id = request.report_id().empty()
                                     ? c.reports(0).report_id()
                                     : request.report_id();
  ASSIGN_OR_RETURN(const SealedReporter sealed,
                   reporters_.Find(report_id, call.deadline));
  v1::RevealReporterResponse response;
  ASSIGN_OR_RETURN(*response.mutable_reporter(),
                   personal_keys_.Open(sealed, report_id));
  return response;
}

absl::StatusOr<v1::GetCaseProofResponse> CaseService::Handle(
    const rpc::Call& call, const v1::GetCaseProofRequest& request) {
  v1::GetCaseProofResponse response;
  ASSIGN_OR_RETURN(LoadedCase loaded, store_.Load(request.case_no(), "", ""));
  *response.mutable_case_() = std::move(loaded.folded);
  std::vector<FeedCursor> cursors;
  ASSIGN_OR_RETURN(auto events, store_.StoredEvents(request.case_no(), &cursors,
                                                    call.deadline));
  RETURN_IF_ERROR(roots_.AddProofs(cursors,
                                   FromProto(response.case_().receive_time()),
                                   &events, call.deadline));
  for (auto& event : events) *response.add_events() = std::move(event);
  return response;
}

absl::StatusOr<v1::ListDailyRootsResponse> CaseService::Handle(
    const rpc::Call& call, const v1::ListDailyRootsRequest& request) {
  ASSIGN_OR_RETURN(auto roots,
                   audit_store_.Roots(request.first_day(), call.deadline));
  v1::ListDailyRootsResponse response;
  for (auto& root : roots) *response.add_roots() = std::move(root.root);
  return response;
}

grpc::ServerWriteReactor<v1::AuditCasesResponse>* CaseService::AuditCases(
    grpc::CallbackServerContext* context,
    const v1::AuditCasesRequest* request) {
  using Refused =
      rpc::RefusedStream<grpc::ServerWriteReactor<v1::AuditCasesResponse>>;
  const auto caller = rpc::AdmitStream(
      runtime_, *context, "/wangge.cases.v1.CaseService/AuditCases");
  if (!caller.ok()) return new Refused(caller.status());
  auto stream = std::make_shared<AuditStream>();
  stream->Begin(stream);
  if (!audit_executor_.TryPost([this, stream, case_no = request->case_no()] {
        stream->Run(auditor_, case_no, [this] { return runtime_.draining(); });
      })) {
    stream->Close(errors::Overloaded(runtime_.retry_delay()));
  }
  return stream.get();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* CaseService::WatchEvents(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) {
  using Refused =
      rpc::RefusedStream<grpc::ServerWriteReactor<grpc::ByteBuffer>>;
  const auto caller = rpc::AdmitStream(
      runtime_, *context, "/wangge.cases.v1.CaseService/WatchEvents");
  if (!caller.ok()) return new Refused(caller.status());
  v1::WatchEventsRequest request;
  if (!rpc::FromBytes(*bytes, &request)) return new Refused(rpc::Unreadable());
  const auto cursor = FeedCursor::FromText("cursor", request.cursor());
  if (!cursor.ok()) return new Refused(cursor.status());
  auto stream = std::make_shared<FeedStream>("", *cursor);
  stream->Begin(stream);
  events_.Add(stream, request.from_now());
  return stream.get();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* CaseService::WatchFeedback(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) {
  using Refused =
      rpc::RefusedStream<grpc::ServerWriteReactor<grpc::ByteBuffer>>;
  const auto caller = rpc::AdmitStream(
      runtime_, *context, "/wangge.cases.v1.CaseService/WatchFeedback");
  if (!caller.ok()) return new Refused(caller.status());
  v1::WatchFeedbackRequest request;
  if (!rpc::FromBytes(*bytes, &request)) return new Refused(rpc::Unreadable());
  const std::string& source = request.source_id();
  if (source.empty() || caller->NameIf("source") != source) {
    return new Refused(errors::NotYours("feedback", source, caller->Text()));
  }
  const auto cursor = FeedCursor::FromText("cursor", request.cursor());
  if (!cursor.ok()) return new Refused(cursor.status());
  auto stream = std::make_shared<FeedStream>(source, *cursor);
  stream->Begin(stream);
  const bool resume = request.cursor().empty();
  if (!feed_executor_.TryPost([this, stream, source = source, resume] {
        if (resume) {
          const auto text =
              store_.Acknowledged(source, absl::Now() + kBackgroundTime);
          if (!text.ok()) return stream->Close(text.status());
          stream->Resume(*FeedCursor::FromText("cursor", *text));
        }
        feedback_.Add(stream, false);
      })) {
    stream->Close(errors::Overloaded(runtime_.retry_delay()));
  }
  return stream.get();
}

}  // namespace wangge::cases
