#include "services/cases/audit/audit.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "log/log.h"
#include "services/cases/domain/meaning.h"
#include "services/cases/domain/proof.h"

namespace wangge::cases {
namespace {

constexpr int kCasesPage = 200;
constexpr absl::Duration kCasesTime = absl::Seconds(10);
// Timers are looked for every fraction of a second.
constexpr absl::Duration kLateTimer = absl::Minutes(1);
constexpr absl::Duration kLateAcknowledgement = absl::Hours(24 * 3);
// The root of a day is made within minutes of its end.
constexpr absl::Duration kLateRoot = absl::Hours(1);

v1::Finding Make(v1::FindingKind kind, const std::string& subject,
                 const std::string& text) {
  v1::Finding finding;
  finding.set_kind(kind);
  finding.set_subject(subject);
  finding.set_text(text);
  return finding;
}

}  // namespace

std::vector<v1::Finding> FindingsOf(const StoredCase& stored,
                                    const city::City* city, absl::Time now) {
  std::vector<v1::Finding> findings;
  const auto add = [&](v1::FindingKind kind, const std::string& text) {
    findings.push_back(Make(kind, stored.case_no, text));
  };
  const absl::StatusOr<Case> folded = FoldProven(stored.events);
  if (!folded.ok()) {
    add(v1::FINDING_KIND_BROKEN_CHAIN, std::string(folded.status().message()));
    return findings;
  }
  if (const std::string difference = DifferenceOf(*folded, stored.row);
      !difference.empty()) {
    add(v1::FINDING_KIND_ROW_DIFFERS,
        "the row is not what its events say: " + difference);
  }
  const std::string columns = Describe(stored.columns);
  const std::string expected = Describe(ColumnsOf(*folded));
  if (columns != expected) {
    add(v1::FINDING_KIND_ROW_DIFFERS,
        absl::StrCat("the columns say ", columns, "; the events say ",
                     expected));
  }
  if (stored.columns.next_timer < now - kLateTimer) {
    add(v1::FINDING_KIND_TIMER_OVERDUE,
        "a timer was due at " + FormatCity(stored.columns.next_timer));
  }
  if (IsOpen(folded->state()) && city != nullptr &&
      city->FindUnit(folded->accountable_unit_id()) == nullptr) {
    add(v1::FINDING_KIND_ORPHAN,
        absl::StrCat("its accountable unit `", folded->accountable_unit_id(),
                     "` is not in the city"));
  }
  return findings;
}

Auditor::Auditor(AuditStore* store, DailyRoots* roots,
                 OwedFeedback owed_feedback, const city::Holder* city)
    : store_(*store),
      roots_(*roots),
      owed_feedback_(std::move(owed_feedback)),
      city_(*city),
      heartbeat_(metrics::GetGauge("audit_heartbeat_seconds",
                                   "When the audit in the background last went "
                                   "on, seconds since the epoch.")) {
  for (int kind = v1::FindingKind_MIN + 1; kind <= v1::FindingKind_MAX;
       ++kind) {
    const auto typed = static_cast<v1::FindingKind>(kind);
    const std::string name =
        v1::FindingKind_Name(typed).substr(sizeof("FINDING_KIND_") - 1);
    findings_[typed] =
        &metrics::GetGauge("audit_findings", "What the last whole audit found.",
                           {{"kind", absl::AsciiStrToLower(name)}});
  }
}

absl::StatusOr<v1::AuditCasesResponse> Auditor::Page(const std::string& case_no,
                                                     std::string* after) const {
  ASSIGN_OR_RETURN(const auto cases, store_.Cases(*after, case_no, kCasesPage,
                                                  absl::Now() + kCasesTime));
  const auto city = city_.Get();
  v1::AuditCasesResponse response;
  for (const StoredCase& stored : cases) {
    response.set_event_count(response.event_count() +
                             static_cast<int64_t>(stored.events.size()));
    for (auto& finding : FindingsOf(stored, city.get(), absl::Now())) {
      *response.add_findings() = std::move(finding);
    }
  }
  response.set_case_count(static_cast<int64_t>(cases.size()));
  *after = cases.size() < kCasesPage ? "" : cases.back().case_no;
  return response;
}

absl::StatusOr<std::vector<v1::Finding>> Auditor::FindInFeeds() const {
  std::vector<v1::Finding> findings;
  const absl::Time now = absl::Now();
  ASSIGN_OR_RETURN(const auto owed, owed_feedback_(now + kCasesTime));
  for (const v1::OwedFeedback& source : owed.sources()) {
    if (!source.has_oldest()) continue;
    const absl::Time since = FromProto(source.oldest().event_time());
    if (now - since < kLateAcknowledgement) continue;
    findings.push_back(
        Make(v1::FINDING_KIND_FEED_LAGS, source.source_id(),
             "has acknowledged nothing since " + FormatCity(since)));
  }
  ASSIGN_OR_RETURN(const auto roots, store_.Roots("", now + kCasesTime));
  for (const StoredRoot& root : roots) {
    ASSIGN_OR_RETURN(const v1::DailyRoot again, roots_.Recompute(root));
    if (again.root() == root.root.root() &&
        again.leaf_count() == root.root.leaf_count()) {
      continue;
    }
    findings.push_back(
        Make(v1::FINDING_KIND_WRONG_ROOT, root.root.day(),
             absl::StrCat("the root over ", root.root.leaf_count(),
                          " events is not that of the ", again.leaf_count(),
                          " there are")));
  }
  const std::string day = absl::FormatCivilTime(
      absl::ToCivilDay(now - kLateRoot, CityTimeZone()) - 1);
  if (roots.empty() || roots.back().root.day() < day) {
    findings.push_back(
        Make(v1::FINDING_KIND_WRONG_ROOT, day, "the day has no root yet"));
  }
  return findings;
}

absl::Status Auditor::Run(const std::string& case_no, const Sink& sink) const {
  std::string after;
  v1::AuditCasesResponse total;
  do {
    ASSIGN_OR_RETURN(v1::AuditCasesResponse page, Page(case_no, &after));
    total.set_case_count(total.case_count() + page.case_count());
    total.set_event_count(total.event_count() + page.event_count());
    page.set_case_count(total.case_count());
    page.set_event_count(total.event_count());
    if (!sink(page)) return absl::OkStatus();
  } while (!after.empty());
  if (case_no.empty()) {
    ASSIGN_OR_RETURN(const auto findings, FindInFeeds());
    for (const auto& finding : findings) *total.add_findings() = finding;
  }
  total.set_finished(true);
  sink(total);
  return absl::OkStatus();
}

void Auditor::Step() {
  const auto page = Page("", &after_);
  if (!page.ok()) return;  // Logged by the pool; tried again soon.
  std::vector<v1::Finding> found(page->findings().begin(),
                                 page->findings().end());
  if (after_.empty()) {
    if (const auto in_feeds = FindInFeeds(); in_feeds.ok()) {
      found.insert(found.end(), in_feeds->begin(), in_feeds->end());
    }
  }
  for (const v1::Finding& finding : found) {
    ++counts_[finding.kind()];
    log::Error("audit finding", {{"kind", v1::FindingKind_Name(finding.kind())},
                                 {"subject", finding.subject()},
                                 {"text", finding.text()}});
  }
  heartbeat_.Set(static_cast<double>(absl::ToUnixSeconds(absl::Now())));
  if (!after_.empty()) return;
  for (auto& [kind, gauge] : findings_) {
    gauge->Set(static_cast<double>(counts_[kind]));
  }
  counts_.clear();
}

}  // namespace wangge::cases
