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
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/sql.h"

ABSL_FLAG(std::string, personal_key, "",
          "File with the key for personal data: `<id> <64 hex digits>`.");

namespace wangge::cases {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kMostPage = 1000;
constexpr int kTimersAtOnce = 200;
constexpr absl::Duration kTimerInterval = absl::Milliseconds(200);
constexpr absl::Duration kBackgroundTime = absl::Seconds(10);

// What a page token holds: where the page ended, and the filter it belongs to.
std::string MakePageToken(const Case& last, const std::string& filter) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(FormatUtc(FromProto(last.receive_time())), "|",
                   last.case_no(), "|", filter));
}

absl::Status ReadPageToken(const std::string& token, const std::string& filter,
                           absl::Time* time, std::string* case_no) {
  std::string text;
  std::string error;
  absl::WebSafeBase64Unescape(token, &text);
  const std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits('|', 2));
  if (parts.size() == 3 && parts[2] == filter &&
      absl::ParseTime(absl::RFC3339_full, parts[0], time, &error)) {
    *case_no = parts[1];
    return absl::OkStatus();
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
    rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool, PersonalKey key,
    std::unique_ptr<routing::v1::RoutingService::Stub> routing)
    : runtime_(*runtime),
      pool_(std::move(pool)),
      personal_key_(std::move(key)),
      routing_(std::move(routing)),
      store_(pool_.get(), personal_key_.id),
      numbers_(&store_),
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
      timers_fired_(metrics::GetCounter("cases_timers_fired_total",
                                        "Events made by timers.")) {}

absl::StatusOr<std::unique_ptr<rpc::Service>> CaseService::Create(
    const rpc::Environment& environment) {
  RETURN_IF_ERROR(
      db::CheckMigrated(environment.dsn, "cases", sql::kMigrations));
  ASSIGN_OR_RETURN(PersonalKey key,
                   ReadPersonalKey(absl::GetFlag(FLAGS_personal_key)));
  db::PoolOptions options;
  options.dsn = environment.dsn;
  options.size = environment.db_connections;
  options.statements = sql::kStatements;
  ASSIGN_OR_RETURN(auto pool, db::Pool::Open(options));
  ASSIGN_OR_RETURN(auto routing,
                   rpc::Connect(environment.routing, environment.tls));
  ASSIGN_OR_RETURN(auto registry,
                   rpc::Connect(environment.registry, environment.tls));
  auto service = std::unique_ptr<CaseService>(
      new CaseService(environment.runtime, std::move(pool), std::move(key),
                      routing::v1::RoutingService::NewStub(routing)));
  RETURN_IF_ERROR(service->StartFeeds());
  service->watcher_ =
      std::make_unique<city::Watcher>(std::move(registry), &service->city_);
  service->timers_ = std::make_unique<exec::Periodic>(
      "timers", kTimerInterval,
      [raw = service.get()] { return raw->FireTimers(); });
  return service;
}

absl::Status CaseService::StartFeeds() {
  ASSIGN_OR_RETURN(const FeedCursor end,
                   store_.FeedEnd(absl::Now() + kBackgroundTime));
  events_.Start("event-feed", end);
  feedback_.Start("feedback-feed", end);
  return absl::OkStatus();
}

bool CaseService::Ready() { return city_.Get() != nullptr; }

void CaseService::Drain() {
  timers_->Stop();
  events_.Close();
  feedback_.Close();
  feed_executor_.Drain();
  watcher_.reset();
}

void CaseService::Committed() {
  events_.Poke();
  feedback_.Poke();
}

absl::StatusOr<Actor> CaseService::ActorOf(const rpc::Caller& caller,
                                           const city::City& city) const {
  Actor actor{caller.Text(), caller.NameIf("source"), nullptr};
  if (caller.officer_id.empty()) return actor;
  actor.officer = city.FindOfficer(caller.officer_id);
  if (actor.officer != nullptr) return actor;
  return errors::NotYours("city", "officers", actor.text);
}

absl::StatusOr<v1::AdmitReportsResponse> CaseService::Handle(
    const rpc::Call& call, const v1::AdmitReportsRequest& request) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  auto response =
      cases::AdmitReports(request, *city, personal_key_, absl::Now(),
                          call.deadline, &numbers_, &store_);
  Committed();
  return response;
}

absl::StatusOr<v1::GetCaseResponse> CaseService::Handle(
    const rpc::Call& call, const v1::GetCaseRequest& request) {
  v1::GetCaseResponse response;
  ASSIGN_OR_RETURN(LoadedCase loaded,
                   store_.Load(request.case_no(), "", "", call.deadline));
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
  response.set_light(LightOf(response.case_(), absl::Now()));
  return response;
}

absl::StatusOr<v1::ListCasesResponse> CaseService::Handle(
    const rpc::Call& call, const v1::ListCasesRequest& request) {
  const std::string filter = FilterOf(request);
  absl::Time time = absl::FromUnixSeconds(253402300799);  // The year 9999.
  std::string case_no;
  if (!request.page_token().empty()) {
    RETURN_IF_ERROR(
        ReadPageToken(request.page_token(), filter, &time, &case_no));
  }
  const int size = request.page_size() == 0
                       ? kDefaultPage
                       : std::min(request.page_size(), kMostPage);
  ASSIGN_OR_RETURN(auto cases,
                   store_.List(request, time, case_no, size, call.deadline));
  v1::ListCasesResponse response;
  if (static_cast<int>(cases.size()) == size) {
    response.set_next_page_token(MakePageToken(cases.back(), filter));
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

absl::StatusOr<RoutePlan> CaseService::PlanAgain(const Case& c,
                                                 const std::string& finding,
                                                 absl::Time now,
                                                 absl::Time deadline) const {
  routing::v1::RouteMattersRequest request;
  auto& matter = *request.add_matters();
  matter.set_title(finding.empty() ? c.title() : finding);
  matter.set_text(c.text());
  matter.set_address(c.address());
  if (c.has_point()) *matter.mutable_point() = c.point();
  matter.set_category_code(c.category_code());
  if (!c.grid_ids().empty()) {
    matter.set_reporter_grid_id(c.grid_ids(c.grid_ids_size() - 1));
  }
  *matter.mutable_time() = ToProto(now);
  *matter.mutable_excluded_unit_ids() = c.excluded_unit_ids();
  matter.add_excluded_unit_ids(c.return_request().unit_id());
  ASSIGN_OR_RETURN(auto response,
                   rpc::Invoke(&routing::v1::RoutingService::Stub::RouteMatters,
                               *routing_, request, deadline));
  return std::move(*response.mutable_plans(0));
}

template <typename Request>
absl::StatusOr<v1::Case> CaseService::Handle(const rpc::Call& call,
                                             const Request& request) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  ASSIGN_OR_RETURN(Actor actor, ActorOf(call.caller, *city));
  const absl::Time now = absl::Now();
  RoutePlan plan;
  const auto decide = [&](const Case& c) -> absl::StatusOr<Events> {
    Context context{*city, actor, now, nullptr};
    if constexpr (std::is_same_v<Request, v1::ApproveReturnRequest>) {
      ASSIGN_OR_RETURN(plan, PlanAgain(c, "", now, call.deadline));
      context.plan = &plan;
    } else if constexpr (std::is_same_v<Request,
                                        v1::ReportVerificationRequest>) {
      ASSIGN_OR_RETURN(plan, PlanAgain(c, request.text(), now, call.deadline));
      context.plan = &plan;
    }
    return Decide(c, request, context);
  };
  bool changed = false;
  auto result =
      ChangeCase(request.case_no(), KeyOfRequest(call.caller.Text(), request),
                 decide, call.deadline, &store_, &changed);
  if (changed) Committed();
  return result;
}

bool CaseService::FireTimers() {
  const auto city = city_.Get();
  if (city == nullptr) return false;
  const absl::Time now = absl::Now();
  const absl::Time deadline = now + kBackgroundTime;
  const auto due = store_.DueCases(now, kTimersAtOnce, deadline);
  if (!due.ok()) return false;  // Logged by the pool; tried again soon.
  bool fired = false;
  for (const std::string& case_no : *due) {
    const Context context{*city, {"timer", "", nullptr}, now, nullptr};
    bool changed = false;
    const auto result = ChangeCase(
        case_no, {}, [&](const Case& c) { return DecideTimers(c, context); },
        deadline, &store_, &changed);
    if (changed) timers_fired_.Increment();
    fired = fired || changed;
    if (!result.ok() && !absl::IsAborted(result.status())) {
      log::Warning("timer not fired",
                   {{"case_no", case_no},
                    {"cause", std::string(result.status().message())}});
    }
  }
  if (fired) Committed();
  return fired && due->size() == kTimersAtOnce;
}

grpc::ServerWriteReactor<v1::WatchEventsResponse>* CaseService::WatchEvents(
    grpc::CallbackServerContext* context,
    const v1::WatchEventsRequest* request) {
  using Refused =
      rpc::RefusedStream<grpc::ServerWriteReactor<v1::WatchEventsResponse>>;
  const auto caller = rpc::AdmitStream(
      runtime_, *context, "/wangge.cases.v1.CaseService/WatchEvents");
  if (!caller.ok()) return new Refused(caller.status());
  const auto cursor = FeedCursor::FromText("cursor", request->cursor());
  if (!cursor.ok()) return new Refused(cursor.status());
  auto stream = std::make_shared<EventFeed::Stream>("", *cursor);
  stream->Begin(stream);
  events_.Add(stream, request->from_now());
  return stream.get();
}

grpc::ServerWriteReactor<v1::WatchFeedbackResponse>* CaseService::WatchFeedback(
    grpc::CallbackServerContext* context,
    const v1::WatchFeedbackRequest* request) {
  using Refused =
      rpc::RefusedStream<grpc::ServerWriteReactor<v1::WatchFeedbackResponse>>;
  const auto caller = rpc::AdmitStream(
      runtime_, *context, "/wangge.cases.v1.CaseService/WatchFeedback");
  if (!caller.ok()) return new Refused(caller.status());
  const std::string& source = request->source_id();
  if (source.empty() || caller->NameIf("source") != source) {
    return new Refused(errors::NotYours("feedback", source, caller->Text()));
  }
  const auto cursor = FeedCursor::FromText("cursor", request->cursor());
  if (!cursor.ok()) return new Refused(cursor.status());
  auto stream = std::make_shared<FeedbackFeed::Stream>(source, *cursor);
  stream->Begin(stream);
  const bool resume = request->cursor().empty();
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
