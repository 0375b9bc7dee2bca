// A registry that serves one city, for services in tests.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "city/city.h"
#include "rpc/server.h"
#include "rpc/stream.h"
#include "rpc/test_tls.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::command {

class TestRegistry final
    : public registry::v1::RegistryService::CallbackService {
 public:
  explicit TestRegistry(const city::City& city) {
    snapshot_.set_reset(true);
    snapshot_.set_complete(true);
    *snapshot_.mutable_version() = city.version();
    for (const auto& [key, row] : city.rows().Sorted()) {
      *snapshot_.add_rows() = *row;
    }
    rpc::ServerOptions options;
    options.address = "127.0.0.1:0";
    options.tls = rpc::TestTls("service-registry");
    auto server = rpc::Server::Start(options, {this});
    EXPECT_OK(server);
    server_ = *std::move(server);
  }
  ~TestRegistry() override { server_->Shutdown(absl::Seconds(1)); }

  std::string address() const {
    return absl::StrCat("127.0.0.1:", server_->port());
  }

 private:
  using CityPiece = registry::v1::WatchCityResponse;
  class Stream final : public rpc::ServerStream<CityPiece> {
   public:
    Stream() : rpc::ServerStream<CityPiece>(1) {}
  };

  // The whole city, and then nothing more.
  grpc::ServerWriteReactor<CityPiece>* WatchCity(
      grpc::CallbackServerContext*,
      const registry::v1::WatchCityRequest*) override {
    auto stream = std::make_shared<Stream>();
    stream->Begin(stream);
    stream->Send(snapshot_);
    return stream.get();
  }

  CityPiece snapshot_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace wangge::command
