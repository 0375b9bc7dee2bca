#include "services/cases/store.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/feedback.h"
#include "services/cases/domain/limits.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

// A concurrent duplicate may be seen by neither the insert nor the search; a
// second run sees it. More would mean that duplicates keep being rolled back.
constexpr int kAdmitRuns = 3;

std::string LeadUnitId(const Case& c) {
  const Assignment* lead = LeadOf(c);
  return lead == nullptr ? "" : lead->unit_id();
}

void AddTimer(const Case& c, db::Array* array) {
  const auto next = NextTimer(c);
  next ? array->AddTime(*next) : array->AddNull();
}

// The columns of events: the case after each is what the feed shows.
struct EventColumns {
  db::Array case_nos, sequences, titles, states, bodies;

  void Add(const CaseEvent& event, const Case& after) {
    case_nos.Add(event.case_no());
    sequences.AddInt(event.sequence());
    titles.Add(after.title());
    states.AddInt(after.state());
    bodies.AddBytes(event.SerializeAsString());
  }
};

struct FeedbackColumns {
  db::Array case_nos, source_ids, bodies;

  void Add(const CaseEvent& event, const Case& after) {
    for (const v1::ReportKey& report : after.reports()) {
      const auto item = FeedbackOf(event, report, after);
      if (!item) continue;
      case_nos.Add(after.case_no());
      source_ids.Add(report.source_id());
      bodies.AddBytes(item->SerializeAsString());
    }
  }
};

// Folds events onto `before`, recording each with the case after it.
void AddEvents(Case before, const Events& events, EventColumns* event_columns,
               FeedbackColumns* feedback_columns) {
  for (const CaseEvent& event : events) {
    Apply(event, &before);
    event_columns->Add(event, before);
    feedback_columns->Add(event, before);
  }
}

db::Params AdmitParams(const std::vector<const NewCase*>& cases,
                       const std::string& key_id) {
  db::Array source_ids, source_refs, request_ids, report_ids, digests, case_nos,
      receive_times, reports, answers, reporters, versions, states, districts,
      categories, lead_units, needs_operators, timers, bodies;
  EventColumns events;
  FeedbackColumns feedback;
  for (const NewCase* one : cases) {
    const auto& report = one->admission.report();
    source_ids.Add(report.key().source_id());
    source_refs.Add(report.key().source_ref());
    request_ids.Add(one->admission.request_id());
    report_ids.Add(report.key().report_id());
    digests.AddBytes(one->admission.digest());
    case_nos.Add(one->folded.case_no());
    receive_times.AddTime(FromProto(report.receive_time()));
    reports.AddBytes(report.SerializeAsString());
    answers.AddBytes(one->answer.SerializeAsString());
    one->sealed_reporter.empty() ? reporters.AddNull()
                                 : reporters.AddBytes(one->sealed_reporter);
    versions.AddInt(one->folded.version());
    states.AddInt(one->folded.state());
    districts.Add(one->folded.district_code());
    categories.Add(one->folded.category_code());
    lead_units.Add(LeadUnitId(one->folded));
    needs_operators.Add(one->folded.operator_reason().empty() ? "f" : "t");
    AddTimer(one->folded, &timers);
    bodies.AddBytes(one->folded.SerializeAsString());
    AddEvents(Case(), one->events, &events, &feedback);
  }
  return {source_ids,
          source_refs,
          request_ids,
          report_ids,
          digests,
          case_nos,
          receive_times,
          reports,
          answers,
          reporters,
          versions,
          states,
          districts,
          categories,
          lead_units,
          needs_operators,
          timers,
          bodies,
          key_id,
          events.case_nos,
          events.sequences,
          events.titles,
          events.states,
          events.bodies,
          feedback.case_nos,
          feedback.source_ids,
          feedback.bodies};
}

template <typename Message>
absl::StatusOr<Message> Parse(const db::Rows& rows, int row,
                              const char* column) {
  Message message;
  if (!message.ParseFromString(rows.Bytes(row, column))) {
    return absl::DataLossError(
        absl::StrCat("a stored ", message.GetTypeName(), " cannot be read"));
  }
  return message;
}

template <typename Message>
absl::StatusOr<std::vector<Message>> ParseAll(const db::Rows& rows) {
  std::vector<Message> messages;
  for (int i = 0; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(Message message, Parse<Message>(rows, i, "body"));
    messages.push_back(std::move(message));
  }
  return messages;
}

FeedCursor CursorOf(const db::Rows& rows, int row) {
  return {static_cast<uint64_t>(rows.Int(row, "xid")),
          rows.Int(row, "position")};
}

}  // namespace

absl::StatusOr<int64_t> Store::NextCaseNumberBlock(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kNextCaseNoBlock, {}, deadline));
  return rows.Int(0, "block") * 1000;
}

absl::StatusOr<std::vector<v1::AdmissionResult>> Store::Admit(
    const std::vector<NewCase>& cases, absl::Time deadline) {
  std::vector<v1::AdmissionResult> results(cases.size());
  std::vector<size_t> missing(cases.size());
  std::iota(missing.begin(), missing.end(), 0);
  // Everybody inserts in the same order, so that batches cannot deadlock.
  std::sort(missing.begin(), missing.end(), [&](size_t a, size_t b) {
    const auto& x = cases[a].admission.report().key();
    const auto& y = cases[b].admission.report().key();
    return std::tie(x.source_id(), x.source_ref()) <
           std::tie(y.source_id(), y.source_ref());
  });
  for (int run = 0; run < kAdmitRuns && !missing.empty(); ++run) {
    std::vector<const NewCase*> batch;
    for (const size_t i : missing) batch.push_back(&cases[i]);
    ASSIGN_OR_RETURN(
        const db::Rows rows,
        pool_.Query(sql::kAdmitReports, AdmitParams(batch, personal_key_id_),
                    deadline));
    absl::flat_hash_set<std::string> admitted;
    for (int i = 0; i < rows.size(); ++i) {
      admitted.insert(rows.Text(i, "report_id"));
    }
    std::vector<size_t> earlier;
    for (const size_t i : missing) {
      if (admitted.contains(cases[i].admission.report().key().report_id())) {
        results[i] = cases[i].answer;
      } else {
        earlier.push_back(i);
      }
    }
    missing.clear();
    if (earlier.empty()) break;
    RETURN_IF_ERROR(FindEarlier(cases, earlier, &results, &missing, deadline));
  }
  if (missing.empty()) return results;
  return errors::Unavailable("admission", "duplicates keep being rolled back");
}

absl::Status Store::FindEarlier(const std::vector<NewCase>& cases,
                                const std::vector<size_t>& missing,
                                std::vector<v1::AdmissionResult>* results,
                                std::vector<size_t>* still_missing,
                                absl::Time deadline) {
  db::Array source_ids, source_refs, request_ids;
  for (const size_t i : missing) {
    source_ids.Add(cases[i].admission.report().key().source_id());
    source_refs.Add(cases[i].admission.report().key().source_ref());
    request_ids.Add(cases[i].admission.request_id());
  }
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kFindReports, {source_ids, source_refs, request_ids},
                  deadline));
  std::vector<bool> found(missing.size());
  for (int row = 0; row < rows.size(); ++row) {
    const auto at = static_cast<size_t>(rows.Int(row, "number") - 1);
    const size_t i = missing[at];
    auto& result = (*results)[i];
    const bool same = rows.Bytes(row, "digest") == cases[i].admission.digest();
    const bool by_request = rows.Bool(row, "by_request");
    found[at] = true;
    if (by_request && !same) {
      // Decides, whatever the source_ref says.
      result.Clear();
      result.set_request_id_reused(true);
    } else if (!result.request_id_reused() &&
               (by_request || !result.replayed())) {
      ASSIGN_OR_RETURN(result, Parse<v1::AdmissionResult>(rows, row, "answer"));
      result.set_replayed(true);
      result.set_content_differs(!same);
    }
  }
  for (size_t at = 0; at < missing.size(); ++at) {
    if (!found[at]) still_missing->push_back(missing[at]);
  }
  return absl::OkStatus();
}

absl::StatusOr<LoadedCase> Store::Load(const std::string& case_no,
                                       const std::string& caller,
                                       const std::string& request_id,
                                       absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kLoadCase, {case_no, caller, request_id}, deadline));
  if (rows.empty()) return errors::NotFound("case", case_no);
  LoadedCase loaded;
  ASSIGN_OR_RETURN(loaded.folded, Parse<Case>(rows, 0, "body"));
  if (!rows.IsNull(0, "digest")) {
    loaded.request_digest = rows.Bytes(0, "digest");
  }
  return loaded;
}

absl::StatusOr<bool> Store::Commit(const Change& change, absl::Time deadline) {
  const Case& c = change.folded;
  EventColumns events;
  FeedbackColumns feedback;
  for (const CaseEvent& event : change.events) {
    // Readers see the case as it is after the whole change.
    events.Add(event, c);
    feedback.Add(event, c);
  }
  const auto next = NextTimer(c);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kCommitChange,
                  {c.case_no(), change.expected_version, c.version(),
                   static_cast<int64_t>(c.state()), c.category_code(),
                   LeadUnitId(c), !c.operator_reason().empty(),
                   next ? db::Param(*next) : db::Param(std::nullopt),
                   db::Param::Bytes(c.SerializeAsString()), change.caller,
                   change.request_id, db::Param::Bytes(change.digest),
                   events.sequences, events.titles, events.states,
                   events.bodies, feedback.source_ids, feedback.bodies},
                  deadline));
  return rows.Bool(0, "changed");
}

absl::StatusOr<Events> Store::Timeline(const std::string& case_no,
                                       absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectTimeline, {case_no}, deadline));
  return ParseAll<CaseEvent>(rows);
}

absl::StatusOr<std::vector<Case>> Store::List(
    const v1::ListCasesRequest& filter, absl::Time before_time,
    const std::string& before_case_no, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kListCases,
                  {before_time, before_case_no,
                   static_cast<int64_t>(filter.state()), filter.lead_unit_id(),
                   filter.source_id(), filter.needs_operator(), limit},
                  deadline));
  return ParseAll<Case>(rows);
}

absl::StatusOr<std::vector<std::string>> Store::DueCases(absl::Time now,
                                                         int limit,
                                                         absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectDueCases, {now, limit}, deadline));
  std::vector<std::string> case_nos;
  for (int i = 0; i < rows.size(); ++i) {
    case_nos.push_back(rows.Text(i, "case_no"));
  }
  return case_nos;
}

absl::StatusOr<std::vector<EventItem>> Store::EventsAfter(FeedCursor cursor,
                                                          int limit,
                                                          absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectEvents,
                                                    {absl::StrCat(cursor.xid),
                                                     cursor.position, limit},
                                                    deadline));
  std::vector<EventItem> items;
  for (int i = 0; i < rows.size(); ++i) {
    EventItem item;
    item.cursor = CursorOf(rows, i);
    item.item.set_cursor(item.cursor.ToText());
    ASSIGN_OR_RETURN(*item.item.mutable_event(),
                     Parse<CaseEvent>(rows, i, "body"));
    item.item.set_title(rows.Text(i, "title"));
    item.item.set_state(static_cast<CaseState>(rows.Int(i, "state")));
    items.push_back(std::move(item));
  }
  return items;
}

absl::StatusOr<std::vector<FeedbackItem>> Store::FeedbackAfter(
    FeedCursor cursor, const std::string& source_id, int limit,
    absl::Time deadline) {
  db::Params params = {absl::StrCat(cursor.xid), cursor.position, limit};
  if (!source_id.empty()) params.emplace_back(source_id);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(source_id.empty() ? sql::kSelectFeedback
                                                 : sql::kSelectFeedbackOfSource,
                               params, deadline));
  std::vector<FeedbackItem> items;
  for (int i = 0; i < rows.size(); ++i) {
    FeedbackItem item;
    item.cursor = CursorOf(rows, i);
    item.source_id = rows.Text(i, "source_id");
    ASSIGN_OR_RETURN(item.item, Parse<v1::Feedback>(rows, i, "body"));
    item.item.set_cursor(item.cursor.ToText());
    items.push_back(std::move(item));
  }
  return items;
}

absl::StatusOr<FeedCursor> Store::FeedEnd(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectFeedEnd, {}, deadline));
  return FeedCursor{static_cast<uint64_t>(rows.Int(0, "xid")),
                    std::numeric_limits<int64_t>::max()};
}

absl::StatusOr<std::string> Store::Acknowledge(const std::string& source_id,
                                               const std::string& cursor,
                                               absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kAcknowledgeFeedback, {source_id, cursor}, deadline));
  return rows.Text(0, "cursor");
}

absl::StatusOr<std::string> Store::Acknowledged(const std::string& source_id,
                                                absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectFeedbackCursor,
                                                    {source_id}, deadline));
  return rows.empty() ? "" : rows.Text(0, "cursor");
}

}  // namespace wangge::cases
