#include "services/registry/certifier.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "city/certificate.h"
#include "city/signature.h"
#include "log/log.h"
#include "metrics/metrics.h"

namespace wangge::registry {
namespace {

constexpr absl::Duration kInterval = absl::Minutes(1);
// Rosters are looked at 30 days ahead, so the answer changes every day.
constexpr int kNightHour = 2;

std::string KindLabel(int kind) {
  constexpr char kPrefix[] = "CITY_FAULT_KIND_";
  return absl::AsciiStrToLower(
      v1::CityFaultKind_Name(static_cast<v1::CityFaultKind>(kind))
          .substr(sizeof(kPrefix) - 1));
}

void Show(const v1::CityCertificate& certificate) {
  for (int kind = 1; kind < v1::CityFaultKind_ARRAYSIZE; ++kind) {
    const auto& counts = certificate.total().fault_counts();
    const auto found = counts.find(kind);
    metrics::GetGauge("city_faults", "Faults of the certificate, by kind.",
                      {{"kind", KindLabel(kind)}})
        .Set(found == counts.end() ? 0 : static_cast<double>(found->second));
  }
  metrics::GetGauge("city_gap_square_meters", "Ground that no grid covers.")
      .Set(certificate.total().gap_square_meters());
  metrics::GetGauge("city_overlap_square_meters",
                    "Ground that several grids of one level cover.")
      .Set(certificate.total().overlap_square_meters());
  metrics::GetGauge("city_certified_version",
                    "The version that was certified last.")
      .Set(static_cast<double>(certificate.version().version()));
  metrics::GetGauge("city_certified_time_seconds",
                    "When it was certified, Unix time.")
      .Set(static_cast<double>(certificate.check_time().seconds()));
  metrics::GetGauge("city_certificate_seconds", "How long that took.")
      .Set(certificate.duration_seconds());
}

}  // namespace

Certifier::Certifier(const Ledger* ledger, Store* store,
                     std::string signing_key)
    : ledger_(*ledger),
      store_(*store),
      signing_key_(std::move(signing_key)),
      periodic_("certify", kInterval, [this] {
        exec::LowerThreadPriority();
        Run();
        return false;
      }) {}

absl::StatusOr<v1::CityCertificate> Certifier::Certify(
    const city::City& city) const {
  auto certificate = city::Certify(city, absl::Now());
  RETURN_IF_ERROR(city::Sign(signing_key_, &certificate));
  return certificate;
}

void Certifier::Run() {
  const CityPtr city = ledger_.Current();
  if (city == nullptr) return;
  const absl::CivilHour hour = absl::ToCivilHour(absl::Now(), CityTimeZone());
  const bool night =
      hour.hour() >= kNightHour && absl::CivilDay(hour) != certified_day_;
  if (!night && city->version().version() == certified_version_) return;
  const auto certificate = Certify(*city);
  if (!certificate.ok()) {
    log::Error("the city cannot be certified",
               {{"cause", std::string(certificate.status().message())}});
    return;
  }
  Show(*certificate);
  certified_version_ = city->version().version();
  log::Info("city certified", {{"version", certified_version_},
                               {"faults", certificate->faults_size()},
                               {"seconds", certificate->duration_seconds()}});
  if (night &&
      store_.AddCertificate(*certificate, absl::Now() + kInterval).ok()) {
    certified_day_ = absl::CivilDay(hour);
  }
}

}  // namespace wangge::registry
