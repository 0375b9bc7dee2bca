#include "services/command/domain/task.h"

#include "city/city.h"
#include "gmock/gmock.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const city::City> MakeCity() {
  city::RowMap rows;
  const std::string box =
      "layer: GRID_LAYER_GOVERNANCE polygons { rings { coordinates_e7: "
      "[1130000000,340000000,1140000000,340000000,1140000000,350000000] } }";
  for (const std::string& row : {
           "grid { grid_id: 'c' grid_code: '1' level: GRID_LEVEL_CITY " + box +
               "}",
           "grid { grid_id: 'd' grid_code: '2' parent_grid_id: 'c' level: "
           "GRID_LEVEL_DISTRICT " +
               box + "}",
           "grid { grid_id: 's' grid_code: '3' parent_grid_id: 'd' level: "
           "GRID_LEVEL_STREET " +
               box + "}",
           std::string("unit { unit_id: 'oc' kind: UNIT_KIND_OPERATION_CENTRE "
                       "jurisdiction_grid_ids: 'c' }"),
           std::string("unit { unit_id: 'os' parent_unit_id: 'oc' kind: "
                       "UNIT_KIND_OPERATION_CENTRE jurisdiction_grid_ids: "
                       "'s' }"),
           std::string("officer { officer_id: 'a' unit_id: 'os' grid_id: 's' "
                       "posts: 'grid_leader' }"),
           std::string("officer { officer_id: 'b' unit_id: 'os' grid_id: 'd' "
                       "posts: 'grid_worker' }"),
           std::string("officer { officer_id: 'x' unit_id: 'oc' posts: "
                       "'dispatcher' }"),
       }) {
    city::AddRow(FromText<city::CityRow>(row), &rows);
  }
  auto city = city::City::Build({}, rows);
  EXPECT_OK(city);
  return *city;
}

std::vector<Task> TasksOf(const cases::v1::FeedEvent& event,
                          const city::City& city) {
  TaskPage page;
  AddEvent(event, city, &page);
  return page.tasks;
}

TEST(TaskTest, NamedOfficersGetTheirAssignmentsAndDesksGetAllOfThem) {
  const auto city = MakeCity();
  const auto event = FromText<cases::v1::FeedEvent>(
      "title: 't' event { case_no: 'n' sequence: 3 dispatched { receive_time { "
      "seconds: 5 } assignments { role: ASSIGNMENT_ROLE_LEAD unit_id: 'os' "
      "officer_id: 'a' } assignments { role: ASSIGNMENT_ROLE_CO_HANDLER "
      "unit_id: 'os' } } }");
  const auto tasks = TasksOf(event, *city);
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_THAT(tasks[0].recipient_ids, ElementsAre("a"));
  EXPECT_EQ(tasks[0].origin, "n/3/1");
  EXPECT_EQ(tasks[0].report_time, absl::FromUnixSeconds(5));
  EXPECT_THAT(tasks[1].recipient_ids, ElementsAre("a", "b"));
  EXPECT_FALSE(tasks[1].report_time.has_value());
}

TEST(TaskTest, WhoIsInChargeIsUrgedSupervisedAndToldOfARework) {
  const auto city = MakeCity();
  const struct {
    const char* body;
    v1::DeliveryKind kind;
  } rows[] = {{"urged { text: 'x' }", v1::DELIVERY_KIND_URGED},
              {"supervised { unit_id: 'oc' reason: 'x' }",
               v1::DELIVERY_KIND_SUPERVISED},
              {"check_failed { reason: 'x' }", v1::DELIVERY_KIND_REWORK}};
  for (const auto& row : rows) {
    const auto tasks = TasksOf(
        FromText<cases::v1::FeedEvent>(
            std::string("accountable_unit_id: 'os' event { case_no: 'n' "
                        "sequence: 1 ") +
            row.body + " }"),
        *city);
    ASSERT_EQ(tasks.size(), 1U) << row.body;
    EXPECT_THAT(tasks[0].recipient_ids, ElementsAre("a", "b"));
    EXPECT_EQ(tasks[0].delivery.kind(), row.kind);
    EXPECT_EQ(tasks[0].delivery.text(), "x");
  }
}

TEST(TaskTest, ATimersReminderSaysWhatItIsAbout) {
  const auto tasks =
      TasksOf(FromText<cases::v1::FeedEvent>(
                  "accountable_unit_id: 'os' event { case_no: 'n' sequence: 1 "
                  "urged { kind: 'accept' timer: 'accept/1' } }"),
              *MakeCity());
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].delivery.text(), "签收时限已到");
}

TEST(TaskTest, ACentreIsAskedForItsApproval) {
  const auto tasks =
      TasksOf(FromText<cases::v1::FeedEvent>(
                  "accountable_unit_id: 'os' event { case_no: 'n' sequence: 1 "
                  "approval_requested { approval { reason: 'x' } } }"),
              *MakeCity());
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].delivery.text(), "待审批：x");
}

TEST(TaskTest, OtherEventsMakeNoTask) {
  const auto event = FromText<cases::v1::FeedEvent>(
      "event { case_no: 'n' sequence: 1 admitted { } }");
  EXPECT_THAT(TasksOf(event, *MakeCity()), IsEmpty());
}

// The events of a case as the feed brings them.
class FeedOfACase {
 public:
  void Add(cases::v1::CaseState state, const std::string& body) {
    auto event = FromText<cases::v1::FeedEvent>(
        "accountable_unit_id: 'os' event { case_no: 'n' " + body + " }");
    event.set_state(state);
    event.mutable_event()->set_sequence(++sequence_);
    event.mutable_event()->mutable_event_time()->set_seconds(sequence_);
    AddEvent(event, *city_, &page);
  }

  std::vector<std::string> origins() const {
    std::vector<std::string> origins;
    for (const Task& task : page.tasks) origins.push_back(task.origin);
    return origins;
  }

  TaskPage page;

 private:
  const std::shared_ptr<const city::City> city_ = MakeCity();
  int64_t sequence_ = 0;
};

constexpr char kDispatched[] =
    "dispatched { assignments { unit_id: 'os' officer_id: 'a' } }";

TEST(TaskTest, ANewDispatchEndsWhatStoodButTheNoticeOfAReturn) {
  FeedOfACase feed;
  feed.Add(cases::v1::CASE_STATE_DISPATCHED, kDispatched);
  feed.Add(cases::v1::CASE_STATE_DISPATCHED, "urged { text: 'x' }");
  EXPECT_THAT(feed.origins(), ElementsAre("n/1/1", "n/2/1"));
  feed.Add(cases::v1::CASE_STATE_DISPATCHED, "returned { unit_id: 'os' }");
  feed.Add(cases::v1::CASE_STATE_DISPATCHED, kDispatched);
  EXPECT_THAT(feed.origins(), ElementsAre("n/3/1", "n/4/1"));
  ASSERT_EQ(feed.page.ends.size(), 1U);
  EXPECT_EQ(feed.page.ends["n"].time, absl::FromUnixSeconds(4));
  EXPECT_FALSE(feed.page.ends["n"].all_kinds);
}

TEST(TaskTest, EveryTaskEndsWithItsCase) {
  for (const auto state :
       {cases::v1::CASE_STATE_CLOSED, cases::v1::CASE_STATE_REJECTED,
        cases::v1::CASE_STATE_MERGED, cases::v1::CASE_STATE_CANCELLED,
        cases::v1::CASE_STATE_TRANSFERRED}) {
    FeedOfACase feed;
    feed.Add(cases::v1::CASE_STATE_DISPATCHED, "returned { unit_id: 'os' }");
    feed.Add(cases::v1::CASE_STATE_DISPATCHED, kDispatched);
    feed.Add(state, "cancelled { }");
    EXPECT_THAT(feed.origins(), IsEmpty());
    EXPECT_EQ(feed.page.ends["n"].time, absl::FromUnixSeconds(3));
    EXPECT_TRUE(feed.page.ends["n"].all_kinds);
  }
}

}  // namespace
}  // namespace wangge::command
