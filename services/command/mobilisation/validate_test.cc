#include "services/command/mobilisation/validate.h"

#include "gmock/gmock.h"
#include "services/command/test_faults.h"
#include "testing/proto.h"

namespace wangge::command {
namespace {

template <typename Request>
void ExpectMobilisationFaults(const std::string& request,
                              const std::vector<std::string>& fields) {
  EXPECT_EQ(FaultyFields(Validate(FromText<Request>(request))), fields)
      << Request::descriptor()->name() << " " << request;
}

TEST(ValidateMobilisationTest, EveryMethodNamesItsFaults) {
  const std::string report =
      "request_id: '00000000-0000-4000-8000-000000000000' "
      "instruction_id: 'i' grid_id: 'm1' ";
  ExpectMobilisationFaults<v1::ReportHouseholdsRequest>(report + "count {}",
                                                        {});
  ExpectMobilisationFaults<v1::ReportHouseholdsRequest>(
      report + "count { target_count: 100000 reached_count: 100000 }", {});
  ExpectMobilisationFaults<v1::ReportHouseholdsRequest>(
      "", {"request_id", "instruction_id", "grid_id", "count"});
  ExpectMobilisationFaults<v1::ReportHouseholdsRequest>(
      report +
          "count { target_count: -1 reached_count: -1 refused_count: -1 "
          "absent_count: 100001 }",
      {"count.target_count", "count.reached_count", "count.refused_count",
       "count.absent_count"});
  ExpectMobilisationFaults<v1::ReportHouseholdsRequest>(
      report + "count {} note: '" + std::string(501, 'n') + "'", {"note"});
  ExpectMobilisationFaults<v1::WatchMobilisationRequest>(
      "instruction_id: 'i' level: GRID_LEVEL_DISTRICT", {});
  ExpectMobilisationFaults<v1::WatchMobilisationRequest>(
      "level: GRID_LEVEL_COMPOUND", {"instruction_id", "level"});
  ExpectMobilisationFaults<v1::ListMicroGridsRequest>(
      "instruction_id: 'i' grid_id: 's' page_size: 1001", {});
  ExpectMobilisationFaults<v1::ListMicroGridsRequest>(
      "page_size: -1", {"instruction_id", "page_size"});
  ExpectMobilisationFaults<v1::ListMicroGridsRequest>(
      "instruction_id: 'i' grid_id: '" + std::string(65, 'g') +
          "' page_token: 't'",
      {"grid_id", "page_token"});
}

}  // namespace
}  // namespace wangge::command
