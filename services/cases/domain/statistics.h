// What a case is counted under, and the figures that come of it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/cases/domain/apply.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// Stored by number: numbers are never used again. Each counts cases unless it
// says otherwise. A case in state s is also counted under kInState + s.
enum class Measure : int16_t {
  kReceived = 1,
  kGreen = 2,
  kYellow = 3,
  kRed = 4,
  kFiled = 5,
  kFiledOnTime = 6,
  kDispatched = 7,
  kDispatchedOnTime = 8,
  kHandled = 9,
  kHandledOnTime = 10,
  kWrongDispatch = 11,
  kReturn = 12,  // Requests.
  kRework = 13,  // Results sent back.
  kReopen = 14,  // Reopenings.
  kCrossRegion = 15,
  kCrossLevel = 16,
  kCrossDepartment = 17,
  kJoint = 18,
  kJointClosed = 19,
  kAsked = 20,
  kContacted = 21,
  kSaidResolved = 22,  // Whether it is.
  kResolved = 23,
  kSaidSatisfied = 24,  // Whether they are.
  kSatisfied = 25,
  kInState = 100,
};

// In a fixed order; one that counts things of a case comes as often as those.
std::vector<Measure> MeasuresOf(const Case& c);

// PostgreSQL's array literal, {1,2,2}.
std::string ToText(const std::vector<Measure>& measures);

// What a request tells cases apart by, its filters and its group: 1 district,
// 2 street, 4 unit, 8 category, 16 source.
int DimensionsOf(const v1::GetStatisticsRequest& request);
// Whether sums are kept by these (fold_statistics.sql).
bool AreKept(int dimensions);

// Sums that are kept of some days (fold_statistics.sql).
struct Span {
  std::string first_day;  // PostgreSQL's; -infinity when there is none.
  std::string last_day;   // infinity when there is none.
  int dimensions = 0;     // 32 more than DimensionsOf: of whole months.
};
// The spans that a valid request asks for, each day in one of them: its whole
// months and the days around these, or the days when they are told apart.
std::vector<Span> SpansOf(const v1::GetStatisticsRequest& request);

// Adds the sum over a measure to the figure that shows it. Numbers that a newer
// version counts are left out.
void AddSum(int64_t measure, int64_t count, v1::Statistics* statistics);

}  // namespace wangge::cases
