#include "services/cases/shared/case_columns.h"

#include "base/clock.h"
#include "services/cases/domain/columns.h"
#include "services/cases/domain/feedback.h"

namespace wangge::cases {

const std::string& HashOf(const Events& events, size_t i,
                          const Case& snapshot) {
  return i + 1 < events.size() ? events[i + 1].previous_hash()
                               : snapshot.chain_hash();
}

void AddOrNull(const std::string& text, db::TextArray* array) {
  text.empty() ? array->AddNull() : array->Add(text);
}

void CaseColumns::Add(const Case& c) {
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
  columns.next_timer == absl::InfiniteFuture() ? timers.AddNull()
                                               : timers.Add(columns.next_timer);
  AddOrNull(columns.merge_spot, &spots);
  bodies.Add(c.SerializeAsString());
}

void EventColumns::Add(const CaseEvent& event, const Case& after,
                       const std::string& hash) {
  case_nos.Add(event.case_no());
  sequences.Add(event.sequence());
  titles.Add(after.title());
  states.Add(after.state());
  units.Add(after.accountable_unit_id());
  bodies.Add(event.SerializeAsString());
  hashes.Add(hash);
}

void FeedbackColumns::Add(const CaseEvent& event, const Case& after) {
  for (const v1::ReportKey& report : after.reports()) {
    const auto item = FeedbackOf(event, report, after);
    if (!item) continue;
    case_nos.Add(after.case_no());
    source_ids.Add(report.source_id());
    bodies.Add(item->SerializeAsString());
  }
}

void AddHistory(const Events& events, const Case& snapshot,
                EventColumns* event_columns,
                FeedbackColumns* feedback_columns) {
  Case c;
  for (size_t i = 0; i < events.size(); ++i) {
    Apply(events[i], &c);
    event_columns->Add(events[i], c, HashOf(events, i, snapshot));
    feedback_columns->Add(events[i], c);
  }
}

}  // namespace wangge::cases
