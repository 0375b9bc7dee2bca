// kill -9 of both replicas of command, of cases and of PostgreSQL in the middle
// of broadcasts: at the end every live worker has each instruction once, the
// reach is true, and what was cancelled has stopped.
#include <random>
#include <set>

#include "base/clock.h"
#include "city/format/folder.h"
#include "citysim/workers.h"
#include "gmock/gmock.h"
#include "testing/status.h"
#include "tests/fault/processes.h"

namespace wangge {
namespace {

using command::v1::CommandService;
using command::v1::Instruction;
using Stub = CommandService::Stub;

constexpr int kStreams = 40;

class CommandFaultTest : public ::testing::Test {
 protected:
  CommandFaultTest() : client_(Impatient()) {}

  void SetUp() override {
    auto city = city::LoadFolder(client_.settings().city_folder);
    ASSERT_OK(city);
    for (const auto* officer : (*city)->OfficersIn("zz")) {
      ids_.push_back(officer->officer_id());
    }
    for (const auto* officer : (*city)->OfficersOf("oc")) {
      centre_.push_back(officer->officer_id());
    }
  }

  static client::Settings Impatient() {
    client::Settings settings = SuiteSettings();
    settings.timeout = absl::Seconds(5);
    return settings;
  }

  // Both replicas of command.
  std::vector<std::shared_ptr<grpc::Channel>> Channels() {
    client::Settings second = SuiteSettings();
    second.endpoints["command"] = Need("WANGGE_COMMAND2");
    return {*client::Client(SuiteSettings()).Channel("command", "gateway/push"),
            *client::Client(second).Channel("command", "gateway/push")};
  }

  // Calls until there is an answer, always with the same request_id.
  template <typename Request, typename Response>
  Response Insist(const std::string& officer,
                  grpc::Status (Stub::*method)(grpc::ClientContext*,
                                               const Request&, Response*),
                  const Request& request) {
    const absl::Time end = absl::Now() + absl::Minutes(2);
    while (true) {
      auto response = client::CallAs<CommandService>(
          client_, "command", officer.empty() ? "admin/wgctl" : "gateway/app",
          officer, method, request);
      if (response.ok()) return *std::move(response);
      if (!IsTransient(response.status()) || absl::Now() > end) {
        ADD_FAILURE() << response.status();
        return {};
      }
    }
  }

  std::string Release(const std::string& id) {
    command::v1::ReleaseInstructionRequest release;
    release.set_request_id(NewUuid());
    release.set_instruction_id(id);
    return Insist(centre_[1], &Stub::ReleaseInstruction, release)
        .instruction_id();
  }

  std::string Broadcast(int round) {
    command::v1::CreateInstructionRequest request;
    request.set_request_id(NewUuid());
    request.set_title("第" + std::to_string(round) + "次");
    request.set_text("排查低洼处");
    request.set_mode(command::v1::INSTRUCTION_MODE_EXERCISE);
    request.set_category(command::v1::INSTRUCTION_CATEGORY_MET);
    request.mutable_audience()->set_subtree_grid_id("zz");
    *request.mutable_expire_time() = ToProto(absl::Now() + absl::Hours(1));
    return Release(
        Insist(centre_[0], &Stub::CreateInstruction, request).instruction_id());
  }

  void Cancel(const std::string& id) {
    command::v1::CancelInstructionRequest request;
    request.set_request_id(NewUuid());
    request.set_instruction_id(id);
    request.set_reason("误报");
    Release(
        Insist(centre_[0], &Stub::CancelInstruction, request).instruction_id());
  }

  Instruction Get(const std::string& id) {
    command::v1::GetInstructionRequest request;
    request.set_instruction_id(id);
    return Insist("", &Stub::GetInstruction, request);
  }

  client::Client client_;
  std::vector<std::string> ids_;     // Everybody with a post in a grid.
  std::vector<std::string> centre_;  // Of the city's operation centre.
};

TEST_F(CommandFaultTest, EveryLiveWorkerHasEachInstructionOnce) {
  const std::string absent = ids_.back();
  ids_.pop_back();
  const auto live = static_cast<int64_t>(ids_.size());
  citysim::Workers workers(Channels(), ids_, kStreams, {});
  const auto soon = [] { return absl::Now() + absl::Minutes(2); };
  ASSERT_TRUE(workers.WaitForAttached(live, soon()));

  const int kills = std::atoi(Need("WANGGE_KILLS").c_str());
  const std::vector<std::string> victims = {"command", "command2", "postgres",
                                            "cases"};
  std::minstd_rand random(7);
  std::vector<std::string> sent;
  std::set<std::string> cancelled;
  for (int round = 0; round < kills; ++round) {
    const std::string victim =
        victims[static_cast<size_t>(round) % victims.size()];
    // Some die before the release is answered, some after it.
    std::thread killer([&, pause = random() % 60] {
      absl::SleepFor(absl::Milliseconds(static_cast<int>(pause)));
      const pid_t pid = PidOf(victim);
      if (pid > 0) kill(pid, SIGKILL);
    });
    sent.push_back(Broadcast(round));
    killer.join();
    ASSERT_TRUE(workers.WaitForAbout(sent.back(), live, soon()))
        << victim << " was killed; " << workers.About(sent.back()).first
        << " of " << live;
    if (round % 4 == 3) {
      Cancel(sent.back());
      cancelled.insert(sent.back());
    }
  }

  for (const std::string& id : sent) {
    // The cancel is a second delivery about the same instruction.
    const int64_t each = cancelled.contains(id) ? 2 : 1;
    const absl::Time end = soon();
    while (workers.About(id).second < each * live && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(50));
    }
    EXPECT_EQ(workers.About(id), std::make_pair(live, each * live)) << id;
    Instruction now = Get(id);
    while (now.reach().delivered_count() < live && absl::Now() < end) {
      now = Get(id);
    }
    EXPECT_EQ(now.reach().audience_count(), live + 1);
    EXPECT_EQ(now.reach().delivered_count(), live);
  }
  const auto count = workers.Count();
  std::printf(
      "%zu instructions to %lld workers through two replicas, %d kills: each "
      "once; %lld came again by id after a cut\n",
      sent.size(), static_cast<long long>(live), kills,
      static_cast<long long>(count.repeated));

  // Who comes back at the end gets what is in force, and what is not no more.
  citysim::Workers back(Channels(), {absent}, 1, {});
  for (const std::string& id : sent) {
    ASSERT_TRUE(back.WaitForAbout(id, 1, soon())) << id;
    EXPECT_EQ(back.About(id).second, 1) << id;
  }
}

// The channels end with the workers, and not on a thread of gRPC's own.
TEST_F(CommandFaultTest, WorkersComeAndGo) {
  for (int round = 0; round < 20; ++round) {
    citysim::Workers workers(Channels(), ids_, kStreams, {});
    ASSERT_TRUE(workers.WaitForAttached(static_cast<int64_t>(ids_.size()),
                                        absl::Now() + absl::Minutes(1)));
  }
}

}  // namespace
}  // namespace wangge
