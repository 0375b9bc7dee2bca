// What is stored of a reporter.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

class PersonalTest : public RoomsTest {};

TEST_F(PersonalTest, AReporterIsSealedAndOnlyTheRightKeyOpens) {
  const v1::Admission admission = Admission("a");
  ASSERT_OK(Admit({admission}));
  const std::string& id = admission.report().key().report_id();
  const auto sealed = rooms_->reporters.Find(id, Soon());
  ASSERT_OK(sealed);
  EXPECT_EQ(sealed->sealed.find("13800000000"), std::string::npos);
  EXPECT_EQ(keys_.Open(*sealed, id)->phone(), "13800000000");
  EXPECT_FALSE(keys_.Open(*sealed, "another report").ok());
  const PersonalKeys others("k2", std::string(32, 'x'));
  EXPECT_THAT(others.Open(*sealed, id).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "k1"));
}

}  // namespace
}  // namespace wangge::cases
