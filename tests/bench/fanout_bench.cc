// Instructions to all of the city's workers with everything on: TLS, database,
// receipts, metrics. tests/bench/fanout/run.py compares the bare fan-out with
// its peers.
#include <thread>

#include "base/clock.h"
#include "city/folder.h"
#include "rpc/client.h"
#include "tests/bench/bench.h"
#include "tests/bench/channels.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"
#include "tools/citysim/workers.h"

namespace wangge::bench {
namespace {

using citysim::Workers;
using command::v1::CommandService;
using command::v1::Instruction;

constexpr int kStreams = 1000;
constexpr size_t kChannels = 8;
// Who has one of these and a post in a grid: 75,350 in all of Zhengzhou.
constexpr const char* kPosts[] = {"grid_leader", "grid_worker",
                                  "micro_grid_leader"};

class Centre {
 public:
  explicit Centre(const city::City& city) : client_(SuiteSettings()) {
    for (const auto* officer : city.OfficersOf(city.root_unit().unit_id())) {
      officers_.push_back(officer->officer_id());
    }
    grid_id_ = city.root_grid().grid_id();
  }

  // An instruction of 1 KiB to everybody, written by one and released by
  // another.
  Instruction Send() {
    command::v1::CreateInstructionRequest request;
    request.set_request_id(NewUuid());
    request.set_title("演练");
    request.set_text(std::string(1024, 'x'));
    request.set_mode(command::v1::INSTRUCTION_MODE_EXERCISE);
    request.set_category(command::v1::INSTRUCTION_CATEGORY_MET);
    request.mutable_audience()->set_subtree_grid_id(grid_id_);
    for (const char* post : kPosts) {
      request.mutable_audience()->add_posts(post);
    }
    *request.mutable_expire_time() = ToProto(absl::Now() + absl::Hours(1));
    const auto written = wgctl::CallAs<CommandService>(
        client_, "command", "gateway/app", officers_[0],
        &CommandService::Stub::CreateInstruction, request);
    if (!written.ok()) Die(written.status());
    command::v1::ReleaseInstructionRequest release;
    release.set_request_id(NewUuid());
    release.set_instruction_id(written->instruction_id());
    const auto released = wgctl::CallAs<CommandService>(
        client_, "command", "gateway/app", officers_[1],
        &CommandService::Stub::ReleaseInstruction, release);
    if (!released.ok()) Die(released.status());
    return *released;
  }

  Instruction Get(const std::string& id) {
    command::v1::GetInstructionRequest request;
    request.set_instruction_id(id);
    const auto read = wgctl::CallAs<CommandService>(
        client_, "command", "admin/wgctl", "",
        &CommandService::Stub::GetInstruction, request);
    if (!read.ok()) Die(read.status());
    return *read;
  }

 private:
  [[noreturn]] static void Die(const absl::Status& status) {
    std::fprintf(stderr, "bench: %s\n", status.ToString().c_str());
    std::exit(1);
  }

  wgctl::Client client_;
  std::vector<std::string> officers_;
  std::string grid_id_;
};

// Seconds from the release until the share of the audience is recorded as
// delivered; negative when that takes more than a minute.
double SecondsUntilRecorded(Centre* centre, const Instruction& released,
                            double share) {
  const absl::Time release = FromProto(released.release_time());
  while (absl::Now() < release + absl::Minutes(1)) {
    const absl::Time asked = absl::Now();
    const auto reach = centre->Get(released.instruction_id()).reach();
    if (static_cast<double>(reach.delivered_count()) >=
        share * static_cast<double>(reach.audience_count())) {
      return absl::ToDoubleSeconds(asked - release);
    }
    absl::SleepFor(absl::Milliseconds(50));
  }
  return -1;
}

// Submits reports one after the other until it is stopped; their times.
class Submitter {
 public:
  Submitter() : thread_([this] { Run(); }) {}
  double Stop99() {
    stopping_ = true;
    thread_.join();
    return Percentile(&milliseconds_, 0.99);
  }

 private:
  void Run() {
    wgctl::Client client(SuiteSettings());
    while (!stopping_) {
      const absl::Time begin = absl::Now();
      const auto answer = wgctl::CallAs<intake::v1::IntakeService>(
          client, "intake", "source/12345", "",
          &intake::v1::IntakeService::Stub::SubmitReport, ReportFromAnywhere());
      if (answer.ok()) {
        milliseconds_.push_back(
            absl::ToDoubleMilliseconds(absl::Now() - begin));
      }
    }
  }

  std::atomic<bool> stopping_ = false;
  std::vector<double> milliseconds_;
  std::thread thread_;
};

}  // namespace

int RunFanout(const Options& options) {
  const auto city = city::LoadFolder(options.city);
  if (!city.ok()) return 1;
  std::vector<std::string> ids;
  for (const auto* officer :
       (*city)->OfficersIn((*city)->root_grid().grid_id())) {
    const auto& posts = officer->posts();
    if (std::any_of(std::begin(kPosts), std::end(kPosts), [&](const char* p) {
          return std::find(posts.begin(), posts.end(), p) != posts.end();
        })) {
      ids.push_back(officer->officer_id());
    }
  }
  const auto recipients = static_cast<int64_t>(ids.size());
  Centre centre(**city);
  Submitter calm;
  absl::SleepFor(absl::Seconds(8));
  const double calm_p99 = calm.Stop99();

  const absl::Time begin = absl::Now();
  Workers workers(ConnectedChannels("command", "gateway/push", kChannels), ids,
                  kStreams, {});
  const auto everybody = [&] {
    return workers.WaitForAttached(recipients, absl::Now() + absl::Minutes(2));
  };
  if (!everybody()) {
    std::fprintf(stderr, "bench: not everybody was attached\n");
    return 1;
  }
  Print("fanout", "attached", absl::ToDoubleSeconds(absl::Now() - begin), "s");
  Print("fanout", "recipients", static_cast<double>(recipients), "");
  std::vector<double> delivered, recorded;
  const auto send = [&] {
    const Instruction released = centre.Send();
    const bool all = workers.WaitForAbout(released.instruction_id(), recipients,
                                          absl::Now() + absl::Minutes(1));
    delivered.push_back(
        all ? absl::ToDoubleSeconds(absl::Now() -
                                    FromProto(released.release_time()))
            : -1);
    recorded.push_back(SecondsUntilRecorded(&centre, released, 0.999));
  };
  const int rounds = options.quick ? 3 : 7;
  for (int round = 0; round < rounds; ++round) send();
  Print("fanout", "released -> delivered to everybody, TLS, database",
        Percentile(&delivered, 0.5), "s", "limit", 3);
  Print("fanout", "released -> 99.9% delivered and recorded",
        Percentile(&recorded, 0.5), "s", "limit", 3);
  // Every round brings a receipt of each recipient within a second or two.
  Submitter busy;
  recorded.clear();
  for (int round = 0; round < rounds; ++round) send();
  Print("fanout", "receipts of all recorded while reports come in",
        Percentile(&recorded, 0.5), "s", "limit", 5);
  Print("fanout", "submit p99 meanwhile", busy.Stop99(), "ms", "without",
        calm_p99);

  const absl::Time cut = absl::Now();
  workers.CutAll();
  const Instruction storm = centre.Send();
  const bool back = workers.WaitForAbout(storm.instruction_id(), recipients,
                                         absl::Now() + absl::Minutes(2)) &&
                    everybody();
  const auto [reached, deliveries] = workers.About(storm.instruction_id());
  Print("fanout", "all streams cut -> all back, nothing lost",
        back ? absl::ToDoubleSeconds(absl::Now() - cut) : -1, "s", "limit", 60);
  Print("fanout", "not reached after the storm",
        static_cast<double>(recipients - reached), "");
  Print("fanout", "doubled after the storm",
        static_cast<double>(deliveries - reached), "");
  return 0;
}

}  // namespace wangge::bench
