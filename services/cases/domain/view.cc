#include "services/cases/domain/view.h"

#include <algorithm>

namespace wangge::cases {
namespace {

using Reports = google::protobuf::RepeatedPtrField<v1::ReportKey>;

void KeepReportsOf(const std::string& source_id, Reports* reports) {
  reports->erase(std::remove_if(reports->begin(), reports->end(),
                                [&](const v1::ReportKey& key) {
                                  return key.source_id() != source_id;
                                }),
                 reports->end());
}

void KeepViewOf(const std::string& source_id, bool own_words,
                CaseEvent* event) {
  if (event->has_admitted() && !own_words) {
    RedactWords(event);
    event->mutable_admitted()->clear_report();
  }
  if (event->has_reports_joined()) {
    KeepReportsOf(source_id,
                  event->mutable_reports_joined()->mutable_reports());
  }
  if (event->has_reports_parted()) {
    KeepReportsOf(source_id,
                  event->mutable_reports_parted()->mutable_reports());
  }
}

}  // namespace

void RedactWords(CaseEvent* event) {
  if (!event->has_admitted()) return;
  auto& admitted = *event->mutable_admitted();
  admitted.clear_title();
  admitted.clear_text();
  admitted.clear_address();
  auto& plan = *admitted.mutable_plan();
  plan.clear_trace();
  plan.clear_place_candidates();
  plan.clear_danger_words();
  plan.mutable_place()->clear_name();
}

void KeepViewOf(const std::string& source_id, v1::GetCaseResponse* response) {
  Case& c = *response->mutable_case_();
  // The words of a case are those of its first report.
  const bool own_words = c.reports(0).source_id() == source_id;
  KeepReportsOf(source_id, c.mutable_reports());
  if (!own_words) {
    c.clear_title();
    c.clear_text();
    c.clear_address();
  }
  for (CaseEvent& event : *response->mutable_timeline()) {
    KeepViewOf(source_id, own_words, &event);
  }
}

}  // namespace wangge::cases
