#include "rpc/host.h"

#include <functional>
#include <future>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "echo.grpc.pb.h"
#include "gtest/gtest.h"
#include "rpc/client.h"
#include "rpc/test_tls.h"
#include "testing/status.h"

namespace wangge::rpc {
namespace {

using test::v1::EchoRequest;
using test::v1::EchoResponse;
using test::v1::EchoService;

class EndlessStream : public ServerStream<EchoResponse> {
 public:
  EndlessStream() : ServerStream<EchoResponse>(10) {}
};

class Joining : public ClientStream<EchoRequest, EchoResponse> {
  void OnMessage(EchoRequest) override {}
  void OnReadsEnd() override { Answer(EchoResponse()); }
};

class Talking : public BidiStream<EchoRequest, EchoResponse> {
 public:
  Talking() : BidiStream(10) {}

 private:
  void OnMessage(EchoRequest) override { ReadNext(); }
  void OnReadsEnd() override { Close(absl::OkStatus()); }
};

// What the test's handlers work on.
struct HeldRoom {
  std::promise<void> entered;  // Echo runs,
  std::promise<void> release;  // and goes on.
  std::promise<std::shared_ptr<EndlessStream>> opened;
};

absl::Status Accept(const EchoRequest&) { return absl::OkStatus(); }

absl::StatusOr<EchoResponse> EchoWhenReleased(HeldRoom& room, const Call&,
                                              const EchoRequest& request) {
  room.entered.set_value();
  room.release.get_future().wait();
  EchoResponse response;
  response.set_text(request.text());
  return response;
}

absl::StatusOr<std::shared_ptr<EndlessStream>> OpenRepeat(HeldRoom& room,
                                                          const Call&,
                                                          const EchoRequest&) {
  auto stream = std::make_shared<EndlessStream>();
  room.opened.set_value(stream);
  return stream;
}

absl::StatusOr<std::shared_ptr<Joining>> OpenJoin(HeldRoom&, const Call&) {
  return std::make_shared<Joining>();
}

absl::StatusOr<std::shared_ptr<Talking>> OpenTalk(HeldRoom&, const Call&) {
  return std::make_shared<Talking>();
}

// A service that is ready and drains as the test says.
class EchoForTest : public Service {
 public:
  struct Hooks {
    std::function<bool()> ready = [] { return true; };
    std::function<void(HeldRoom*)> drain = [](HeldRoom*) {};
    HeldRoom** room = nullptr;
  };

  static ServiceFactory Factory(Hooks hooks) {
    return [hooks](const Environment& environment)
               -> absl::StatusOr<std::unique_ptr<Service>> {
      auto service = std::make_unique<EchoForTest>();
      service->hooks_ = hooks;
      if (hooks.room != nullptr) *hooks.room = &service->room_;
      ASSIGN_OR_RETURN(
          service->rows_,
          RowService::Create(
              environment.runtime, "wangge.test.v1.EchoService",
              {RowsOf(&service->room_,
                      {{"Echo", Accept, &EchoWhenReleased, kWorker},
                       {"Repeat", Accept, &OpenRepeat, kServerStream},
                       {"Join", &OpenJoin, kClientStream},
                       {"Talk", &OpenTalk, kBidiStream}})}));
      return service;
    };
  }

  std::vector<RowService*> RowServices() override { return {rows_.get()}; }
  bool Ready() override { return hooks_.ready(); }
  void Drain() override { hooks_.drain(&room_); }

 private:
  Hooks hooks_;
  HeldRoom room_;
  std::unique_ptr<RowService> rows_;
};

HostOptions OptionsWith(const std::string& policy) {
  HostOptions options;
  options.runtime = {.service = "test", .workers = 2, .queue = 8};
  options.server.address = "127.0.0.1:0";
  options.server.tls = TestTls("service-routing");
  options.policy_file = ::testing::TempDir() + "/host-policy";
  EXPECT_OK(WriteFile(options.policy_file, policy));
  return options;
}

HostOptions OpenToAll() {
  return OptionsWith(
      "rules { methods: '/wangge.test.v1.EchoService/*' identities: '*' }");
}

std::shared_ptr<grpc::Channel> ChannelTo(const Host& host) {
  return *Connect(absl::StrCat("127.0.0.1:", host.port()),
                  TestTls("service-intake"));
}

absl::Status CallEcho(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  EchoResponse response;
  return FromGrpc(EchoService::NewStub(channel)->Echo(&context, {}, &response));
}

TEST(HostTest, ServesWhenTheServiceIsReady) {
  bool ready = false;
  EchoForTest::Hooks hooks;
  hooks.ready = [&] { return ready; };
  const auto host = Host::Start(OpenToAll(), EchoForTest::Factory(hooks));
  ASSERT_OK(host);
  const auto channel = ChannelTo(**host);
  EXPECT_FALSE((*host)->UpdateHealth());
  EXPECT_THAT(CheckHealth(channel, absl::Seconds(10)),
              StatusIs(absl::StatusCode::kUnavailable, "not serving"));
  ready = true;
  EXPECT_TRUE((*host)->UpdateHealth());
  EXPECT_OK(CheckHealth(channel, absl::Seconds(10)));
}

// Health first, so that nobody new comes; then new calls are refused; then the
// service closes its streams; calls that run have their time to end.
TEST(HostTest, EndsInOrder) {
  std::shared_ptr<grpc::Channel> channel;
  HeldRoom* room = nullptr;
  std::shared_ptr<EndlessStream> stream;
  int drained = 0;
  EchoForTest::Hooks hooks;
  hooks.room = &room;
  hooks.drain = [&](HeldRoom* drained_room) {
    ++drained;
    EXPECT_THAT(CheckHealth(channel, absl::Seconds(10)),
                StatusIs(absl::StatusCode::kUnavailable, "not serving"));
    EXPECT_THAT(CallEcho(channel),
                StatusIs(absl::StatusCode::kUnavailable, "stopping"));
    stream->Close(NotServing());
    drained_room->release.set_value();
  };
  const auto host = Host::Start(OpenToAll(), EchoForTest::Factory(hooks));
  ASSERT_OK(host);
  ASSERT_TRUE((*host)->UpdateHealth());
  channel = ChannelTo(**host);
  auto running =
      std::async(std::launch::async, [&] { return CallEcho(channel); });
  const auto stub = EchoService::NewStub(channel);
  grpc::ClientContext context;
  const auto reader = stub->Repeat(&context, {});
  stream = room->opened.get_future().get();
  room->entered.get_future().wait();

  (*host)->Stop(absl::Seconds(20));
  EXPECT_EQ(drained, 1);
  EXPECT_OK(running.get());
  EchoResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_THAT(FromGrpc(reader->Finish()),
              StatusIs(absl::StatusCode::kUnavailable, "stopping"));
  // Once is enough.
  (*host)->Stop(absl::Seconds(20));
  EXPECT_EQ(drained, 1);
}

TEST(HostTest, WhatRunsLongerThanTheGraceIsCancelled) {
  HeldRoom* room = nullptr;
  EchoForTest::Hooks hooks;
  hooks.room = &room;
  const auto host = Host::Start(OpenToAll(), EchoForTest::Factory(hooks));
  ASSERT_OK(host);
  const auto stub = EchoService::NewStub(ChannelTo(**host));
  grpc::ClientContext context;
  const auto reader = stub->Repeat(&context, {});
  room->opened.get_future().wait();
  (*host)->Stop(absl::ZeroDuration());  // Nobody has closed the stream.
  EchoResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_FALSE(reader->Finish().ok());
}

TEST(HostTest, AMethodWithoutARuleEndsTheStart) {
  const auto options = OptionsWith(
      "rules { methods: '/wangge.test.v1.EchoService/Echo'"
      " methods: '/wangge.test.v1.EchoService/Repeat'"
      " methods: '/wangge.test.v1.EchoService/Talk' identities: '*' }");
  EXPECT_THAT(Host::Start(options, EchoForTest::Factory({})),
              StatusIs(kWrongState, "/wangge.test.v1.EchoService/Join"));
}

TEST(HostTest, ARuleThatNamesNoMethodEndsTheStart) {
  const auto options = OptionsWith(
      "rules { methods: '/wangge.test.v1.EchoService/*'"
      " methods: '/wangge.test.v1.EchoService/Eco' identities: '*' }");
  EXPECT_THAT(Host::Start(options, EchoForTest::Factory({})),
              StatusIs(kWrongState, "/wangge.test.v1.EchoService/Eco"));
}

TEST(HostTest, AServiceThatCannotBeMadeEndsTheStart) {
  EXPECT_THAT(
      Host::Start(
          OpenToAll(),
          [](const Environment&) -> absl::StatusOr<std::unique_ptr<Service>> {
            return absl::NotFoundError("no database");
          }),
      StatusIs(absl::StatusCode::kNotFound, "no database"));
}

TEST(HostTest, ATakenPortEndsTheStartAndTheServiceIsDrained) {
  const auto first = Host::Start(OpenToAll(), EchoForTest::Factory({}));
  ASSERT_OK(first);
  HostOptions options = OpenToAll();
  options.server.address = absl::StrCat("127.0.0.1:", (*first)->port());
  int drained = 0;
  EchoForTest::Hooks hooks;
  hooks.drain = [&](HeldRoom*) { ++drained; };
  EXPECT_THAT(Host::Start(options, EchoForTest::Factory(hooks)),
              StatusIs(absl::StatusCode::kUnavailable, "in use"));
  EXPECT_EQ(drained, 1);
}

}  // namespace
}  // namespace wangge::rpc
