// Rows against the descriptor, and a call of every form over a real socket.
#include "rpc/rows.h"

#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "echo.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rpc/client.h"
#include "rpc/test_tls.h"
#include "testing/status.h"

namespace wangge::rpc {
namespace {

using test::v1::EchoRequest;
using test::v1::EchoResponse;
using test::v1::EchoService;

constexpr char kService[] = "wangge.test.v1.EchoService";

struct Room {
  std::string greeting = "echo ";
};

absl::Status Validate(const EchoRequest& request) {
  errors::Violations v;
  v.RequireText("text", request.text(), 1, 100);
  return v.ToStatus();
}

EchoResponse Greet(const Room& room, const std::string& text) {
  if (text == "throw") throw std::runtime_error("secret cause");
  EchoResponse response;
  response.set_text(room.greeting + text);
  return response;
}

absl::StatusOr<EchoResponse> Echo(Room& room, const Call& call,
                                  const EchoRequest& request) {
  return Greet(room, absl::StrCat(request.text(), " of ", call.caller.Text()));
}

void EchoAsync(Room& room, const Call&, const EchoRequest& request,
               Reply<EchoResponse> reply) {
  reply(Greet(room, request.text()));
}

class RepeatStream : public ServerStream<EchoResponse> {
 public:
  RepeatStream() : ServerStream<EchoResponse>(10) {}
};

absl::StatusOr<std::shared_ptr<RepeatStream>> Repeat(
    Room& room, const Call&, const EchoRequest& request) {
  auto stream = std::make_shared<RepeatStream>();
  for (int i = 0; i < request.count(); ++i) {
    stream->Send(Greet(room, request.text()));
  }
  stream->Close(absl::OkStatus());
  return stream;
}

class RepeatBytesStream : public ServerStream<grpc::ByteBuffer> {
 public:
  RepeatBytesStream() : ServerStream<grpc::ByteBuffer>(10) {}
};

absl::StatusOr<std::shared_ptr<RepeatBytesStream>> RepeatBytes(
    Room& room, const Call&, const EchoRequest& request) {
  auto stream = std::make_shared<RepeatBytesStream>();
  for (int i = 0; i < request.count(); ++i) {
    stream->Send(ToBytes(Greet(room, request.text())));
  }
  stream->Close(absl::OkStatus());
  return stream;
}

class JoinStream : public ClientStream<EchoRequest, EchoResponse> {
 public:
  explicit JoinStream(const Room& room) : room_(room) {}

 private:
  void OnMessage(EchoRequest request) override { text_ += request.text(); }
  void OnReadsEnd() override { Answer(Greet(room_, text_)); }

  const Room& room_;
  std::string text_;
};

absl::StatusOr<std::shared_ptr<JoinStream>> Join(Room& room, const Call&) {
  return std::make_shared<JoinStream>(room);
}

class TalkStream : public BidiStream<EchoRequest, EchoResponse> {
 public:
  explicit TalkStream(const Room& room) : BidiStream(10), room_(room) {}

 private:
  void OnMessage(EchoRequest request) override {
    Send(Greet(room_, request.text()));
    ReadNext();
  }
  void OnReadsEnd() override { Close(absl::OkStatus()); }

  const Room& room_;
};

absl::StatusOr<std::shared_ptr<TalkStream>> Talk(Room& room, const Call&) {
  return std::make_shared<TalkStream>(room);
}

class ShardedTalk : public ShardedStream {
 public:
  explicit ShardedTalk(const Room& room) : ShardedStream(10), room_(room) {}

 private:
  void OnBegin() override { ReadNext(); }
  void OnMessage(grpc::ByteBuffer message) override {
    EchoRequest request;
    ASSERT_TRUE(FromBytes(message, &request));
    Send(ToBytes(Greet(room_, request.text())));
    ReadNext();
  }
  void OnSlowReader() override { Close(SlowReader()); }

  const Room& room_;
};

std::shared_ptr<ShardedStream> TalkSharded(Room& room) {
  return std::make_shared<ShardedTalk>(room);
}

// What a fault in the table says at the start.
class RowFaultsTest : public ::testing::Test {
 protected:
  absl::Status Check(std::initializer_list<RowOf<Room>> rows) {
    return RowService::Create(&runtime_, kService, {RowsOf(&room_, rows)})
        .status();
  }

  Room room_;
  Runtime runtime_{{.service = "test", .workers = 1, .queue = 1},
                   TestPolicy("service/intake"),
                   std::make_unique<TokenVerifier>("")};
};

// Of methods that the table of a test is not about.
const RowOf<Room> kEcho{"Echo", Validate, &Echo, kWorker};
const RowOf<Room> kRepeat{"Repeat", Validate, &Repeat, kServerStream};
const RowOf<Room> kJoin{"Join", &Join, kClientStream};
const RowOf<Room> kTalk{"Talk", &Talk, kBidiStream};

TEST_F(RowFaultsTest, AWholeTableHasNone) {
  EXPECT_OK(Check({kEcho, kRepeat, kJoin, kTalk}));
}

TEST_F(RowFaultsTest, AMethodWithoutARow) {
  EXPECT_THAT(Check({kEcho, kJoin, kTalk}),
              StatusIs(kWrongState,
                       "wangge.test.v1.EchoService: method Repeat has "
                       "no row"));
}

TEST_F(RowFaultsTest, ARowWithoutAMethod) {
  EXPECT_THAT(
      Check({kEcho, kRepeat, kJoin, kTalk, {"Eco", Validate, &Echo, kWorker}}),
      StatusIs(kWrongState, "row Eco is no method of the service"));
}

TEST_F(RowFaultsTest, TwoRowsOfOneMethod) {
  EXPECT_THAT(Check({kEcho, kRepeat, kJoin, kTalk, kEcho}),
              StatusIs(kWrongState, "method Echo has 2 rows"));
}

TEST_F(RowFaultsTest, ARowThatReadsOrAnswersAnotherType) {
  const auto no_fault = +[](const EchoResponse&) { return absl::OkStatus(); };
  const auto swapped = +[](Room&, const Call&,
                           const EchoResponse&) -> absl::StatusOr<EchoRequest> {
    return EchoRequest();
  };
  EXPECT_THAT(
      Check({{"Echo", no_fault, swapped, kWorker}, kRepeat, kJoin, kTalk}),
      StatusIs(kWrongState,
               "row Echo reads wangge.test.v1.EchoResponse, not "
               "wangge.test.v1.EchoRequest"));
  const auto echoes = +[](Room&, const Call&, const EchoRequest& request)
      -> absl::StatusOr<EchoRequest> { return request; };
  EXPECT_THAT(
      Check({{"Echo", Validate, echoes, kWorker}, kRepeat, kJoin, kTalk}),
      StatusIs(kWrongState,
               "row Echo answers wangge.test.v1.EchoRequest, not "
               "wangge.test.v1.EchoResponse"));
}

TEST_F(RowFaultsTest, ARowOfAnotherStreamForm) {
  EXPECT_THAT(
      Check(
          {{"Echo", Validate, &Repeat, kServerStream}, kRepeat, kJoin, kTalk}),
      StatusIs(kWrongState, "row Echo does not stream as its method does"));
  EXPECT_THAT(
      Check({kEcho, {"Repeat", Validate, &Echo, kWorker}, kJoin, kTalk}),
      StatusIs(kWrongState, "row Repeat does not stream"));
  EXPECT_THAT(Check({kEcho, kRepeat, {"Join", &Talk, kBidiStream}, kTalk}),
              StatusIs(kWrongState, "row Join does not stream"));
  EXPECT_THAT(
      Check({kEcho, kRepeat, {"Join", &TalkSharded, kShardedStream}, kTalk}),
      StatusIs(kWrongState, "row Join does not stream"));
}

TEST_F(RowFaultsTest, AllFaultsAreNamedAtOnce) {
  const absl::Status status = Check({kEcho, kEcho, kJoin});
  EXPECT_THAT(status, StatusIs(kWrongState, "method Echo has 2 rows"));
  EXPECT_THAT(status, StatusIs(kWrongState, "method Repeat has no row"));
  EXPECT_THAT(status, StatusIs(kWrongState, "method Talk has no row"));
}

TEST_F(RowFaultsTest, AServiceThatThereIsNot) {
  EXPECT_THAT(RowService::Create(&runtime_, "wangge.test.v1.EcoService",
                                 {RowsOf(&room_, {kEcho})}),
              StatusIs(kWrongState, "wangge.test.v1.EcoService"));
}

// A server with a table of rows.
class RowsTest : public ::testing::Test {
 protected:
  void Start(std::initializer_list<RowOf<Room>> rows) {
    auto service =
        RowService::Create(&runtime_, kService, {RowsOf(&room_, rows)});
    ASSERT_OK(service);
    service_ = *std::move(service);
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.tls = TestTls("service-routing");
    auto server = Server::Start(options, {service_.get()}, service_->Shards(1));
    ASSERT_OK(server);
    server_ = *std::move(server);
  }

  std::unique_ptr<EchoService::Stub> Stub(const std::string& identity) const {
    return EchoService::NewStub(*Connect(
        absl::StrCat("127.0.0.1:", server_->port()), TestTls(identity)));
  }

  static void SetDeadline(grpc::ClientContext* context) {
    context->set_wait_for_ready(true);
    context->set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  }

  static EchoRequest Request(const std::string& text, int count = 0) {
    EchoRequest request;
    request.set_text(text);
    request.set_count(count);
    return request;
  }

  absl::StatusOr<std::string> CallEcho(const std::string& text,
                                       const std::string& identity) {
    grpc::ClientContext context;
    SetDeadline(&context);
    EchoResponse response;
    const auto status =
        FromGrpc(Stub(identity)->Echo(&context, Request(text), &response));
    if (!status.ok()) return status;
    return response.text();
  }

  absl::StatusOr<std::vector<std::string>> CallRepeat(
      const std::string& text, int count,
      const std::string& identity = "service-intake") {
    grpc::ClientContext context;
    SetDeadline(&context);
    const auto stub = Stub(identity);
    const auto stream = stub->Repeat(&context, Request(text, count));
    std::vector<std::string> texts;
    EchoResponse response;
    while (stream->Read(&response)) texts.push_back(response.text());
    const auto status = FromGrpc(stream->Finish());
    if (!status.ok()) return status;
    return texts;
  }

  absl::StatusOr<std::string> CallJoin(const std::vector<std::string>& texts,
                                       const std::string& identity) {
    grpc::ClientContext context;
    SetDeadline(&context);
    EchoResponse response;
    const auto stub = Stub(identity);
    const auto stream = stub->Join(&context, &response);
    for (const auto& text : texts) stream->Write(Request(text));
    stream->WritesDone();
    const auto status = FromGrpc(stream->Finish());
    if (!status.ok()) return status;
    return response.text();
  }

  // What is answered to each of the texts, which are sent one by one.
  absl::StatusOr<std::vector<std::string>> CallTalk(
      const std::vector<std::string>& texts, const std::string& identity) {
    grpc::ClientContext context;
    SetDeadline(&context);
    const auto stub = Stub(identity);
    const auto stream = stub->Talk(&context);
    std::vector<std::string> answers;
    for (const auto& text : texts) {
      EchoResponse response;
      if (!stream->Write(Request(text)) || !stream->Read(&response)) break;
      answers.push_back(response.text());
    }
    stream->WritesDone();
    const auto status = FromGrpc(stream->Finish());
    if (!status.ok()) return status;
    return answers;
  }

  Room room_;
  Runtime runtime_{{.service = "test", .workers = 2, .queue = 8},
                   TestPolicy("service/intake"),
                   std::make_unique<TokenVerifier>("")};
  std::unique_ptr<RowService> service_;
  std::unique_ptr<Server> server_;
};

constexpr char kIntake[] = "service-intake";
// The policy does not let it call anything.
constexpr char kStranger[] = "source-110";

using ::testing::ElementsAre;

TEST_F(RowsTest, EveryFormAnswersWhoMayCallAndRefusesOthers) {
  Start({kEcho, kRepeat, kJoin, kTalk});
  EXPECT_EQ(*CallEcho("a", kIntake), "echo a of service/intake");
  EXPECT_THAT(*CallRepeat("a", 3), ElementsAre("echo a", "echo a", "echo a"));
  EXPECT_EQ(*CallJoin({"a", "b", "c"}, kIntake), "echo abc");
  EXPECT_THAT(*CallTalk({"a", "b"}, kIntake), ElementsAre("echo a", "echo b"));

  EXPECT_THAT(CallEcho("a", kStranger), StatusIs(kDenied, "Echo"));
  EXPECT_THAT(CallRepeat("a", 3, kStranger), StatusIs(kDenied, "Repeat"));
  EXPECT_THAT(CallJoin({"a"}, kStranger), StatusIs(kDenied, "Join"));
  EXPECT_THAT(CallTalk({"a"}, kStranger), StatusIs(kDenied, "Talk"));
}

TEST_F(RowsTest, AnAsyncRowAnswers) {
  Start({{"Echo", Validate, &EchoAsync, kAsync}, kRepeat, kJoin, kTalk});
  EXPECT_EQ(*CallEcho("a", kIntake), "echo a");
  EXPECT_THAT(CallEcho("", kIntake), StatusIs(kInvalid, "text"));
}

TEST_F(RowsTest, AServerStreamMayBeOfBytes) {
  Start(
      {kEcho, {"Repeat", Validate, &RepeatBytes, kServerStream}, kJoin, kTalk});
  EXPECT_THAT(*CallRepeat("a", 2), ElementsAre("echo a", "echo a"));
  EXPECT_THAT(CallRepeat("", 2), StatusIs(kInvalid, "text"));
  EXPECT_THAT(CallRepeat("a", 2, kStranger), StatusIs(kDenied, "Repeat"));
}

TEST_F(RowsTest, ABidiStreamMayBeSharded) {
  Start({kEcho, kRepeat, kJoin, {"Talk", &TalkSharded, kShardedStream}});
  EXPECT_THAT(*CallTalk({"a", "b"}, kIntake), ElementsAre("echo a", "echo b"));
  EXPECT_THAT(CallTalk({"a"}, kStranger), StatusIs(kDenied, "Talk"));
  server_->Shutdown(absl::Seconds(5));
}

TEST_F(RowsTest, FaultyRequestsReachNoHandler) {
  Start({kEcho, kRepeat, kJoin, kTalk});
  EXPECT_THAT(CallEcho("", kIntake), StatusIs(kInvalid, "text"));
  EXPECT_THAT(CallRepeat("", 1), StatusIs(kInvalid, "text"));
}

// gRPC would answer UNIMPLEMENTED, as if there were no such method.
TEST_F(RowsTest, AHandlerThatThrowsInsteadOfOpeningAStreamIsAnInternalError) {
  Start({kEcho, kRepeat, kJoin, kTalk});
  const auto result = CallRepeat("throw", 1);
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInternal, ""));
  EXPECT_EQ(result.status().ToString().find("secret"), std::string::npos);
}

TEST_F(RowsTest, NoRowAnswersWhileTheServerDrains) {
  Start({kEcho, kRepeat, kJoin, kTalk});
  runtime_.StartDraining();
  EXPECT_THAT(CallEcho("a", kIntake),
              StatusIs(absl::StatusCode::kUnavailable, "stopping"));
  EXPECT_THAT(CallRepeat("a", 1),
              StatusIs(absl::StatusCode::kUnavailable, "stopping"));
  EXPECT_THAT(CallJoin({"a"}, kIntake),
              StatusIs(absl::StatusCode::kUnavailable, "stopping"));
  EXPECT_THAT(CallTalk({"a"}, kIntake),
              StatusIs(absl::StatusCode::kUnavailable, "stopping"));
}

}  // namespace
}  // namespace wangge::rpc
