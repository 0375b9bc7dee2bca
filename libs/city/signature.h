// The signature of a certificate: by the registry's key, so that a certificate
// can be shown to somebody who trusts the city's authority.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::city {

// Fills in the signature. INVALID_ARGUMENT on an unusable key.
absl::Status Sign(const std::string& private_key_pem,
                  registry::v1::CityCertificate* certificate);

// OK when the certificate is as it was signed with the key of this X.509
// certificate (PEM); else UNAUTHENTICATED, or INVALID_ARGUMENT for a key that
// cannot be used.
absl::Status Verify(const std::string& signer_pem,
                    const registry::v1::CityCertificate& certificate);

}  // namespace wangge::city
