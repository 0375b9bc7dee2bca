// Authorization at admission: which identity may call which method.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "wangge/common/v1/policy.pb.h"

namespace wangge::rpc {

// The policy of a file, read again when the file changes. Thread-safe.
class PolicyFile {
 public:
  // Fails when the file cannot be read or is not a policy.
  static absl::StatusOr<std::unique_ptr<PolicyFile>> Open(
      const std::string& path);

  // OK or PERMISSION_DENIED. `identity` is Caller::Text().
  absl::Status Check(const std::string& identity,
                     const std::string& method) const;

  // That every method of a service has a rule that lets somebody call it, and
  // that every rule that names one of the service's methods names one of
  // these. FAILED_PRECONDITION names all that are missing. `methods` are full
  // names.
  absl::Status CheckMethods(const std::string& service,
                            const std::deque<std::string>& methods) const;

  // Reads the file again when it has changed. When the new content is faulty,
  // everything is denied until it is mended: fail closed.
  void Reload();

 private:
  explicit PolicyFile(std::string path) : path_(std::move(path)) {}
  absl::StatusOr<common::v1::Policy> Read(std::string* content) const;
  std::shared_ptr<const common::v1::Policy> policy() const;

  const std::string path_;
  mutable Mutex mutex_;
  std::string content_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const common::v1::Policy> policy_ ABSL_GUARDED_BY(mutex_);
};

// True when `text` matches `pattern`, which may end in `*`.
bool MatchesPattern(const std::string& pattern, const std::string& text);

}  // namespace wangge::rpc
