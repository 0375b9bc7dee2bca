// The police's two reviews, made in their own system: two persons, the branch
// above the station, valid signatures, or the report is refused.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "city/city.h"
#include "wangge/intake/v1/intake.pb.h"

namespace wangge::intake {

// The text that a reviewer signs; see ReviewAttestation.signature.
std::string AttestationText(const v1::SourceReport& report,
                            const v1::ReviewAttestation& attestation);

// OK, or FAILED_PRECONDITION (REVIEW_INVALID) that names the fault.
absl::Status CheckAttestations(const v1::SourceReport& report,
                               const city::City& city);

}  // namespace wangge::intake
