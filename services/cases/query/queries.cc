#include "services/cases/query/queries.h"

#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "errors/errors.h"
#include "geo/coordinates.h"
#include "rpc/page.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/search.h"
#include "services/cases/domain/statistics.h"
#include "services/cases/domain/view.h"
#include "services/cases/shared/validate.h"

namespace wangge::cases {
namespace {

// A page of cases, newest first.
using CasePage = rpc::Page<absl::Time, std::string>;

// What a list of cases is searched by.
void RequireWords(const std::string& text, errors::Violations* v) {
  constexpr size_t kMaxWords = 10;
  constexpr size_t kMaxCharacters = 50;
  v->RequireText("text", text, 0, kMaxShortText);
  const std::vector<std::string> words = WordsOf(text);
  v->Require(words.size() <= kMaxWords, "text",
             absl::StrCat("has ", words.size(), " words; at most ", kMaxWords));
  for (const std::string& word : words) {
    const size_t length = Utf8Length(word);
    v->Require(length >= 2 && length <= kMaxCharacters, "text",
               absl::StrCat("`", word, "` has ", length, " characters; 2 to ",
                            kMaxCharacters, " can be searched for"));
  }
  v->Require(text.empty() || !words.empty(), "text", "is blank");
}

void RequireCircle(const v1::ListCasesRequest& r, errors::Violations* v) {
  constexpr int kMaxMeters = 5000;
  if (!r.has_near()) {
    v->Require(r.radius_meters() == 0, "radius_meters",
               "must be omitted when `near` is");
    return;
  }
  const auto point = geo::ToWgs84(r.near());
  v->Require(point.ok(), "near", std::string(point.status().message()));
  v->Require(r.radius_meters() >= 1 && r.radius_meters() <= kMaxMeters,
             "radius_meters",
             absl::StrCat("is ", r.radius_meters(), "; 1 to ", kMaxMeters));
}

absl::Status Validate(const v1::GetCaseRequest& r) {
  errors::Violations v;
  v.RequireText("case_no", r.case_no(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListCasesRequest& r) {
  errors::Violations v;
  CasePage::Require(r, &v);
  v.Require(v1::CaseState_IsValid(r.state()), "state",
            absl::StrCat("is ", static_cast<int>(r.state()),
                         "; must be a value of CaseState"));
  v.Require(common::v1::Light_IsValid(r.light()), "light",
            absl::StrCat("is ", static_cast<int>(r.light()),
                         "; must be a value of Light"));
  v.RequireText("lead_unit_id", r.lead_unit_id(), 0, 64);
  v.RequireText("source_id", r.source_id(), 0, 64);
  v.RequireText("grid_id", r.grid_id(), 0, 64);
  RequireWords(r.text(), &v);
  RequireCircle(r, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetStatisticsRequest& r) {
  errors::Violations v;
  RequireDay("first_day", r.first_day(), &v);
  RequireDay("last_day", r.last_day(), &v);
  v.Require(v1::StatisticsGroup_IsValid(r.group()), "group",
            absl::StrCat("is ", static_cast<int>(r.group()),
                         "; must be a value of StatisticsGroup"));
  v.Require(AreKept(DimensionsOf(r)), "group",
            "and the filters ask for a combination that figures are not kept "
            "by; name one of district, street, unit, category and source, or a "
            "category with a district or a unit");
  return v.ToStatus();
}

absl::StatusOr<v1::GetCaseResponse> GetCase(Queries& queries,
                                            const rpc::Call& call,
                                            const v1::GetCaseRequest& request) {
  v1::GetCaseResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_case_(),
      exec::Wait(queries.changer.Load(request.case_no(), call.deadline)));
  const std::string source = call.caller.NameIf("source");
  if (!source.empty() &&
      !IsSourceOf(response.case_(), {call.caller.Text(), source, nullptr})) {
    return errors::NotYours("case", request.case_no(), call.caller.Text());
  }
  if (request.include_timeline()) {
    ASSIGN_OR_RETURN(Events events,
                     queries.store.Timeline(request.case_no(), call.deadline));
    for (auto& event : events) *response.add_timeline() = std::move(event);
  }
  if (!source.empty()) KeepViewOf(source, &response);
  std::vector<std::string> report_ids;
  for (const auto& report : response.case_().reports()) {
    report_ids.push_back(report.report_id());
  }
  ASSIGN_OR_RETURN(auto reporters,
                   queries.masked_reporters(report_ids, call.deadline));
  for (auto& reporter : reporters) {
    *response.add_reporters() = std::move(reporter);
  }
  response.set_light(LightOf(response.case_(), queries.clock.Now()));
  return response;
}

absl::StatusOr<v1::ListCasesResponse> ListCases(
    Queries& queries, const rpc::Call& call,
    const v1::ListCasesRequest& request) {
  ASSIGN_OR_RETURN(const CasePage page, CasePage::Read(request));
  ListPosition position{absl::FromUnixSeconds(253402300799), ""};  // Year 9999.
  if (page.after) {
    std::tie(position.before_time, position.before_case_no) = *page.after;
  }
  v1::ListCasesResponse response;
  const auto set_next = [&](const ListPosition& last) {
    response.set_next_page_token(
        CasePage::Token(request, last.before_time, last.before_case_no));
  };
  // Everything is in the city's own grid.
  v1::ListCasesRequest search = request;
  const auto city = queries.city.Get();
  if (city != nullptr && city->root_grid().grid_id() == search.grid_id()) {
    search.clear_grid_id();
  }
  std::vector<Case> cases;
  if (IsSearch(search)) {
    ASSIGN_OR_RETURN(auto found, queries.search.Find(search, position,
                                                     page.size, call.deadline));
    cases = std::move(found.cases);
    if (found.next) set_next(*found.next);
  } else {
    ASSIGN_OR_RETURN(cases, queries.store.List(request, position, page.limit(),
                                               call.deadline));
    if (page.Cut(&cases)) set_next(PositionOf(cases.back()));
  }
  for (auto& c : cases) *response.add_cases() = std::move(c);
  return response;
}

absl::StatusOr<v1::GetStatisticsResponse> GetStatistics(
    Queries& queries, const rpc::Call& call,
    const v1::GetStatisticsRequest& request) {
  return queries.statistics.Read(request, call.deadline);
}

}  // namespace

std::vector<rpc::Row> QueryRows(Queries* queries) {
  return rpc::RowsOf(queries,
                     {{"GetCase", Validate, &GetCase, rpc::kWorker},
                      {"ListCases", Validate, &ListCases, rpc::kWorker}});
}

std::vector<rpc::Row> StatisticsRows(Queries* queries) {
  return rpc::RowsOf(
      queries, {{"GetStatistics", Validate, &GetStatistics, rpc::kWorker}});
}

}  // namespace wangge::cases
