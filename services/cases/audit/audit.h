// Looks whether the tables say what the events say: folds every case again and
// compares, looks for timers that should have fired, for cases that nobody is
// accountable for, for sources that do not acknowledge and for wrong roots.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "city/watch.h"
#include "metrics/metrics.h"
#include "services/cases/audit/audit_store.h"
#include "services/cases/audit/daily_roots.h"

namespace wangge::cases {

// What is wrong with a case. `city` may be null: then nothing is said of its
// units. Pure.
std::vector<v1::Finding> FindingsOf(const StoredCase& stored,
                                    const city::City* city, absl::Time now);

class Auditor {
 public:
  // Takes what an audit has found since the last call; false ends the audit.
  using Sink = std::function<bool(const v1::AuditCasesResponse&)>;

  // What sources have not acknowledged yet.
  using OwedFeedback =
      std::function<absl::StatusOr<v1::ListOwedFeedbackResponse>(
          absl::Time deadline)>;

  Auditor(AuditStore* store, DailyRoots* roots, OwedFeedback owed_feedback,
          const city::Holder* city);

  // A whole audit, of one case unless `case_no` is empty. Thread-safe.
  absl::Status Run(const std::string& case_no, const Sink& sink) const;

  // Goes on with the audit in the background by a page and says in gauges that
  // it lives and what the last whole one found. Not thread-safe.
  void Step();

 private:
  // Audits the page after `after`; nothing more when that stays empty.
  absl::StatusOr<v1::AuditCasesResponse> Page(const std::string& case_no,
                                              std::string* after) const;
  absl::StatusOr<std::vector<v1::Finding>> FindInFeeds() const;

  AuditStore& store_;
  DailyRoots& roots_;
  const OwedFeedback owed_feedback_;
  const city::Holder& city_;
  metrics::Gauge& heartbeat_;
  std::map<v1::FindingKind, metrics::Gauge*> findings_;
  // Of the audit in the background.
  std::string after_;
  std::map<v1::FindingKind, int64_t> counts_;
};

}  // namespace wangge::cases
