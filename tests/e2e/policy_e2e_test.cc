// Every method of every service against every identity that the policy does not
// let call it: refused, each and all, by the running processes.
#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/generic/generic_stub.h"
#include "rpc/identity.h"
#include "testing/status.h"
#include "tests/suite.h"
#include "wangge/common/v1/policy.pb.h"

namespace wangge {
namespace {

struct Method {
  std::string process;  // `cases`.
  std::string path;     // `/wangge.cases.v1.CaseService/GetCase`.
};

// From the contracts themselves, so that none is forgotten.
std::vector<Method> AllMethods(const rpc::Endpoints& endpoints) {
  std::vector<Method> methods;
  for (const auto& [process, address] : endpoints) {
    const auto* file =
        google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
            absl::StrCat("wangge/", process, "/v1/", process, ".proto"));
    EXPECT_NE(file, nullptr) << process;
    for (int s = 0; file != nullptr && s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(
            {process, absl::StrCat("/", file->service(s)->full_name(), "/",
                                   file->service(s)->method(m)->name())});
      }
    }
  }
  return methods;
}

// Written here again on purpose: the test must not ask what it tests.
bool Matches(const std::string& pattern, const std::string& text) {
  return pattern.back() == '*'
             ? text.rfind(pattern.substr(0, pattern.size() - 1), 0) == 0
             : text == pattern;
}

bool Allows(const common::v1::Policy& policy, const std::string& identity,
            const std::string& path) {
  for (const auto& rule : policy.rules()) {
    bool who = false;
    bool what = false;
    for (const auto& pattern : rule.identities()) {
      who = who || Matches(pattern, identity);
    }
    for (const auto& pattern : rule.methods()) {
      what = what || Matches(pattern, path);
    }
    if (who && what) return true;
  }
  return false;
}

grpc::StatusCode Call(const std::shared_ptr<grpc::Channel>& channel,
                      const std::string& path, const std::string& token) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  if (!token.empty()) context.AddMetadata(rpc::kTokenKey, token);
  const grpc::Slice empty("");
  grpc::ByteBuffer in(&empty, 1);
  grpc::ByteBuffer out;
  std::promise<grpc::StatusCode> done;
  stub.UnaryCall(&context, path, {}, &in, &out, [&](const grpc::Status& s) {
    done.set_value(s.error_code());
  });
  return done.get_future().get();
}

TEST(PolicyTest, WhatNoRuleAllowsIsRefusedToEveryIdentityOnEveryMethod) {
  client::Client client(SuiteSettings());
  const auto text =
      ReadFile(WANGGE_SOURCE_DIR "/deploy/policy/policy.textproto");
  ASSERT_OK(text);
  common::v1::Policy policy;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(*text, &policy));
  struct Caller {
    std::string certificate;
    std::string officer;
  };
  std::vector<Caller> callers = {
      {"source/110", ""},  {"source/12345", ""}, {"source/wechat", ""},
      {"gateway/app", ""}, {"gateway/push", ""}, {"gateway/app", "o000001"},
      {"admin/wgctl", ""}};
  for (const auto& [service, address] : client.settings().endpoints) {
    callers.push_back({absl::StrCat("service/", service), ""});
  }
  int refused = 0;
  for (const Method& method : AllMethods(client.settings().endpoints)) {
    for (const auto& caller : callers) {
      const std::string identity =
          caller.officer.empty() ? caller.certificate
                                 : absl::StrCat("officer/", caller.officer);
      if (Allows(policy, identity, method.path)) continue;
      const auto channel = client.Channel(method.process, caller.certificate);
      ASSERT_OK(channel);
      const auto token = client.Token(caller.officer);
      ASSERT_OK(token);
      const grpc::StatusCode code = Call(*channel, method.path, *token);
      // What is not served yet is not served to anybody.
      EXPECT_TRUE(code == grpc::StatusCode::PERMISSION_DENIED ||
                  code == grpc::StatusCode::UNIMPLEMENTED)
          << identity << " on " << method.path << ": " << code;
      refused += code == grpc::StatusCode::PERMISSION_DENIED;
    }
  }
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace wangge
