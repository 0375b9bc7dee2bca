// fanout_unary: unary calls to a fanout_server, 128 in flight on two channels.
//   fanout_unary PORT SECONDS
// Prints `rate CALLS_PER_SECOND`.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <string>

#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::bench {
namespace {

using command::v1::CommandService;

constexpr int kInFlight = 128;

// Calls again and again until the time is over.
class Caller {
 public:
  Caller(CommandService::Stub* stub, absl::Time end, std::atomic<long>* calls,
         std::latch* done)
      : stub_(*stub), end_(end), calls_(*calls), done_(*done) {
    request_.set_instruction_id(std::string(200, 'x'));
  }

  void Call() {
    context_ = std::make_unique<grpc::ClientContext>();
    stub_.async()->GetInstruction(context_.get(), &request_, &response_,
                                  [this](const grpc::Status& s) {
                                    if (!s.ok()) std::exit(1);
                                    ++calls_;
                                    if (absl::Now() < end_) {
                                      Call();
                                    } else {
                                      done_.count_down();
                                    }
                                  });
  }

 private:
  CommandService::Stub& stub_;
  const absl::Time end_;
  std::atomic<long>& calls_;
  std::latch& done_;
  std::unique_ptr<grpc::ClientContext> context_;
  command::v1::GetInstructionRequest request_;
  command::v1::Instruction response_;
};

double Rate(const std::string& port, double seconds) {
  std::vector<std::unique_ptr<CommandService::Stub>> stubs;
  for (int i = 0; i < 2; ++i) {
    grpc::ChannelArguments own;
    own.SetInt("bench.connection", i);  // A connection of its own.
    stubs.push_back(CommandService::NewStub(grpc::CreateCustomChannel(
        "127.0.0.1:" + port, grpc::InsecureChannelCredentials(), own)));
  }
  std::atomic<long> calls = 0;
  std::latch done(kInFlight);
  std::vector<std::unique_ptr<Caller>> callers;
  const absl::Time begin = absl::Now();
  for (size_t i = 0; i < kInFlight; ++i) {
    callers.push_back(std::make_unique<Caller>(stubs[i % stubs.size()].get(),
                                               begin + absl::Seconds(seconds),
                                               &calls, &done));
    callers.back()->Call();
  }
  done.wait();
  return static_cast<double>(calls) /
         absl::ToDoubleSeconds(absl::Now() - begin);
}

}  // namespace
}  // namespace wangge::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fanout_unary PORT SECONDS\n");
    return 2;
  }
  std::printf("rate %.0f\n", wangge::bench::Rate(argv[1], std::atof(argv[2])));
  return 0;
}
