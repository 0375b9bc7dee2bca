#include "services/cases/store_params.h"

#include "base/clock.h"
#include "services/cases/domain/columns.h"
#include "services/cases/domain/feedback.h"

namespace wangge::cases {
namespace {

// Null for none.
void AddSpot(const std::string& spot, db::TextArray* array) {
  spot.empty() ? array->AddNull() : array->Add(spot);
}

// The columns of cases.
struct CaseColumns {
  db::IntArray versions, states, lights;
  db::TextArray districts, streets, categories, lead_units, measures, spots;
  db::BoolArray needs_operators;
  db::TimeArray timers;
  db::BytesArray bodies;

  void Add(const Case& c) {
    const Columns columns = ColumnsOf(c);
    versions.Add(columns.version);
    states.Add(columns.state);
    districts.Add(columns.district_code);
    streets.Add(columns.street_grid_id);
    categories.Add(columns.category_code);
    lead_units.Add(columns.lead_unit_id);
    needs_operators.Add(columns.needs_operator);
    lights.Add(columns.light);
    measures.Add(columns.measures);
    columns.next_timer == absl::InfiniteFuture()
        ? timers.AddNull()
        : timers.Add(columns.next_timer);
    AddSpot(columns.merge_spot, &spots);
    bodies.Add(c.SerializeAsString());
  }
};

// The columns of events: the case after each is what the feed shows.
struct EventColumns {
  db::TextArray case_nos, titles, units;
  db::IntArray sequences, states;
  db::BytesArray bodies, hashes;

  // `hash` is what the next event calls the hash before it.
  void Add(const CaseEvent& event, const Case& after, const std::string& hash) {
    case_nos.Add(event.case_no());
    sequences.Add(event.sequence());
    titles.Add(after.title());
    states.Add(after.state());
    units.Add(after.accountable_unit_id());
    bodies.Add(event.SerializeAsString());
    hashes.Add(hash);
  }
};

// The hash of event i of a change that ends in `folded`.
const std::string& HashOf(const Events& events, size_t i, const Case& folded) {
  return i + 1 < events.size() ? events[i + 1].previous_hash()
                               : folded.chain_hash();
}

struct FeedbackColumns {
  db::TextArray case_nos, source_ids;
  db::BytesArray bodies;

  void Add(const CaseEvent& event, const Case& after) {
    for (const v1::ReportKey& report : after.reports()) {
      const auto item = FeedbackOf(event, report, after);
      if (!item) continue;
      case_nos.Add(after.case_no());
      source_ids.Add(report.source_id());
      bodies.Add(item->SerializeAsString());
    }
  }
};

// Folds events from the beginning, recording each with the case after it.
void AddEvents(const Events& events, const Case& folded,
               EventColumns* event_columns, FeedbackColumns* feedback_columns) {
  Case c;
  for (size_t i = 0; i < events.size(); ++i) {
    Apply(events[i], &c);
    event_columns->Add(events[i], c, HashOf(events, i, folded));
    feedback_columns->Add(events[i], c);
  }
}

}  // namespace

db::Params AdmitParams(const AdmissionBatch& batch) {
  db::TextArray source_ids, source_refs, request_ids, report_ids, case_nos,
      key_ids, looked_at, spots;
  db::BytesArray digests, reports, answers, reporters;
  db::TimeArray receive_times;
  db::IntArray spot_versions;
  CaseColumns cases;
  EventColumns events;
  FeedbackColumns feedback;
  for (const Spot& spot : batch.spots) {
    spots.Add(spot.name);
    spot_versions.Add(spot.version);
  }
  for (const NewCase& one : batch.cases) {
    const auto& report = one.admission->report();
    source_ids.Add(report.key().source_id());
    source_refs.Add(report.key().source_ref());
    request_ids.Add(one.admission->request_id());
    report_ids.Add(report.key().report_id());
    digests.Add(one.admission->digest());
    case_nos.Add(one.folded.case_no());
    receive_times.Add(FromProto(report.receive_time()));
    reports.Add(report.SerializeAsString());
    answers.Add(one.answer.SerializeAsString());
    one.reporter ? reporters.Add(one.reporter->sealed) : reporters.AddNull();
    one.reporter ? key_ids.Add(one.reporter->key_id) : key_ids.AddNull();
    AddSpot(one.spot, &looked_at);
    cases.Add(one.folded);
    AddEvents(one.events, one.folded, &events, &feedback);
  }
  return {source_ids,        source_refs,
          request_ids,       report_ids,
          digests,           case_nos,
          receive_times,     reports,
          answers,           reporters,
          cases.versions,    cases.states,
          cases.districts,   cases.categories,
          cases.lead_units,  cases.needs_operators,
          cases.timers,      cases.bodies,
          key_ids,           events.case_nos,
          events.sequences,  events.titles,
          events.states,     events.units,
          events.bodies,     events.hashes,
          feedback.case_nos, feedback.source_ids,
          feedback.bodies,   spots,
          spot_versions,     looked_at,
          cases.spots,       cases.streets,
          cases.lights,      cases.measures};
}

db::Params ChangeParams(const std::vector<const ChangeGroup*>& groups) {
  db::IntArray numbers, sizes, expected;
  db::TextArray case_nos, callers, request_ids;
  db::BytesArray digests;
  CaseColumns cases;
  EventColumns events;
  FeedbackColumns feedback;
  for (size_t number = 0; number < groups.size(); ++number) {
    if (groups[number] == nullptr) continue;
    for (const Change& change : *groups[number]) {
      const Case& c = change.folded;
      numbers.Add(static_cast<int64_t>(number));
      sizes.Add(static_cast<int64_t>(groups[number]->size()));
      case_nos.Add(c.case_no());
      expected.Add(change.expected_version);
      callers.Add(change.caller);
      request_ids.Add(change.request_id);
      digests.Add(change.digest);
      cases.Add(c);
      for (size_t i = 0; i < change.events.size(); ++i) {
        // Readers see the case as it is after the whole change.
        events.Add(change.events[i], c, HashOf(change.events, i, c));
        feedback.Add(change.events[i], c);
      }
    }
  }
  return {numbers,
          case_nos,
          expected,
          cases.versions,
          cases.states,
          cases.districts,
          cases.categories,
          cases.lead_units,
          cases.needs_operators,
          cases.timers,
          cases.bodies,
          callers,
          request_ids,
          digests,
          events.case_nos,
          events.sequences,
          events.titles,
          events.states,
          events.units,
          events.bodies,
          events.hashes,
          feedback.case_nos,
          feedback.source_ids,
          feedback.bodies,
          cases.spots,
          cases.streets,
          cases.lights,
          cases.measures,
          sizes};
}

}  // namespace wangge::cases
