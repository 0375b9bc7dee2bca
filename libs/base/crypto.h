// Hashes, signatures and encryption, over OpenSSL. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace wangge {

// SHA-256 of `data`, 32 bytes.
std::string Sha256(const std::string& data);

// Lower-case hexadecimal digits, and back. INVALID_ARGUMENT on other input.
std::string ToHex(const std::string& bytes);
absl::StatusOr<std::string> FromHex(const std::string& hex);

// Ed25519 (RFC 8032). Keys are raw: 32 bytes; signatures are 64 bytes.
absl::StatusOr<std::string> Ed25519PublicKey(const std::string& private_key);
absl::StatusOr<std::string> Ed25519Sign(const std::string& private_key,
                                        const std::string& message);
bool Ed25519Verify(const std::string& public_key, const std::string& message,
                   const std::string& signature);

// ECDSA over SHA-256 with a key as PEM; signatures are DER. A public key is
// read from a certificate or a public key in PEM. INVALID_ARGUMENT on an
// unusable key.
absl::StatusOr<std::string> EcdsaSign(const std::string& private_key_pem,
                                      const std::string& message);
absl::StatusOr<bool> EcdsaVerify(const std::string& public_pem,
                                 const std::string& message,
                                 const std::string& signature);

// AES-256-GCM with a random nonce: nonce (12) + ciphertext + tag (16).
// `key` has 32 bytes; `context` is authenticated but not stored.
absl::StatusOr<std::string> Seal(const std::string& key,
                                 const std::string& plain,
                                 const std::string& context);
// Back again; INVALID_ARGUMENT when anything was changed.
absl::StatusOr<std::string> Unseal(const std::string& key,
                                   const std::string& sealed,
                                   const std::string& context);

}  // namespace wangge
