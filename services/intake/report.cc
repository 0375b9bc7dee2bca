#include "services/intake/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "errors/errors.h"
#include "services/intake/attestation.h"

namespace wangge::intake {
namespace {

using errors::Violations;

constexpr absl::Duration kMaxAhead = absl::Hours(24);
constexpr int kMaxEvidence = 50;

void CheckTexts(const v1::SubmitReportRequest& request, Violations* v) {
  const v1::SourceReport& r = request.report();
  v->RequireUuid("request_id", request.request_id());
  v->RequireText("report.source_ref", r.source_ref(), 1, 128);
  v->RequireText("report.title", r.title(), 0, 200);
  v->RequireText("report.text", r.text(), 1, 4000);
  v->RequireText("report.address", r.address(), 0, 500);
  v->RequireText("report.source_category_code", r.source_category_code(), 0,
                 64);
  v->RequireText("report.reporter.name", r.reporter().name(), 0, 100);
  v->RequireText("report.reporter.phone", r.reporter().phone(), 0, 30);
  v->RequireText("report.reporter_grid_id", r.reporter_grid_id(), 0, 64);
  v->Require(r.evidence_size() <= kMaxEvidence, "report.evidence",
             absl::StrCat("has ", r.evidence_size(), " items; at most ",
                          kMaxEvidence));
  for (int i = 0; i < std::min(r.evidence_size(), kMaxEvidence); ++i) {
    v->RequireText(absl::StrCat("report.evidence[", i, "]"), r.evidence(i), 1,
                   500);
  }
}

void CheckTime(const v1::SourceReport& r, absl::Time now, Violations* v) {
  if (!r.has_claimed_time()) return;
  const auto& time = r.claimed_time();
  const bool in_range = time.seconds() >= 0 && time.seconds() < 253402300800 &&
                        time.nanos() >= 0 && time.nanos() < 1'000'000'000;
  v->Require(in_range && FromProto(time) <= now + kMaxAhead,
             "report.claimed_time",
             "is no time, or more than a day ahead; check the source's clock");
}

// The point in WGS84; a fault is added when it cannot be used.
geo::Point CheckLocation(const v1::SourceReport& r,
                         const v1::SourceProfile& profile,
                         const city::City& city, Violations* v) {
  if (!r.has_location()) return {};
  const auto point = geo::ToWgs84(r.location());
  if (!point.ok()) {
    v->Add("report.location", std::string(point.status().message()));
    return {};
  }
  const auto& allowed = profile.coordinate_systems();
  v->Require(allowed.empty() ||
                 std::find(allowed.begin(), allowed.end(),
                           r.location().coordinate_system()) != allowed.end(),
             "report.location.coordinate_system",
             absl::StrCat("is not one that the profile of ",
                          profile.source_id(), " allows"));
  v->Require(!city.Locate(*point).chain.empty(), "report.location",
             absl::StrCat("latitude ", r.location().latitude_deg(),
                          ", longitude ", r.location().longitude_deg(),
                          " lies outside the city; check the numbers and the "
                          "coordinate system, or leave it out and send the "
                          "address in words"));
  return *point;
}

std::string DigestOf(const v1::SourceReport& report) {
  return Sha256(report.SerializeAsString());
}

}  // namespace

absl::StatusOr<Prepared> Prepare(const v1::SubmitReportRequest& request,
                                 const v1::SourceProfile& profile,
                                 const city::City& city, absl::Time now) {
  const v1::SourceReport& source = request.report();
  Violations v;
  CheckTexts(request, &v);
  CheckTime(source, now, &v);
  const geo::Point point = CheckLocation(source, profile, city, &v);
  v.Require(source.reporter_grid_id().empty() ||
                city.FindGrid(source.reporter_grid_id()) != nullptr,
            "report.reporter_grid_id", "is not a grid of the city");
  RETURN_IF_ERROR(v.ToStatus());
  const bool hosts_review = profile.requires_review() &&
                            profile.hosts_review() &&
                            source.review_attestations().empty();
  if (profile.requires_review() && !hosts_review) {
    RETURN_IF_ERROR(CheckAttestations(source, city));
  }

  Prepared prepared;
  prepared.refuses_danger = profile.refuses_danger();
  auto& admission = prepared.admission;
  admission.set_request_id(request.request_id());
  admission.set_digest(DigestOf(source));
  admission.set_hosts_review(hosts_review);
  if (source.has_reporter()) *admission.mutable_reporter() = source.reporter();
  auto& report = *admission.mutable_report();
  report.mutable_key()->set_source_id(source.source_id());
  report.mutable_key()->set_source_ref(source.source_ref());
  report.mutable_key()->set_report_id(NewUuid());
  report.set_title(source.title());
  report.set_text(source.text());
  report.set_address(source.address());
  report.set_source_category_code(source.source_category_code());
  report.set_reporter_grid_id(source.reporter_grid_id());
  report.set_requires_follow_up(profile.requires_follow_up());
  report.set_verify_when_unsure(profile.verify_when_unsure());
  if (source.has_claimed_time()) {
    *report.mutable_claimed_time() = source.claimed_time();
  }
  *report.mutable_receive_time() = ToProto(now);
  *report.mutable_evidence() = source.evidence();
  auto& matter = prepared.matter;
  matter.set_title(source.title());
  matter.set_text(source.text());
  matter.set_address(source.address());
  matter.set_category_code(MapCategory(profile, source.source_category_code()));
  matter.set_reporter_grid_id(source.reporter_grid_id());
  *matter.mutable_time() = ToProto(now);
  if (source.has_location()) {
    *report.mutable_original_point() = source.location();
    *report.mutable_point() = geo::ToGeoPoint(point);
    *matter.mutable_point() = report.point();
  }
  return prepared;
}

}  // namespace wangge::intake
