#include "services/cases/query/statistics_store.h"

#include "base/clock.h"
#include "base/status_macros.h"
#include "db/array.h"
#include "services/cases/domain/statistics.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

// Of several replicas one folds. "stat" in ASCII.
constexpr int64_t kFoldLock = 1937006964;

}  // namespace

absl::StatusOr<bool> StatisticsStore::Fold(int limit, absl::Time deadline) {
  int64_t taken = 0;
  RETURN_IF_ERROR(pool_.Transact(
      "fold_statistics",
      [&](db::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(const db::Rows lock,
                         transaction.Query(sql::kTryLock, {kFoldLock}));
        if (!lock.Bool(0, "held")) {
          taken = 0;
          return absl::OkStatus();
        }
        ASSIGN_OR_RETURN(const db::Rows rows,
                         transaction.Query(sql::kFoldStatistics, {limit}));
        taken = rows.Int(0, "taken");
        return absl::OkStatus();
      },
      deadline));
  return taken == limit;
}

absl::StatusOr<v1::GetStatisticsResponse> StatisticsStore::Read(
    const v1::GetStatisticsRequest& request, absl::Time deadline) {
  db::TextArray first_days, last_days;
  db::IntArray dimensions;
  for (const Span& span : SpansOf(request)) {
    first_days.Add(span.first_day);
    last_days.Add(span.last_day);
    dimensions.Add(span.dimensions);
  }
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(
          sql::kSelectStatistics,
          {first_days, last_days, dimensions, request.district_code(),
           request.street_grid_id(), request.unit_id(), request.category_code(),
           request.source_id(), static_cast<int64_t>(request.group())},
          deadline));
  v1::GetStatisticsResponse response;
  *response.mutable_as_of_time() =
      ToProto(rows.TimeOfMicros(0, "as_of_micros"));
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.IsNull(row, "measure")) continue;  // Nothing to count.
    const std::string key = rows.Text(row, "key");
    if (response.rows().empty() || response.rows().rbegin()->key() != key) {
      response.add_rows()->set_key(key);
    }
    AddSum(rows.Int(row, "measure"), rows.Int(row, "count"),
           &*response.mutable_rows()->rbegin());
  }
  return response;
}

}  // namespace wangge::cases
