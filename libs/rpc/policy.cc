#include "rpc/policy.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

namespace {

bool AnyMatches(const google::protobuf::RepeatedPtrField<std::string>& patterns,
                const std::string& text) {
  return std::any_of(
      patterns.begin(), patterns.end(),
      [&](const std::string& p) { return MatchesPattern(p, text); });
}

}  // namespace

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

std::shared_ptr<const common::v1::Policy> PolicyFile::policy() const {
  MutexLock lock(&mutex_);
  return policy_;
}

absl::Status PolicyFile::Check(const std::string& identity,
                               const std::string& method) const {
  const auto policy = this->policy();
  for (const auto& rule : policy->rules()) {
    if (AnyMatches(rule.methods(), method) &&
        AnyMatches(rule.identities(), identity)) {
      return absl::OkStatus();
    }
  }
  return errors::Make(absl::StatusCode::kPermissionDenied,
                      common::v1::ERROR_REASON_NOT_ALLOWED,
                      absl::StrCat(identity, " may not call ", method,
                                   "; the policy has no rule that allows it"),
                      {{"identity", identity}, {"method", method}});
}

absl::Status PolicyFile::CheckMethods(
    const std::string& service, const std::deque<std::string>& methods) const {
  const auto policy = this->policy();
  std::set<std::string> faults;
  for (const std::string& method : methods) {
    const bool has_rule =
        std::any_of(policy->rules().begin(), policy->rules().end(),
                    [&](const common::v1::Policy::Rule& rule) {
                      return !rule.identities().empty() &&
                             AnyMatches(rule.methods(), method);
                    });
    if (!has_rule) {
      faults.insert(absl::StrCat("no rule lets anybody call ", method));
    }
  }
  const std::string prefix = absl::StrCat("/", service, "/");
  for (const auto& rule : policy->rules()) {
    for (const std::string& pattern : rule.methods()) {
      const bool names_one =
          !absl::StartsWith(pattern, prefix) ||
          std::any_of(methods.begin(), methods.end(),
                      [&](const std::string& method) {
                        return MatchesPattern(pattern, method);
                      });
      if (!names_one) {
        faults.insert(absl::StrCat("a rule names ", pattern,
                                   ", which is no method of the service"));
      }
    }
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, ": ", absl::StrJoin(faults, "; ")));
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
