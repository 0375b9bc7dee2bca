// What the request path costs: an echo through libs/rpc against a bare callback
// echo, both over mutual TLS, in this process.
#include <array>
#include <atomic>
#include <thread>

#include "base/file.h"
#include "city/format/folder.h"
#include "rpc/server.h"
#include "rpc/unary.h"
#include "services/routing/domain/route.h"
#include "tests/bench/bench.h"
#include "tests/suite.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::bench {
namespace {

using Echo = routing::v1::RoutingService;
using routing::v1::RouteMattersRequest;
using routing::v1::RouteMattersResponse;

constexpr char kMethod[] = "/wangge.routing.v1.RoutingService/RouteMatters";

RouteMattersResponse Answer(const RouteMattersRequest& request) {
  RouteMattersResponse response;
  response.add_plans()->set_category_name(request.matters(0).text());
  return response;
}

class BareEcho : public Echo::CallbackService {
 public:
  grpc::ServerUnaryReactor* RouteMatters(
      grpc::CallbackServerContext* context, const RouteMattersRequest* request,
      RouteMattersResponse* response) override {
    *response = Answer(*request);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

using EchoMethod = rpc::Method<RouteMattersRequest, RouteMattersResponse>;

absl::Status Validate(const RouteMattersRequest& request) {
  errors::Violations v;
  v.RequireText("text", request.matters(0).text(), 1, 4000);
  return v.ToStatus();
}

// A method whose handler may block, so that it runs on a worker.
EchoMethod OnWorker(rpc::Runtime* runtime) {
  return EchoMethod(
      runtime, kMethod, Validate,
      [](const rpc::Call&, const RouteMattersRequest& request) {
        return absl::StatusOr<RouteMattersResponse>(Answer(request));
      });
}

// An asynchronous method, which stays on gRPC's thread.
EchoMethod Async(rpc::Runtime* runtime) {
  return EchoMethod::Async(
      runtime, kMethod, Validate,
      [](const rpc::Call&, const RouteMattersRequest& request,
         const rpc::Reply<RouteMattersResponse>& reply) {
        reply(Answer(request));
      });
}

// Routing itself, as its service answers.
EchoMethod Routed(rpc::Runtime* runtime, const city::City& city,
                  const text::Classifier& model) {
  return EchoMethod(
      runtime, kMethod, Validate,
      [&](const rpc::Call&, const RouteMattersRequest& request) {
        RouteMattersResponse response;
        *response.add_plans() = routing::Route(city, model, request.matters(0));
        return absl::StatusOr<RouteMattersResponse>(std::move(response));
      });
}

class OurEcho : public Echo::CallbackService {
 public:
  explicit OurEcho(EchoMethod method) : method_(std::move(method)) {}
  grpc::ServerUnaryReactor* RouteMatters(
      grpc::CallbackServerContext* context, const RouteMattersRequest* request,
      RouteMattersResponse* response) override {
    return method_.Start(context, request, response);
  }

 private:
  EchoMethod method_;
};

RouteMattersRequest EchoRequest() {
  RouteMattersRequest request;
  request.add_matters()->set_text(std::string(200, 'x'));
  return request;
}

RouteMattersRequest RouteRequest() {
  RouteMattersRequest request;
  auto& matter = *request.add_matters();
  for (int i = 0; i < 12; ++i) {
    matter.mutable_text()->append("三单元热力管道漏水了");
  }
  matter.set_address("诗圣大道开普西一区5号楼");
  matter.mutable_time()->set_seconds(1795400000);
  return request;
}

std::unique_ptr<Echo::Stub> Connect(int port) {
  client::Settings settings = SuiteSettings();
  settings.endpoints["routing"] = absl::StrCat("127.0.0.1:", port);
  client::Client client(settings);
  return Echo::NewStub(*client.Channel("routing", "service/intake"));
}

double Rate(int port, const RouteMattersRequest& request, absl::Duration time) {
  constexpr int kClients = 16;
  std::atomic<size_t> calls = 0;
  std::vector<std::thread> threads;
  const absl::Time end = absl::Now() + time;
  for (int t = 0; t < kClients; ++t) {
    threads.emplace_back([&] {
      const auto stub = Connect(port);
      while (absl::Now() < end) {
        grpc::ClientContext context;
        RouteMattersResponse response;
        if (stub->RouteMatters(&context, request, &response).ok()) ++calls;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return static_cast<double>(calls) / absl::ToDoubleSeconds(time);
}

// One call a second: gRPC's threads have gone to rest in between.
std::vector<double> Idle(int port, int calls) {
  const auto stub = Connect(port);
  const auto request = EchoRequest();
  std::vector<double> milliseconds;
  for (int i = 0; i <= calls; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    grpc::ClientContext context;
    RouteMattersResponse response;
    const absl::Time start = absl::Now();
    stub->RouteMatters(&context, request, &response);
    // The first one pays for the connection.
    if (i > 0) {
      milliseconds.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
    }
  }
  return milliseconds;
}

}  // namespace

int RunRpc(const Options& options) {
  const std::string certificates = SuiteSettings().certificates;
  const std::string policy_path = Need("WANGGE_STATE") + "/bench.policy";
  WriteFile(policy_path, "rules { methods: '*' identities: 'service/*' }")
      .IgnoreError();
  rpc::ServerOptions server_options;
  server_options.address = "127.0.0.1:0";
  server_options.tls = {certificates + "/service-routing.crt",
                        certificates + "/service-routing.key",
                        certificates + "/ca.crt"};
  rpc::RuntimeOptions runtime_options;
  runtime_options.service = "bench";
  auto policy = rpc::PolicyFile::Open(policy_path);
  if (!policy.ok()) return 1;
  rpc::Runtime runtime(runtime_options, *std::move(policy),
                       std::make_unique<rpc::TokenVerifier>(""));
  BareEcho bare;
  const auto city = city::LoadFolder(options.city);
  const auto model = text::Classifier::Load(options.model);
  if (!city.ok()) return Report(city.status());
  if (!model.ok()) return Report(model.status());
  OurEcho on_worker(OnWorker(&runtime));
  OurEcho async(Async(&runtime));
  OurEcho routed(Routed(&runtime, **city, **model));
  std::vector<std::unique_ptr<rpc::Server>> servers;
  for (grpc::Service* echo : std::initializer_list<grpc::Service*>{
           &bare, &on_worker, &async, &routed}) {
    auto server = rpc::Server::Start(server_options, {echo});
    if (!server.ok()) return 1;
    servers.push_back(*std::move(server));
  }
  // In turns, so that all see the same machine.
  constexpr int kTurns = 5;
  constexpr size_t kRouted = 3;
  std::array<double, 4> rates = {};
  for (int turn = 0; turn < kTurns; ++turn) {
    for (size_t i = 0; i < servers.size(); ++i) {
      rates[i] += Rate(servers[i]->port(),
                       i == kRouted ? RouteRequest() : EchoRequest(),
                       options.Time() / kTurns) /
                  kTurns;
    }
  }
  Print("rpc", "echo_on_a_worker", rates[1], "calls/s", "bare callback echo",
        rates[0]);
  Print("rpc", "echo_answered_later", rates[2], "calls/s", "bare callback echo",
        rates[0]);
  Print("rpc", "route", rates[kRouted], "calls/s, 120 characters, small city",
        "echo on a worker", rates[1]);
  auto idle = Idle(servers[1]->port(), options.quick ? 15 : 60);
  Print("rpc", "idle_one_call_a_second_p50", Percentile(&idle, 0.5), "ms");
  Print("rpc", "idle_one_call_a_second_p99", Percentile(&idle, 0.99), "ms",
        "limit", 5);
  return 0;
}

}  // namespace wangge::bench
