// Certificates and a policy for tests that speak over real sockets.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "rpc/policy.h"
#include "rpc/server.h"
#include "testing/status.h"

namespace wangge::rpc {

// A file of deploy/certs/make, which deploy/up uses as well: `ca.crt`.
inline std::string TestFile(const std::string& name) {
  static const std::string folder = [] {
    const std::string path = ::testing::TempDir() + "/rpc-certificates";
    const std::string make =
        absl::StrCat(WANGGE_SOURCE_DIR, "/deploy/certs/make ", path);
    EXPECT_EQ(std::system(make.c_str()), 0);  // NOLINT(cert-env33-c)
    return path;
  }();
  return folder + "/" + name;
}

// The files of one identity, `source-110`.
inline TlsFiles TestTls(const std::string& identity) {
  return {TestFile(identity + ".crt"), TestFile(identity + ".key"),
          TestFile("ca.crt")};
}

// A policy that lets one identity call everything, and nobody else anything.
inline std::unique_ptr<PolicyFile> TestPolicy(const std::string& identity) {
  const std::string path = ::testing::TempDir() + "/rpc-policy";
  EXPECT_OK(WriteFile(path, absl::StrCat("rules { methods: '*' identities: '",
                                         identity, "' }")));
  auto policy = PolicyFile::Open(path);
  EXPECT_OK(policy);
  return *std::move(policy);
}

}  // namespace wangge::rpc
