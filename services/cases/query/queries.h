// The room of questions: one case, lists, search and statistics.
#pragma once

#include <functional>
#include <vector>

#include "base/clock.h"
#include "city/watch.h"
#include "rpc/rows.h"
#include "services/cases/query/query_store.h"
#include "services/cases/query/search.h"
#include "services/cases/query/statistics_store.h"
#include "services/cases/shared/change.h"

namespace wangge::cases {

// What queries need. All must outlive the service. Thread-safe.
struct Queries {
  // Who reported the reports, masked; erased ones are marked so.
  using MaskedReporters =
      std::function<absl::StatusOr<std::vector<v1::MaskedReporter>>(
          const std::vector<std::string>& report_ids, absl::Time deadline)>;

  QueryStore& store;
  Search& search;
  StatisticsStore& statistics;
  Changer& changer;
  const city::Holder& city;
  const Clock& clock;
  MaskedReporters masked_reporters;
};

// Rows of CaseService.
std::vector<rpc::Row> QueryRows(Queries* queries);
// Rows of StatisticsService.
std::vector<rpc::Row> StatisticsRows(Queries* queries);

}  // namespace wangge::cases
