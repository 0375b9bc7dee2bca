#include "services/cases/query/search.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "services/cases/domain/search.h"
#include "services/cases/shared/stored.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

constexpr int kEventsAtOnce = 200;
constexpr int kMonthsAtOnce = 12;
// Of several replicas one follows the feed. "srch" in ASCII.
constexpr int64_t kFollowLock = 1936876392;

// True when what the case is looked up by may be another after the event.
bool Matters(const CaseEvent& event) {
  return event.has_admitted() || event.has_reclassified() ||
         event.has_redacted();
}

std::string ToText(double degrees) { return absl::StrFormat("%.7f", degrees); }

db::Params IndexParams(const std::vector<Case>& cases) {
  db::TextArray case_nos, words, keys;
  db::TimeArray receive_times;
  db::DoubleArray latitudes, longitudes;
  for (const Case& c : cases) {
    case_nos.Add(c.case_no());
    receive_times.Add(FromProto(c.receive_time()));
    words.Add(SearchWords(c));
    if (c.has_point()) {
      latitudes.Add(c.point().latitude_deg());
      longitudes.Add(c.point().longitude_deg());
    } else {
      latitudes.AddNull();
      longitudes.AddNull();
    }
    keys.Add(absl::StrJoin(SearchKeys(c), "\n"));
  }
  return {case_nos, receive_times, words, latitudes, longitudes, keys};
}

// Writes what the cases are looked up by, as they are now.
absl::Status IndexCases(const std::set<std::string>& case_nos,
                        db::Transaction& transaction) {
  if (case_nos.empty()) return absl::OkStatus();  // As of most pages.
  db::TextArray wanted, nobody;
  for (const std::string& case_no : case_nos) {
    wanted.Add(case_no);
    nobody.Add("");
  }
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transaction.Query(sql::kLoadCases, {wanted, nobody, nobody}));
  ASSIGN_OR_RETURN(const auto cases, ParseAll<Case>(rows));
  return transaction.Query(sql::kIndexCases, IndexParams(cases)).status();
}

}  // namespace

absl::StatusOr<bool> Search::Follow(absl::Time deadline) {
  bool more = false;
  RETURN_IF_ERROR(pool_.Transact(
      "follow_feed",
      [&](db::Transaction& transaction) -> absl::Status {
        more = false;
        ASSIGN_OR_RETURN(const db::Rows lock,
                         transaction.Query(sql::kTryLock, {kFollowLock}));
        if (!lock.Bool(0, "held")) return absl::OkStatus();
        ASSIGN_OR_RETURN(const db::Rows place,
                         transaction.Query(sql::kSelectSearchCursor, {}));
        ASSIGN_OR_RETURN(
            const FeedCursor cursor,
            FeedCursor::FromText("cursor", place.Text(0, "cursor")));
        ASSIGN_OR_RETURN(const db::Rows events,
                         transaction.Query(sql::kSelectEvents,
                                           {absl::StrCat(cursor.xid),
                                            cursor.position, kEventsAtOnce}));
        if (events.empty()) return absl::OkStatus();
        std::set<std::string> case_nos;
        for (int row = 0; row < events.size(); ++row) {
          ASSIGN_OR_RETURN(const CaseEvent event,
                           Parse<CaseEvent>(events, row, "body"));
          if (Matters(event)) case_nos.insert(event.case_no());
        }
        absl::Status indexed = IndexCases(case_nos, transaction);
        if (!indexed.ok()) return indexed;
        more = events.size() == kEventsAtOnce;
        return transaction
            .Query(sql::kMoveSearchCursor,
                   {CursorOf(events, events.size() - 1).ToText()})
            .status();
      },
      deadline));
  return more;
}

absl::StatusOr<Search::Found> Search::Find(const v1::ListCasesRequest& request,
                                           const ListPosition& position,
                                           int limit, absl::Time deadline) {
  geo::Point near;
  if (request.has_near()) {
    ASSIGN_OR_RETURN(near, geo::ToWgs84(request.near()));
  }
  Found found;
  ASSIGN_OR_RETURN(const auto first, store_.FirstReceiveTime(deadline));
  if (!first) return found;
  // Nothing is received in the future, but for what clocks differ by.
  const absl::CivilMonth newest = SearchMonth(
      std::min(position.before_time, absl::Now() + absl::Hours(24)));
  const absl::CivilMonth oldest = SearchMonth(*first);
  for (absl::CivilMonth month = newest; month >= oldest; --month) {
    if (newest - month == kMonthsAtOnce) {
      found.next = {absl::FromCivil(month + 1, absl::UTCTimeZone()), ""};
      return found;
    }
    const int left = limit - static_cast<int>(found.cases.size());
    ASSIGN_OR_RETURN(auto cases, FindInMonth(request, near, month, position,
                                             left, deadline));
    std::move(cases.begin(), cases.end(), std::back_inserter(found.cases));
    if (static_cast<int>(found.cases.size()) == limit) {
      found.next = PositionOf(found.cases.back());
      return found;
    }
  }
  return found;
}

absl::StatusOr<std::vector<Case>> Search::FindInMonth(
    const v1::ListCasesRequest& request, const geo::Point& near,
    absl::CivilMonth month, const ListPosition& position, int limit,
    absl::Time deadline) {
  const SearchQuestion question = QuestionOf(request, near, month);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(
          sql::kSearchCases,
          {db::TextArray(question.all), db::TextArray(question.any),
           db::TextArray(question.words), ToText(near.latitude_deg),
           ToText(near.longitude_deg),
           static_cast<int64_t>(request.has_near() ? request.radius_meters()
                                                   : 0),
           position.before_time, position.before_case_no,
           static_cast<int64_t>(request.state()), request.lead_unit_id(),
           request.source_id(), request.needs_operator(),
           request.open() || request.light() != 0,
           static_cast<int64_t>(request.light()), limit},
          deadline));
  return ParseAll<Case>(rows);
}

}  // namespace wangge::cases
