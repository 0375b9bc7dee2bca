#include "rpc/policy.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/text_format.h"
#include "log/log.h"

namespace wangge::rpc {

bool MatchesPattern(const std::string& pattern, const std::string& text) {
  if (!pattern.empty() && pattern.back() == '*') {
    const absl::string_view prefix(pattern.data(), pattern.size() - 1);
    return absl::StartsWith(text, prefix);
  }
  return pattern == text;
}

absl::StatusOr<common::v1::Policy> PolicyFile::Read(
    std::string* content) const {
  ASSIGN_OR_RETURN(*content, ReadFile(path_));
  common::v1::Policy policy;
  if (!google::protobuf::TextFormat::ParseFromString(*content, &policy)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": is not a wangge.common.v1.Policy text proto"));
  }
  return policy;
}

absl::StatusOr<std::unique_ptr<PolicyFile>> PolicyFile::Open(
    const std::string& path) {
  auto file = std::unique_ptr<PolicyFile>(new PolicyFile(path));
  MutexLock lock(&file->mutex_);
  ASSIGN_OR_RETURN(common::v1::Policy policy, file->Read(&file->content_));
  file->policy_ = std::make_shared<const common::v1::Policy>(std::move(policy));
  return file;
}

absl::Status PolicyFile::Check(const std::string& identity,
                               const std::string& method) const {
  std::shared_ptr<const common::v1::Policy> policy;
  {
    MutexLock lock(&mutex_);
    policy = policy_;
  }
  const auto any = [](const auto& patterns, const std::string& text) {
    return std::any_of(
        patterns.begin(), patterns.end(),
        [&](const std::string& p) { return MatchesPattern(p, text); });
  };
  for (const auto& rule : policy->rules()) {
    if (any(rule.methods(), method) && any(rule.identities(), identity)) {
      return absl::OkStatus();
    }
  }
  return errors::Make(absl::StatusCode::kPermissionDenied,
                      common::v1::ERROR_REASON_NOT_ALLOWED,
                      absl::StrCat(identity, " may not call ", method,
                                   "; the policy has no rule that allows it"),
                      {{"identity", identity}, {"method", method}});
}

void PolicyFile::Reload() {
  std::string content;
  absl::StatusOr<common::v1::Policy> policy = Read(&content);
  MutexLock lock(&mutex_);
  if (content == content_) return;
  content_ = content;
  if (policy.ok()) {
    log::Info("policy reloaded", {{"path", path_}});
  } else {
    log::Error("policy is faulty; everything is denied",
               {{"cause", std::string(policy.status().message())}});
  }
  policy_ = std::make_shared<const common::v1::Policy>(
      policy.ok() ? *std::move(policy) : common::v1::Policy());
}

}  // namespace wangge::rpc
