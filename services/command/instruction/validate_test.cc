#include "services/command/instruction/validate.h"

#include <functional>

#include "base/clock.h"
#include "gmock/gmock.h"
#include "services/command/test_faults.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;

constexpr char kId[] = "request_id: '00000000-0000-4000-8000-000000000000' ";

v1::CreateInstructionRequest MakeCreate() {
  auto r = FromText<v1::CreateInstructionRequest>(
      std::string(kId) +
      "title: 't' text: 'x' audience { subtree_grid_id: 's' } "
      "mode: INSTRUCTION_MODE_ACTUAL category: INSTRUCTION_CATEGORY_MET");
  *r.mutable_expire_time() = ToProto(absl::Now() + absl::Hours(3));
  return r;
}

TEST(ValidateInstructionTest, ACreateIsRefusedByTheFieldThatIsFaulty) {
  EXPECT_OK(Validate(MakeCreate()));
  const struct {
    const char* field;
    std::function<void(v1::CreateInstructionRequest*)> change;
  } rows[] = {
      {"request_id", [](auto* r) { r->clear_request_id(); }},
      {"request_id", [](auto* r) { r->set_request_id("1"); }},
      {"title", [](auto* r) { r->clear_title(); }},
      {"title", [](auto* r) { r->set_title(std::string(101, 't')); }},
      {"text", [](auto* r) { r->clear_text(); }},
      {"text", [](auto* r) { r->set_text(std::string(4001, 'x')); }},
      {"text", [](auto* r) { r->set_text(std::string("a\0b", 3)); }},
      {"audience.subtree_grid_id", [](auto* r) { r->clear_audience(); }},
      {"audience.posts", [](auto* r) { r->mutable_audience()->add_posts(""); }},
      {"audience.levels",
       [](auto* r) {
         r->mutable_audience()->add_levels(common::v1::GRID_LEVEL_UNSPECIFIED);
       }},
      {"mode", [](auto* r) { r->clear_mode(); }},
      {"category", [](auto* r) { r->clear_category(); }},
      {"category",
       [](auto* r) {
         r->set_category(static_cast<v1::InstructionCategory>(99));
       }},
      {"urgency",
       [](auto* r) { r->set_urgency(static_cast<v1::Urgency>(99)); }},
      {"severity",
       [](auto* r) { r->set_severity(static_cast<v1::Severity>(99)); }},
      {"certainty",
       [](auto* r) { r->set_certainty(static_cast<v1::Certainty>(99)); }},
      {"expire_time", [](auto* r) { r->clear_expire_time(); }},
      {"expire_time",
       [](auto* r) {
         *r->mutable_expire_time() = ToProto(absl::Now() - absl::Seconds(1));
       }},
      {"expire_time",
       [](auto* r) {
         *r->mutable_expire_time() =
             ToProto(absl::Now() + absl::Hours(24 * 367));
       }},
      {"replaces_instruction_id",
       [](auto* r) { r->set_replaces_instruction_id(std::string(65, 'i')); }},
      {"monthly", [](auto* r) { r->set_monthly(true); }},
      {"monthly",
       [](auto* r) {
         r->set_mode(v1::INSTRUCTION_MODE_EXERCISE);
         r->set_monthly(true);
         r->set_replaces_instruction_id("i");
       }},
      {"mobilisation.duration",
       [](auto* r) {
         r->mutable_mobilisation()->mutable_duration()->set_seconds(599);
       }},
      {"expire_time",
       [](auto* r) {
         r->mutable_mobilisation()->mutable_duration()->set_seconds(4 * 3600);
       }},
  };
  for (const auto& row : rows) {
    auto r = MakeCreate();
    row.change(&r);
    EXPECT_THAT(FaultyFields(Validate(r)), ElementsAre(row.field))
        << r.DebugString();
  }
}

TEST(ValidateInstructionTest, AllFaultsAreNamedTogether) {
  EXPECT_THAT(
      FaultyFields(Validate(v1::CreateInstructionRequest())),
      ElementsAre("request_id", "title", "text", "audience.subtree_grid_id",
                  "mode", "category", "expire_time"));
}

// Requests of the other methods, and the fields that are faulty in them.
template <typename Request>
void ExpectFaults(const std::string& request,
                  const std::vector<std::string>& fields) {
  EXPECT_EQ(FaultyFields(Validate(FromText<Request>(request))), fields)
      << Request::descriptor()->name() << " " << request;
}

TEST(ValidateInstructionTest, EveryMethodNamesItsFaults) {
  const std::string id(kId);
  const std::string long_text(1001, 'r');
  ExpectFaults<v1::ReleaseInstructionRequest>(id + "instruction_id: 'i'", {});
  ExpectFaults<v1::ReleaseInstructionRequest>("request_id: 'x'",
                                              {"request_id", "instruction_id"});
  ExpectFaults<v1::CancelInstructionRequest>(
      id + "instruction_id: 'i' reason: 'r'", {});
  ExpectFaults<v1::CancelInstructionRequest>(
      "", {"request_id", "instruction_id", "reason"});
  ExpectFaults<v1::CancelInstructionRequest>(
      id + "instruction_id: 'i' reason: '" + long_text + "'", {"reason"});
  ExpectFaults<v1::GetInstructionRequest>("instruction_id: 'i'", {});
  ExpectFaults<v1::GetInstructionRequest>("", {"instruction_id"});
  ExpectFaults<v1::ListInstructionsRequest>("", {});
  ExpectFaults<v1::ListInstructionsRequest>(
      "states: INSTRUCTION_STATE_RELEASED page_size: 501", {});
  ExpectFaults<v1::ListInstructionsRequest>(
      "states: INSTRUCTION_STATE_UNSPECIFIED", {"states"});
  ExpectFaults<v1::ListInstructionsRequest>("page_size: -1", {"page_size"});
  ExpectFaults<v1::ListInstructionsRequest>("page_token: 'x'", {"page_token"});
  ExpectFaults<v1::PreviewAudienceRequest>("audience { subtree_grid_id: 's' }",
                                           {});
  ExpectFaults<v1::PreviewAudienceRequest>("", {"audience.subtree_grid_id"});
  ExpectFaults<v1::WatchReachRequest>(
      "instruction_id: 'i' level: GRID_LEVEL_STREET", {});
  ExpectFaults<v1::WatchReachRequest>("level: GRID_LEVEL_MICRO",
                                      {"instruction_id", "level"});
  ExpectFaults<v1::WatchReachRequest>(
      "instruction_id: 'i' level: GRID_LEVEL_CITY", {"level"});
  ExpectFaults<v1::ListUnreachedRequest>("instruction_id: 'i' page_size: 1000",
                                         {});
  ExpectFaults<v1::ListUnreachedRequest>(
      "page_size: -1 page_token: 'x'",
      {"instruction_id", "page_size", "page_token"});
  ExpectFaults<v1::ImportCapRequest>(id + "xml: '<a/>'", {});
  ExpectFaults<v1::ImportCapRequest>("", {"request_id", "xml"});
  ExpectFaults<v1::ImportCapRequest>(
      id + "xml: '" + std::string((1 << 20) + 1, ' ') + "'", {"xml"});
  ExpectFaults<v1::ExportCapRequest>("instruction_id: 'i'", {});
  ExpectFaults<v1::ExportCapRequest>("", {"instruction_id"});
}

TEST(ValidateInstructionTest, AFaultSaysTheValueAndWhatToDo) {
  v1::WatchReachRequest watch;
  watch.set_instruction_id("i");
  watch.set_level(common::v1::GRID_LEVEL_MICRO);
  EXPECT_THAT(errors::ViolationsOf(Validate(watch)),
              ElementsAre("level: must be omitted or be DISTRICT, STREET or "
                          "COMMUNITY, got GRID_LEVEL_MICRO"));
}

}  // namespace
}  // namespace wangge::command
