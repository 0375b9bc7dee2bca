// Connections of a benchmark's clients.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/suite.h"

namespace wangge::bench {

// Connections of their own to a service, made before anything is measured.
inline std::vector<std::shared_ptr<grpc::Channel>> ConnectedChannels(
    const std::string& service, const std::string& identity, size_t count) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (size_t i = 0; i < count; ++i) {
    client::Client client(SuiteSettings());
    channels.push_back(*client.Channel(service, identity));
    channels.back()->WaitForConnected(
        absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  }
  return channels;
}

}  // namespace wangge::bench
