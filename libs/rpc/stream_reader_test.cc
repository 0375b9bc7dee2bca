#include "rpc/stream_reader.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::rpc {
namespace {

using registry::v1::RegistryService;
using registry::v1::WatchCityRequest;
using registry::v1::WatchCityResponse;

// Sends as many pieces as the client says it holds.
class Pieces final : public RegistryService::Service {
 public:
  grpc::Status WatchCity(
      grpc::ServerContext* context, const WatchCityRequest* request,
      grpc::ServerWriter<WatchCityResponse>* writer) override {
    WatchCityResponse piece;
    for (int64_t i = 0; i < request->held_version(); ++i) {
      piece.mutable_version()->set_version(i);
      if (!writer->Write(piece)) break;
    }
    return context->IsCancelled()
               ? grpc::Status::CANCELLED
               : grpc::Status(grpc::StatusCode::UNAVAILABLE, "all were sent");
  }
};

class StreamReaderTest : public ::testing::Test {
 protected:
  StreamReaderTest() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&pieces_);
    server_ = builder.BuildAndStart();
    stub_ = RegistryService::NewStub(grpc::CreateChannel(
        absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  }

  std::unique_ptr<StreamReader<WatchCityResponse>> Watch(int64_t pieces) {
    request_.set_held_version(pieces);
    return std::make_unique<StreamReader<WatchCityResponse>>(
        [&](auto* reactor) {
          stub_->async()->WatchCity(&context_, &request_, reactor);
        });
  }

  Pieces pieces_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<RegistryService::Stub> stub_;
  grpc::ClientContext context_;
  WatchCityRequest request_;
};

TEST_F(StreamReaderTest, ReadsEverythingInOrderAndThenHowItEnded) {
  constexpr int64_t kPieces = 1000;
  const auto reader = Watch(kPieces);
  WatchCityResponse piece;
  for (int64_t i = 0; i < kPieces; ++i) {
    ASSERT_TRUE(reader->Read(&piece));
    ASSERT_EQ(piece.version().version(), i);
  }
  EXPECT_FALSE(reader->Read(&piece));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "all were sent");
}

TEST_F(StreamReaderTest, WhoeverDoesNotWantTheRestCancelsIt) {
  const auto reader = Watch(1'000'000'000);
  WatchCityResponse piece;
  ASSERT_TRUE(reader->Read(&piece));
  context_.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace wangge::rpc
