#include "tools/wgctl/certificate.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "geo/geojson.h"
#include "tools/wgctl/print.h"

namespace wangge::wgctl {
namespace {

using registry::v1::CityCertificate;

constexpr int kFaultsShown = 20;

std::string KindText(registry::v1::CityFaultKind kind) {
  return absl::AsciiStrToLower(
      Short(registry::v1::CityFaultKind_Name(kind), "CITY_FAULT_KIND_"));
}

int64_t FaultsOf(const CityCertificate::Summary& summary) {
  int64_t faults = 0;
  for (const auto& [kind, count] : summary.fault_counts()) faults += count;
  return faults;
}

void AddLine(const CityCertificate::Summary& s, const std::string& name,
             std::string* text) {
  absl::StrAppendFormat(text, "%8d %8d %10d %10d %10d %8d   %s\n",
                        s.grid_count(), s.leaf_count(), s.cell_count(),
                        s.fallback_cell_count(), s.unmanned_cell_count(),
                        FaultsOf(s), name);
}

}  // namespace

std::string DescribeCertificate(const CityCertificate& c) {
  std::string text = absl::StrFormat(
      "city version %d: %s\n"
      "%d families of grids, %d proved by their edges alone; %d slivers under "
      "%.1f m wide, %.1f m2, not counted; %.2f s\n\n"
      "   grids   leaves      cells   fallback   unmanned   faults   "
      "district\n",
      c.version().version(), c.certified() ? "certified" : "NOT certified",
      c.parent_count(), c.proved_parent_count(), c.sliver_count(),
      c.sliver_width_meters(), c.sliver_square_meters(), c.duration_seconds());
  for (const auto& district : c.districts()) {
    AddLine(district,
            district.district_name().empty() ? "(above districts)"
                                             : district.district_name(),
            &text);
  }
  AddLine(c.total(), "in all", &text);
  for (const auto& [kind, count] : c.total().fault_counts()) {
    absl::StrAppendFormat(
        &text, "\n%6d %s", count,
        KindText(static_cast<registry::v1::CityFaultKind>(kind)));
  }
  absl::StrAppend(&text, c.faults().empty() ? "" : "\n\n");
  for (int i = 0; i < c.faults_size() && i < kFaultsShown; ++i) {
    const auto& fault = c.faults(i);
    absl::StrAppend(&text, KindText(fault.kind()), "  ", fault.row().kind(),
                    "/", fault.row().id(), ": ", fault.description(), "\n");
  }
  if (c.faults_size() > kFaultsShown) {
    absl::StrAppend(&text, "… and ", FaultsOf(c.total()) - kFaultsShown,
                    " more; --json lists them\n");
  }
  return text;
}

std::string PatchesAsGeoJson(const CityCertificate& c) {
  std::vector<geo::Feature> features;
  for (const auto& fault : c.faults()) {
    if (fault.polygons().empty()) continue;
    geo::Feature feature;
    feature.properties = {
        {"kind", KindText(fault.kind())},
        {"grid_id", fault.row().id()},
        {"description", fault.description()},
        {"square_meters", absl::StrFormat("%.1f", fault.area_square_meters())}};
    feature.polygons.assign(fault.polygons().begin(), fault.polygons().end());
    features.push_back(std::move(feature));
  }
  return geo::WriteGeoJson(features);
}

}  // namespace wangge::wgctl
