// How a certificate reads.
#pragma once

#include <string>

#include "wangge/registry/v1/registry.pb.h"

namespace wangge::wgctl {

// For a terminal: a line by district, then the first faults.
std::string DescribeCertificate(const registry::v1::CityCertificate& c);

// The patches of ground of a certificate, as a GeoJSON FeatureCollection.
std::string PatchesAsGeoJson(const registry::v1::CityCertificate& c);

}  // namespace wangge::wgctl
