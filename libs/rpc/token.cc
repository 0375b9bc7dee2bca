#include "rpc/token.h"

#include <jwt.h>

#include <cstdlib>

#include "base/status_macros.h"

namespace wangge::rpc {
namespace {

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

absl::StatusOr<std::string> IssueToken(const std::string& private_key_pem,
                                       const std::string& officer_id,
                                       absl::Time expire_time) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return absl::ResourceExhaustedError("no memory");
  const Jwt jwt(raw);
  if (jwt_add_grant(raw, "sub", officer_id.c_str()) != 0 ||
      jwt_add_grant_int(raw, "exp", absl::ToUnixSeconds(expire_time)) != 0 ||
      jwt_set_alg(raw, JWT_ALG_ES256, Bytes(private_key_pem),
                  static_cast<int>(private_key_pem.size())) != 0) {
    return absl::InvalidArgumentError("the identity provider's key is no key");
  }
  char* text = jwt_encode_str(raw);
  if (text == nullptr) {
    return absl::InvalidArgumentError(
        "the identity provider's key is not a P-256 private key");
  }
  std::string token = text;
  std::free(text);
  return token;
}

absl::StatusOr<std::string> TokenVerifier::Verify(
    const std::string& token) const {
  const absl::Time now = absl::Now();
  Known known;
  {
    MutexLock lock(&mutex_);
    const auto found = known_.find(token);
    if (found != known_.end()) known = found->second;
  }
  if (known.officer_id.empty()) {
    ASSIGN_OR_RETURN(known, Decode(token));
    MutexLock lock(&mutex_);
    if (known_.size() >= kMaxKnown) known_.clear();
    known_[token] = known;
  }
  if (known.expire_time <= now) {
    return absl::UnauthenticatedError("the token has expired; get a new one");
  }
  return known.officer_id;
}

absl::StatusOr<TokenVerifier::Known> TokenVerifier::Decode(
    const std::string& token) const {
  jwt_t* raw = nullptr;
  if (public_key_pem_.empty() ||
      jwt_decode(&raw, token.c_str(), Bytes(public_key_pem_),
                 static_cast<int>(public_key_pem_.size())) != 0) {
    return absl::UnauthenticatedError("the token's signature is not valid");
  }
  const Jwt jwt(raw);
  // The token must not choose the algorithm: `none` and HMAC with the public
  // key as secret are known ways to forge one.
  const char* subject = jwt_get_grant(raw, "sub");
  if (jwt_get_alg(raw) != JWT_ALG_ES256 || subject == nullptr ||
      *subject == '\0') {
    return absl::UnauthenticatedError("the token is not an ES256 token");
  }
  return Known{subject, absl::FromUnixSeconds(jwt_get_grant_int(raw, "exp"))};
}

}  // namespace wangge::rpc
