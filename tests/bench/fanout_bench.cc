// Instructions to all of the city's workers with everything on: TLS, database,
// receipts, metrics. tests/bench/fanout/run.py compares the bare fan-out with
// its peers.
#include <thread>

#include "base/clock.h"
#include "city/format/folder.h"
#include "citysim/workers.h"
#include "rpc/client.h"
#include "tests/bench/bench.h"
#include "tests/bench/channels.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"

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

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

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
    const auto written = client::CallAs<CommandService>(
        client_, "command", "gateway/app", officers_[0],
        &CommandService::Stub::CreateInstruction, request);
    if (!written.ok()) Fail(written.status().ToString());
    command::v1::ReleaseInstructionRequest release;
    release.set_request_id(NewUuid());
    release.set_instruction_id(written->instruction_id());
    const auto released = client::CallAs<CommandService>(
        client_, "command", "gateway/app", officers_[1],
        &CommandService::Stub::ReleaseInstruction, release);
    if (!released.ok()) Fail(released.status().ToString());
    return *released;
  }

  Instruction Get(const std::string& id) {
    command::v1::GetInstructionRequest request;
    request.set_instruction_id(id);
    const auto read = client::CallAs<CommandService>(
        client_, "command", "admin/wgctl", "",
        &CommandService::Stub::GetInstruction, request);
    if (!read.ok()) Fail(read.status().ToString());
    return *read;
  }

 private:
  client::Client client_;
  std::vector<std::string> officers_;
  std::string grid_id_;
};

// Submits reports one after the other as long as it lives, and adds their times
// to `milliseconds`.
class Submitter {
 public:
  explicit Submitter(std::vector<double>* milliseconds)
      : milliseconds_(*milliseconds), thread_([this] { Run(); }) {}
  ~Submitter() {
    stopping_ = true;
    thread_.join();
  }

 private:
  void Run() {
    client::Client client(SuiteSettings());
    while (!stopping_) {
      const absl::Time begin = absl::Now();
      const auto answer = client::CallAs<intake::v1::IntakeService>(
          client, "intake", "source/12345", "",
          &intake::v1::IntakeService::Stub::SubmitReport, ReportFromAnywhere());
      if (answer.ok()) {
        milliseconds_.push_back(
            absl::ToDoubleMilliseconds(absl::Now() - begin));
      }
    }
  }

  std::vector<double>& milliseconds_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

std::vector<std::string> Audience(const city::City& city) {
  std::vector<std::string> ids;
  for (const auto* officer : city.OfficersIn(city.root_grid().grid_id())) {
    const auto& posts = officer->posts();
    if (std::any_of(std::begin(kPosts), std::end(kPosts), [&](const char* p) {
          return std::find(posts.begin(), posts.end(), p) != posts.end();
        })) {
      ids.push_back(officer->officer_id());
    }
  }
  return ids;
}

// Seconds from the release of an instruction.
struct Broadcast {
  std::string instruction_id;
  double delivered = 0;  // To everybody.
  double recorded = 0;   // That everybody has it.
};

// Instructions to everybody and what everybody says of them. Ends the benchmark
// when something takes longer than a minute, or the reach says otherwise.
class Rounds {
 public:
  Rounds(Centre* centre, Workers* workers, int64_t recipients)
      : centre_(*centre), workers_(*workers), recipients_(recipients) {}

  Broadcast Send() {
    const Instruction released = centre_.Send();
    const std::string& id = released.instruction_id();
    const absl::Time release = FromProto(released.release_time());
    if (!workers_.WaitForAbout(id, recipients_, release + absl::Minutes(1))) {
      Fail("not everybody was reached");
    }
    const absl::Time delivered = absl::Now();
    WaitUntilRecorded();
    const absl::Time recorded = absl::Now();
    if (centre_.Get(id).reach().delivered_count() != recipients_) {
      Fail("what is recorded as delivered is not in the reach");
    }
    return {id, absl::ToDoubleSeconds(delivered - release),
            absl::ToDoubleSeconds(recorded - release)};
  }

  // Everybody acknowledges within two seconds. Seconds from the last of it
  // until all is recorded.
  double Acknowledge(const std::string& instruction_id) {
    constexpr absl::Duration kWithin = absl::Seconds(2);
    const absl::Time last = absl::Now() + kWithin;
    workers_.Acknowledge(instruction_id, kWithin);
    WaitUntilRecorded();
    const absl::Time recorded = absl::Now();
    if (centre_.Get(instruction_id).reach().acknowledged_count() !=
        recipients_) {
      Fail("what is recorded as acknowledged is not in the reach");
    }
    return absl::ToDoubleSeconds(recorded - last);
  }

 private:
  // Each step brings a receipt of each recipient.
  void WaitUntilRecorded() {
    expected_ += recipients_;
    if (!workers_.WaitForRecorded(expected_, absl::Now() + absl::Minutes(1))) {
      Fail("receipts were not recorded");
    }
  }

  Centre& centre_;
  Workers& workers_;
  const int64_t recipients_;
  int64_t expected_ = 0;
};

void PrintStorm(Centre* centre, Workers* workers, int64_t recipients) {
  const absl::Time cut = absl::Now();
  workers->CutAll();
  const Instruction storm = centre->Send();
  const absl::Time deadline = cut + absl::Minutes(2);
  const bool back =
      workers->WaitForAbout(storm.instruction_id(), recipients, deadline) &&
      workers->WaitForAttached(recipients, deadline);
  const auto [reached, deliveries] = workers->About(storm.instruction_id());
  Print("fanout", "all streams cut -> all back, nothing lost",
        back ? absl::ToDoubleSeconds(absl::Now() - cut) : -1, "s", "limit", 60);
  Print("fanout", "not reached after the storm",
        static_cast<double>(recipients - reached), "");
  Print("fanout", "doubled after the storm",
        static_cast<double>(deliveries - reached), "");
}

}  // namespace

int RunFanout(const Options& options) {
  const auto city = city::LoadFolder(options.city);
  if (!city.ok()) return 1;
  const std::vector<std::string> ids = Audience(**city);
  const auto recipients = static_cast<int64_t>(ids.size());
  Centre centre(**city);

  const absl::Time begin = absl::Now();
  // They say that they have it, and acknowledge when they are told to.
  Workers workers(ConnectedChannels("command", "gateway/push", kChannels), ids,
                  kStreams, {.silent = 1});
  if (!workers.WaitForAttached(recipients, absl::Now() + absl::Minutes(2))) {
    Fail("not everybody was attached");
  }
  Print("fanout", "attached", absl::ToDoubleSeconds(absl::Now() - begin), "s");
  Print("fanout", "recipients", static_cast<double>(recipients), "");

  Rounds rounds(&centre, &workers, recipients);
  std::vector<std::string> instruction_ids;
  std::vector<double> delivered, recorded, acknowledged;
  for (int round = 0; round < (options.quick ? 3 : 7); ++round) {
    const Broadcast sent = rounds.Send();
    instruction_ids.push_back(sent.instruction_id);
    delivered.push_back(sent.delivered);
    recorded.push_back(sent.recorded);
  }
  Print("fanout", "released -> delivered to everybody, TLS, database",
        Percentile(&delivered, 0.5), "s", "limit", 3);
  Print("fanout", "released -> delivered and recorded",
        Percentile(&recorded, 0.5), "s", "limit", 3);
  // By turns: the machine is faster in one minute than in the next.
  std::vector<double> calm, busy;
  for (const std::string& id : instruction_ids) {
    {
      const Submitter submitter(&calm);
      absl::SleepFor(absl::Seconds(5));
    }
    const Submitter submitter(&busy);
    acknowledged.push_back(rounds.Acknowledge(id));
  }
  Print("fanout", "receipts of all came within 2 s -> recorded",
        Percentile(&acknowledged, 0.5), "s", "limit", 5);
  Print("fanout", "submit p99 meanwhile", Percentile(&busy, 0.99), "ms",
        "without", Percentile(&calm, 0.99));
  PrintStorm(&centre, &workers, recipients);
  return 0;
}

}  // namespace wangge::bench
