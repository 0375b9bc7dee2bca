// Lists against real tables.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

class ListTest : public RoomsTest {};

TEST_F(ListTest, ListsGoPageByPage) {
  std::vector<v1::Admission> batch;
  for (int i = 0; i < 25; ++i) batch.push_back(Admission(absl::StrCat(i)));
  ASSERT_OK(Admit(batch));
  std::set<std::string> seen;
  absl::Time time = absl::Now() + absl::Hours(1);
  std::string case_no;
  for (int page = 0; page < 3; ++page) {
    const auto cases = rooms_->query.List({}, {time, case_no}, 10, Soon());
    ASSERT_OK(cases);
    for (const auto& c : *cases) seen.insert(c.case_no());
    time = FromProto(cases->back().receive_time());
    case_no = cases->back().case_no();
  }
  EXPECT_EQ(seen.size(), 25U);
}

}  // namespace
}  // namespace wangge::cases
