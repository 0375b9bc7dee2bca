// The request path over real sockets and mutual TLS: what comes first, what the
// client sees, what is counted and what is logged, for every way to fail.
#include "rpc/server.h"

#include <future>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rpc/client.h"
#include "rpc/stream.h"
#include "rpc/test_tls.h"
#include "rpc/unary.h"
#include "testing/status.h"
#include "wangge/command/v1/command.grpc.pb.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::rpc {
namespace {

using absl::StatusCode;
using command::v1::AttachRequest;
using command::v1::AttachResponse;
using command::v1::CommandService;
using routing::v1::RouteMattersRequest;
using routing::v1::RouteMattersResponse;
using routing::v1::RoutingService;

constexpr char kMethod[] = "/wangge.routing.v1.RoutingService/RouteMatters";

// Lets threads wait for each other.
class Gate {
 public:
  void Open() {
    MutexLock lock(&mutex_);
    open_ = true;
    changed_.SignalAll();
  }
  void Wait() {
    MutexLock lock(&mutex_);
    while (!open_) changed_.Wait(&mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

// Holds a handler until it is released.
struct Hold {
  Gate entered;
  Gate release;
};

// The lines of the log, for as long as it lives.
class LogLines {
 public:
  LogLines()
      : capture_([this](const std::string& line) {
          MutexLock lock(&mutex_);
          lines_.push_back(line);
        }) {}

  std::vector<std::string> With(const std::string& part) {
    MutexLock lock(&mutex_);
    std::vector<std::string> found;
    for (const auto& line : lines_) {
      if (absl::StrContains(line, part)) found.push_back(line);
    }
    return found;
  }

 private:
  Mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  log::ScopedCapture capture_;
};

// What the handler of the test's service is asked to do is the matter's text.
absl::StatusOr<RouteMattersResponse> Obey(const RouteMattersRequest& request) {
  const std::string& order = request.matters(0).text();
  if (order == "throw") throw std::runtime_error("secret cause");
  if (order == "refuse") return errors::NotFound("case", "X-1");
  return RouteMattersResponse();
}

class RoutingForTest : public RoutingService::CallbackService {
 public:
  RoutingForTest(Runtime* runtime, absl::Duration deadline_cap, Hold* hold)
      : method_(
            runtime, kMethod,
            [](const RouteMattersRequest& request) {
              errors::Violations v;
              v.Require(request.matters_size() == 1, "matters", "must be one");
              return v.ToStatus();
            },
            [hold](const Call&, const RouteMattersRequest& request)
                -> absl::StatusOr<RouteMattersResponse> {
              if (hold != nullptr) {
                hold->entered.Open();
                hold->release.Wait();
              }
              return Obey(request);
            },
            deadline_cap) {}

  grpc::ServerUnaryReactor* RouteMatters(
      grpc::CallbackServerContext* context, const RouteMattersRequest* request,
      RouteMattersResponse* response) override {
    return method_.Start(context, request, response);
  }

 private:
  Method<RouteMattersRequest, RouteMattersResponse> method_;
};

RuntimeOptions Workers(int workers, int queue) {
  RuntimeOptions options;
  options.service = "test";
  options.workers = workers;
  options.queue = queue;
  return options;
}

// A running server.
struct Suite {
  explicit Suite(absl::Duration deadline_cap = absl::Seconds(10),
                 Hold* hold = nullptr, RuntimeOptions options = Workers(2, 8))
      : runtime(options, TestPolicy("service/intake"),
                std::make_unique<TokenVerifier>("")),
        routing(&runtime, deadline_cap, hold) {}

  // Serves its own method, or another service; on any port, or on one.
  void Start(grpc::Service* other = nullptr, int port = 0) {
    ServerOptions options;
    options.address = absl::StrCat("127.0.0.1:", port);
    options.tls = TestTls("service-routing");
    auto started =
        Server::Start(options, {other == nullptr ? &routing : other});
    ASSERT_OK(started);
    server = *std::move(started);
  }

  std::shared_ptr<grpc::Channel> Channel(const std::string& caller) const {
    return *Connect(absl::StrCat("127.0.0.1:", server->port()),
                    TestTls(caller));
  }

  // Once, without the retries of Invoke.
  absl::Status Route(const std::string& caller, const std::string& order,
                     int matters = 1) const {
    const auto stub = RoutingService::NewStub(Channel(caller));
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    RouteMattersRequest request;
    for (int i = 0; i < matters; ++i) request.add_matters()->set_text(order);
    RouteMattersResponse response;
    return FromGrpc(stub->RouteMatters(&context, request, &response));
  }

  Runtime runtime;
  RoutingForTest routing;
  std::unique_ptr<Server> server;
};

double Counted(StatusCode code) {
  return metrics::GetCounter(
             "rpc_requests_total", "Calls that ended, by code.",
             {{"method", kMethod}, {"code", absl::StatusCodeToString(code)}})
      .Value();
}

struct Way {
  std::string name;
  std::string caller = "service-intake";
  std::string order = "answer";
  int matters = 1;
  absl::Duration deadline_cap = absl::Seconds(10);
  bool draining = false;
  StatusCode code;
  std::string reason;   // In the log line and in the client's ErrorInfo.
  std::string message;  // A part of it.
};

// Each way is wrong in all later steps too, so that the first one decides.
std::vector<Way> Ways() {
  const auto kNever = absl::ZeroDuration();
  const auto kLong = absl::Seconds(10);
  return {
      {"draining", "source-110", "throw", 0, kNever, true,
       StatusCode::kUnavailable, "NOT_SERVING", "starting or stopping"},
      {"not allowed", "source-110", "throw", 0, kNever, false,
       StatusCode::kPermissionDenied, "NOT_ALLOWED", "source/110"},
      {"too late", "service-intake", "throw", 0, kNever, false,
       StatusCode::kDeadlineExceeded, "DEADLINE", "deadline passed"},
      {"invalid", "service-intake", "throw", 0, kLong, false,
       StatusCode::kInvalidArgument, "INVALID_FIELDS", "must be one"},
      {"throws", "service-intake", "throw", 1, kLong, false,
       StatusCode::kInternal, "INTERNAL", ""},
      {"refuses", "service-intake", "refuse", 1, kLong, false,
       StatusCode::kNotFound, "NOT_FOUND", "X-1"},
      {"answers", "service-intake", "answer", 1, kLong, false, StatusCode::kOk,
       "UNSPECIFIED", ""},
  };
}

TEST(RequestPathTest, EveryStepEndsTheCallWithItsStatusCounterAndLogLine) {
  log::Init("test", log::Level::kDebug);
  for (const Way& way : Ways()) {
    SCOPED_TRACE(way.name);
    LogLines log;
    Suite suite(way.deadline_cap);
    suite.Start();
    if (way.draining) suite.runtime.StartDraining();
    const double before = Counted(way.code);
    const absl::Status status = suite.Route(way.caller, way.order, way.matters);
    // The end of the server waits for the end of its calls.
    suite.server->Shutdown(absl::Seconds(5));
    suite.runtime.executor().Drain();

    EXPECT_THAT(status, StatusIs(way.code, way.message));
    EXPECT_TRUE(absl::EndsWith(
        common::v1::ErrorReason_Name(errors::ReasonOf(status)), way.reason))
        << status;
    EXPECT_EQ(Counted(way.code), before + 1);
    const auto lines = log.With("\"message\":\"call\"");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], ::testing::HasSubstr(kMethod));
    EXPECT_THAT(lines[0],
                ::testing::HasSubstr(absl::StatusCodeToString(way.code)));
    EXPECT_THAT(lines[0], ::testing::HasSubstr(way.reason + "\""));
    EXPECT_EQ(metrics::GetGauge("rpc_in_flight", "Calls being served.",
                                {{"method", kMethod}})
                  .Value(),
              0);
  }
}

TEST(RequestPathTest, AThrownCauseStaysInTheLogUnderItsErrorId) {
  LogLines log;
  Suite suite;
  suite.Start();
  const absl::Status status = suite.Route("service-intake", "throw");
  EXPECT_THAT(status, StatusIs(StatusCode::kInternal, ""));
  EXPECT_FALSE(absl::StrContains(status.ToString(), "secret"));
  const std::string error_id = errors::MetadataOf(status, "error_id");
  ASSERT_FALSE(error_id.empty());
  const auto lines = log.With(error_id);
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines[0], ::testing::HasSubstr("secret cause"));
}

TEST(RequestPathTest, AFullQueueRefusesAtOnceAndSaysWhenToComeBack) {
  Hold hold;
  Suite suite(absl::Seconds(10), &hold, Workers(1, 1));
  suite.Start();
  // One call runs, one waits, and every further one is refused.
  std::vector<std::future<absl::Status>> calls;
  for (int i = 0; i < 5; ++i) {
    calls.push_back(std::async(std::launch::async, [&suite] {
      return suite.Route("service-intake", "answer");
    }));
  }
  int refused = 0;
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (refused < 3 && absl::Now() < give_up) {
    refused = 0;
    for (auto& call : calls) {
      refused += call.wait_for(std::chrono::milliseconds(1)) ==
                         std::future_status::ready
                     ? 1
                     : 0;
    }
  }
  EXPECT_EQ(refused, 3);
  hold.release.Open();
  int served = 0;
  for (auto& call : calls) {
    const absl::Status status = call.get();
    if (status.ok()) {
      ++served;
    } else {
      EXPECT_THAT(status, StatusIs(StatusCode::kResourceExhausted, ""));
      EXPECT_GT(errors::RetryDelayOf(status), absl::ZeroDuration());
    }
  }
  EXPECT_EQ(served, 2);
}

TEST(RequestPathTest, ACallThatRunsEndsBeforeTheServerDoes) {
  Hold hold;
  Suite suite(absl::Seconds(10), &hold);
  suite.Start();
  auto call = std::async(std::launch::async, [&suite] {
    return suite.Route("service-intake", "answer");
  });
  hold.entered.Wait();
  suite.runtime.StartDraining();
  auto end = std::async(std::launch::async, [&suite] {
    suite.server->Shutdown(absl::Seconds(20));
  });
  hold.release.Open();
  end.get();
  EXPECT_OK(call.get());
}

// Answers from another thread, after the handler has returned.
class AsyncForTest : public RoutingService::CallbackService {
 public:
  explicit AsyncForTest(Runtime* runtime)
      : method_(Echo::Async(
            runtime, kMethod,
            [](const RouteMattersRequest&) { return absl::OkStatus(); },
            [this](const Call&, const RouteMattersRequest& request,
                   Reply<RouteMattersResponse> reply) {
              if (request.matters(0).text() == "throw") (void)Obey(request);
              threads_.emplace_back([&request, reply = std::move(reply)] {
                reply(Obey(request));
              });
            })) {}
  ~AsyncForTest() override {
    for (auto& thread : threads_) thread.join();
  }
  AsyncForTest(const AsyncForTest&) = delete;
  AsyncForTest& operator=(const AsyncForTest&) = delete;

  grpc::ServerUnaryReactor* RouteMatters(
      grpc::CallbackServerContext* context, const RouteMattersRequest* request,
      RouteMattersResponse* response) override {
    return method_.Start(context, request, response);
  }

 private:
  using Echo = Method<RouteMattersRequest, RouteMattersResponse>;
  std::vector<std::thread> threads_;
  Echo method_;
};

TEST(RequestPathTest, AnAnswerMayComeLaterFromAnotherThread) {
  Runtime runtime(Workers(1, 0), TestPolicy("service/intake"),
                  std::make_unique<TokenVerifier>(""));
  AsyncForTest routing(&runtime);
  Suite suite;
  suite.Start(&routing);
  EXPECT_OK(suite.Route("service-intake", "answer"));
  EXPECT_THAT(suite.Route("service-intake", "refuse"),
              StatusIs(StatusCode::kNotFound, "X-1"));
  EXPECT_THAT(suite.Route("service-intake", "throw"),
              StatusIs(StatusCode::kInternal, ""));
  suite.server->Shutdown(absl::Seconds(5));
}

// A stream that answers each message on a worker, as Attach does.
class EchoStream : public BidiStream<AttachRequest, AttachResponse> {
 public:
  EchoStream(Runtime* runtime, Gate* hold)
      : BidiStream(4), runtime_(*runtime), hold_(*hold) {}

  void set_self(const std::weak_ptr<EchoStream>& self) { weak_self_ = self; }
  Gate& ended() { return ended_; }

 private:
  void OnMessage(AttachRequest request) override {
    runtime_.executor().TryPost([self = weak_self_.lock(), request] {
      self->hold_.Wait();
      AttachResponse response;
      *response.mutable_joined_recipient_ids() = request.join_recipient_ids();
      self->Send(response);
      self->ReadNext();
    });
  }
  void OnReadsEnd() override { Close(absl::OkStatus()); }
  void OnEnd() override { ended_.Open(); }

  Runtime& runtime_;
  Gate& hold_;
  Gate ended_;
  std::weak_ptr<EchoStream> weak_self_;
};

class CommandForTest : public CommandService::CallbackService {
 public:
  CommandForTest(Runtime* runtime, Gate* hold)
      : stream_(std::make_shared<EchoStream>(runtime, hold)) {}
  grpc::ServerBidiReactor<AttachRequest, AttachResponse>* Attach(
      grpc::CallbackServerContext*) override {
    stream_->set_self(stream_);
    stream_->Begin(stream_);
    return stream_.get();
  }
  EchoStream& stream() { return *stream_; }

 private:
  std::shared_ptr<EchoStream> stream_;
};

struct Attached {
  explicit Attached(const Suite& suite)
      : stub(CommandService::NewStub(suite.Channel("service-intake"))) {
    context.set_wait_for_ready(true);
    stream = stub->Attach(&context);
  }
  std::unique_ptr<CommandService::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<AttachRequest, AttachResponse>>
      stream;
};

TEST(StreamTest, AnswersInOrderAndEndsWhenTheClientHasSentEverything) {
  Gate hold;
  hold.Open();
  Suite suite;
  CommandForTest command(&suite.runtime, &hold);
  suite.Start(&command);
  Attached client(suite);
  AttachResponse answer;
  for (const char* id : {"a", "b", "c"}) {
    AttachRequest request;
    request.add_join_recipient_ids(id);
    ASSERT_TRUE(client.stream->Write(request));
    ASSERT_TRUE(client.stream->Read(&answer));
    EXPECT_EQ(answer.joined_recipient_ids(0), id);
  }
  client.stream->WritesDone();
  EXPECT_FALSE(client.stream->Read(&answer));
  EXPECT_TRUE(client.stream->Finish().ok());
  command.stream().ended().Wait();
}

// Regression: command crashed when a stream was cut while a message of it was
// being served, for the next read was started on a call that was gone.
TEST(StreamTest, AMessageServedWhileTheStreamIsCutStartsNoFurtherRead) {
  Gate hold;
  Suite suite;
  CommandForTest command(&suite.runtime, &hold);
  suite.Start(&command);
  Attached client(suite);
  ASSERT_TRUE(client.stream->Write({}));
  command.stream().Close(errors::Unavailable("test", "cut"));
  AttachResponse answer;
  EXPECT_FALSE(client.stream->Read(&answer));
  EXPECT_THAT(FromGrpc(client.stream->Finish()),
              StatusIs(StatusCode::kUnavailable, "cut"));
  command.stream().ended().Wait();
  hold.Open();
  suite.runtime.executor().Drain();
  EXPECT_FALSE(command.stream().Send({}));
}

TEST(StreamTest, AReaderThatDoesNotReadIsCutOff) {
  Gate hold;
  Suite suite;
  CommandForTest command(&suite.runtime, &hold);
  suite.Start(&command);
  Attached client(suite);
  ASSERT_TRUE(client.stream->Write({}));
  // More than the transport and the outbox hold.
  AttachResponse large;
  large.add_joined_recipient_ids(std::string(1 << 20, 'x'));
  int sent = 0;
  while (sent < 1000 && command.stream().Send(large)) ++sent;
  EXPECT_LT(sent, 1000);
  AttachResponse answer;
  while (client.stream->Read(&answer)) {
  }
  EXPECT_THAT(FromGrpc(client.stream->Finish()),
              StatusIs(StatusCode::kResourceExhausted, "too slow"));
  hold.Open();
}

// That a process without other threads of gRPC's finds it again is for
// tests/fault: here the servers' threads carry on the client's connection.
TEST(ClientTest, AServerIsUnavailableAsLongAsItIsGone) {
  Suite first;
  first.Start();
  const int port = first.server->port();
  const auto stub = RoutingService::NewStub(first.Channel("service-intake"));
  RouteMattersRequest request;
  request.add_matters()->set_text("answer");
  const auto call = [&](absl::Duration timeout) {
    return Invoke(&RoutingService::Stub::RouteMatters, *stub, request,
                  absl::Now() + timeout)
        .status();
  };
  ASSERT_OK(call(absl::Seconds(10)));
  first.server.reset();
  EXPECT_THAT(call(absl::Milliseconds(500)),
              StatusIs(StatusCode::kUnavailable, ""));

  Suite second;
  second.Start(nullptr, port);
  EXPECT_OK(call(absl::Seconds(5)));
}

TEST(ServerTest, ATakenPortIsAnError) {
  Suite suite;
  suite.Start();
  ServerOptions options;
  options.address = absl::StrCat("127.0.0.1:", suite.server->port());
  options.tls = TestTls("service-routing");
  EXPECT_THAT(Server::Start(options, {}),
              StatusIs(StatusCode::kUnavailable, "in use"));
}

TEST(ServerTest, HealthFollowsServing) {
  Suite suite;
  suite.Start();
  const auto channel = suite.Channel("service-intake");
  EXPECT_THAT(CheckHealth(channel, absl::Seconds(10)),
              StatusIs(StatusCode::kUnavailable, "not serving"));
  suite.server->SetServing(true);
  EXPECT_OK(CheckHealth(channel, absl::Seconds(10)));
}

}  // namespace
}  // namespace wangge::rpc
