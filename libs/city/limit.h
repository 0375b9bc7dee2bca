// How long a matter may take.
#pragma once

#include "wangge/registry/v1/city.pb.h"

namespace wangge::city {

// Minutes that a unit of this level has to handle a matter of the category:
// working minutes, unless the matter is one of safety.
int HandleLimitMinutes(const registry::v1::Category& category,
                       common::v1::UnitLevel level);

}  // namespace wangge::city
