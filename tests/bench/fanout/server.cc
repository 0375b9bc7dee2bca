// fanout_server: the hub and the shards of command without its database, in
// plain text as the peers are.
//   fanout_server PORT SHARDS
// For each line `publish FIRST RECIPIENTS BYTES` on standard input it sends one
// delivery to recipients FIRST, FIRST + 1, … and prints `sent NANOSECONDS`, the
// monotonic time when it began; for `usage` it prints `usage CPU_SECONDS
// RESIDENT_KIB`.
#include "grpcpp/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "base/allocator.h"
#include "base/lock_checks.h"
#include "grpcpp/server_builder.h"
#include "rpc/bytes.h"
#include "services/command/attach/hub.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::bench {
namespace {

using command::Handout;
using command::Hub;
using Contract = command::v1::CommandService;

// AttachStream without callers, backlogs and receipts.
class BareStream : public command::Subscriber {
 public:
  explicit BareStream(Hub* hub) : Subscriber(1000), hub_(*hub) {}

  void Deliver(const std::shared_ptr<const command::ShardHandout>& handout,
               const command::Chosen& recipients) override {
    Send(ResponseOf(*handout, recipients, true));
  }

 private:
  std::shared_ptr<BareStream> Self() {
    return std::static_pointer_cast<BareStream>(shared_from_this());
  }
  void OnBegin() override {
    hub_.Add(Self());
    ReadNext();
  }
  void OnMessage(grpc::ByteBuffer message) override {
    command::v1::AttachRequest request;
    if (!rpc::FromBytes(std::move(message), &request)) std::abort();
    hub_.Join(Self(), {request.join_recipient_ids().begin(),
                       request.join_recipient_ids().end()});
    Send(rpc::ToBytes(command::v1::AttachResponse()));
    ReadNext();
  }
  void OnSlowReader() override { std::abort(); }
  // The process ends with its streams.
  void OnEnd() override { hub_.Remove(Self()); }

  Hub& hub_;
};

using BareBase = Contract::WithRawMethod_Attach<
    Contract::WithCallbackMethod_GetInstruction<Contract::Service>>;

class BareService : public BareBase {
 public:
  grpc::ServerUnaryReactor* GetInstruction(
      grpc::CallbackServerContext* context,
      const command::v1::GetInstructionRequest* request,
      command::v1::Instruction* response) override {
    response->set_text(request->instruction_id());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

std::shared_ptr<const Handout> MakeHandout(int first, int recipients, int bytes,
                                           int number) {
  auto handout = std::make_shared<Handout>();
  handout->position = {1, number};
  handout->cursor = FormatPosition(handout->position);
  for (int i = 0; i < recipients; ++i) {
    handout->recipient_ids.push_back("r" + std::to_string(first + i));
  }
  command::v1::Delivery delivery;
  delivery.set_text(std::string(static_cast<size_t>(bytes), 'x'));
  handout->delivery = command::Encode(number, delivery);
  return handout;
}

void PrintUsage() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) +
           1e-6 * static_cast<double>(t.tv_usec);
  };
  std::ifstream file("/proc/self/statm");
  long pages = 0;
  file >> pages >> pages;
  std::printf("usage %.3f %ld\n",
              seconds(usage.ru_utime) + seconds(usage.ru_stime),
              pages * (sysconf(_SC_PAGESIZE) / 1024));
  std::fflush(stdout);
}

int Serve(int port, int shard_count) {
  Hub hub;
  BareService service;
  rpc::StreamShards shards(
      shard_count,
      [&](auto* context, auto* io, auto* queue, void* tag) {
        service.RequestAttach(context, io, queue, queue, tag);
      },
      [](const grpc::ServerContextBase&) { return rpc::Caller(); },
      [&] { return std::make_shared<BareStream>(&hub); });
  grpc::ServerBuilder builder;
  int bound = 0;
  builder.AddListeningPort("0.0.0.0:" + std::to_string(port),
                           grpc::InsecureServerCredentials(), &bound);
  builder.RegisterService(&service);
  shards.AddQueues(&builder);
  const auto server = builder.BuildAndStart();
  if (server == nullptr || bound == 0) return 1;
  shards.Start(bound);
  std::printf("ready\n");
  std::fflush(stdout);
  std::string command;
  for (int number = 1; std::cin >> command;) {
    if (command == "usage") {
      PrintUsage();
      continue;
    }
    int first = 0;
    int recipients = 0;
    int bytes = 0;
    std::cin >> first >> recipients >> bytes;
    const auto handout = MakeHandout(first, recipients, bytes, number++);
    const auto begin = std::chrono::steady_clock::now();
    hub.HandOut(handout);
    std::printf("sent %lld\n",
                static_cast<long long>(begin.time_since_epoch().count()));
    std::fflush(stdout);
  }
  std::_Exit(0);  // Ends its streams as a killed process does.
}

}  // namespace
}  // namespace wangge::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fanout_server PORT SHARDS\n");
    return 2;
  }
  wangge::KeepFreedMemory();
  wangge::SkipLockChecks();
  wangge::rpc::HoldLittleWhileWaiting();
  return wangge::bench::Serve(std::atoi(argv[1]), std::atoi(argv[2]));
}
