// Tokens of persons: JSON Web Tokens signed with ES256 by the city's identity
// provider. The subject is the officer's id.
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace wangge::rpc {

// Makes a token. `private_key_pem` is a P-256 key.
absl::StatusOr<std::string> IssueToken(const std::string& private_key_pem,
                                       const std::string& officer_id,
                                       absl::Time expire_time);

// Verifies tokens; remembers those it has seen, because a signature costs more
// than most calls. Thread-safe.
class TokenVerifier {
 public:
  // With an empty key no token is accepted.
  explicit TokenVerifier(std::string public_key_pem)
      : public_key_pem_(std::move(public_key_pem)) {}

  // The officer's id. UNAUTHENTICATED when the signature, the algorithm or the
  // time is wrong.
  absl::StatusOr<std::string> Verify(const std::string& token) const;

 private:
  struct Known {
    std::string officer_id;
    absl::Time expire_time;
  };
  absl::StatusOr<Known> Decode(const std::string& token) const;

  static constexpr size_t kMaxKnown = 100'000;
  const std::string public_key_pem_;
  mutable Mutex mutex_;
  mutable absl::flat_hash_map<std::string, Known> known_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::rpc
