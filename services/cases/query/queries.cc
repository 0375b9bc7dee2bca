#include "services/cases/query/queries.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "errors/errors.h"
#include "geo/coordinates.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/search.h"
#include "services/cases/domain/statistics.h"
#include "services/cases/domain/view.h"
#include "services/cases/page.h"
#include "services/cases/shared/validate.h"

namespace wangge::cases {
namespace {

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
  RequirePageSize(r.page_size(), &v);
  v.Require(v1::CaseState_IsValid(r.state()), "state",
            absl::StrCat("is ", static_cast<int>(r.state()),
                         "; must be a value of CaseState"));
  v.Require(common::v1::Light_IsValid(r.light()), "light",
            absl::StrCat("is ", static_cast<int>(r.light()),
                         "; must be a value of Light"));
  v.RequireText("lead_unit_id", r.lead_unit_id(), 0, 64);
  v.RequireText("source_id", r.source_id(), 0, 64);
  v.RequireText("page_token", r.page_token(), 0, kMaxShortText);
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
  const std::string filter = FilterOf(request);
  ListPosition position{absl::FromUnixSeconds(253402300799), ""};  // Year 9999.
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(position, ReadPageToken(request.page_token(), filter));
  }
  const int size = PageLimit(request.page_size());
  v1::ListCasesResponse response;
  // Everything is in the city's own grid.
  v1::ListCasesRequest search = request;
  const auto city = queries.city.Get();
  if (city != nullptr && city->root_grid().grid_id() == search.grid_id()) {
    search.clear_grid_id();
  }
  if (IsSearch(search)) {
    ASSIGN_OR_RETURN(
        auto found, queries.search.Find(search, position, size, call.deadline));
    if (found.next) {
      response.set_next_page_token(MakePageToken(*found.next, filter));
    }
    for (auto& c : found.cases) *response.add_cases() = std::move(c);
    return response;
  }
  ASSIGN_OR_RETURN(auto cases,
                   queries.store.List(request, position, size, call.deadline));
  if (static_cast<int>(cases.size()) == size) {
    response.set_next_page_token(
        MakePageToken(PositionOf(cases.back()), filter));
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
