#include "services/intake/attestation.h"

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::intake {
namespace {

using v1::ReviewAttestation;

absl::Status Fault(const std::string& fault) {
  return errors::Make(
      absl::StatusCode::kFailedPrecondition,
      common::v1::ERROR_REASON_REVIEW_INVALID,
      absl::StrCat("the two-level review is not valid: ", fault),
      {{"fault", fault}});
}

const char* LevelName(ReviewAttestation::Level level) {
  return level == ReviewAttestation::LEVEL_BRANCH ? "BRANCH" : "STATION";
}

absl::Status CheckOne(const v1::SourceReport& report,
                      const ReviewAttestation& attestation,
                      const city::City& city) {
  const std::string who =
      absl::StrCat(LevelName(attestation.level()), " reviewer ",
                   attestation.reviewer_officer_id());
  const auto* officer = city.FindOfficer(attestation.reviewer_officer_id());
  if (officer == nullptr) return Fault(who + " is no officer of the city");
  if (officer->unit_id() != attestation.unit_id()) {
    return Fault(
        absl::StrCat(who, " does not belong to unit ", attestation.unit_id()));
  }
  if (!attestation.has_review_time()) return Fault(who + " states no time");
  const auto key = FromHex(officer->review_public_key());
  if (!key.ok() || !Ed25519Verify(*key, AttestationText(report, attestation),
                                  attestation.signature())) {
    return Fault(absl::StrCat("the signature of ", who, " is not valid"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string AttestationText(const v1::SourceReport& report,
                            const ReviewAttestation& attestation) {
  return absl::StrCat(
      report.source_id(), "\n", report.source_ref(), "\n",
      LevelName(attestation.level()), "\n", attestation.reviewer_officer_id(),
      "\n", attestation.unit_id(), "\n", attestation.review_time().seconds(),
      "\n", ToHex(Sha256(report.text())));
}

absl::Status CheckAttestations(const v1::SourceReport& report,
                               const city::City& city) {
  const ReviewAttestation* station = nullptr;
  const ReviewAttestation* branch = nullptr;
  for (const auto& attestation : report.review_attestations()) {
    if (attestation.level() == ReviewAttestation::LEVEL_STATION) {
      station = &attestation;
    }
    if (attestation.level() == ReviewAttestation::LEVEL_BRANCH) {
      branch = &attestation;
    }
  }
  if (report.review_attestations_size() != 2 || station == nullptr ||
      branch == nullptr) {
    return Fault("exactly one STATION and one BRANCH review are needed");
  }
  if (station->reviewer_officer_id() == branch->reviewer_officer_id()) {
    return Fault("both reviews are by the same person");
  }
  RETURN_IF_ERROR(CheckOne(report, *station, city));
  RETURN_IF_ERROR(CheckOne(report, *branch, city));
  if (station->unit_id() == branch->unit_id() ||
      !city.IsSameOrAbove(branch->unit_id(), station->unit_id())) {
    return Fault("the branch is not above the station");
  }
  return absl::OkStatus();
}

}  // namespace wangge::intake
