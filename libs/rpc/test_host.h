// A service in a test's own process, on a real socket with mutual TLS and the
// shipped policy.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "rpc/client.h"
#include "rpc/host.h"
#include "rpc/test_tls.h"

namespace wangge::rpc {

// Lives as long as the test's channels to it.
class TestHost {
 public:
  // Starts service `name` as it is started by main(), with the parts of the
  // environment that it needs. Its address is for the environments of others.
  static absl::StatusOr<std::unique_ptr<TestHost>> Start(
      const std::string& name, const Environment& environment,
      const ServiceFactory& make) {
    HostOptions options;
    options.runtime = {.service = name, .workers = 4, .queue = 64};
    options.server.address = "127.0.0.1:0";
    options.server.tls = TestTls("service-" + name);
    options.policy_file =
        absl::StrCat(WANGGE_SOURCE_DIR, "/deploy/policy/policy.textproto");
    options.token_key_file = TestFile("identity.pub");
    options.environment = environment;
    ASSIGN_OR_RETURN(auto host, Host::Start(options, make));
    return std::unique_ptr<TestHost>(new TestHost(std::move(host)));
  }

  std::string address() const {
    return absl::StrCat("127.0.0.1:", host_->port());
  }
  Host& host() { return *host_; }

  // True when it became ready within half a minute.
  bool WaitUntilReady() {
    const absl::Time end = absl::Now() + absl::Seconds(30);
    while (!host_->UpdateHealth()) {
      if (absl::Now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }

  // A channel of an identity, `source-110`.
  std::shared_ptr<grpc::Channel> Channel(const std::string& identity) const {
    return *Connect(address(), TestTls(identity));
  }

  // A token that speaks for an officer, over a channel of a gateway or of an
  // administrator.
  static std::string TokenOf(const std::string& officer_id) {
    return *IssueToken(*ReadFile(TestFile("identity.key")), officer_id,
                       absl::Now() + absl::Hours(1));
  }

 private:
  explicit TestHost(std::unique_ptr<Host> host) : host_(std::move(host)) {}

  std::unique_ptr<Host> host_;
};

}  // namespace wangge::rpc
