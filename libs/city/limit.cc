#include "city/limit.h"

namespace wangge::city {

int HandleLimitMinutes(const registry::v1::Category& category,
                       common::v1::UnitLevel level) {
  const int of_level = [&] {
    switch (level) {
      case common::v1::UNIT_LEVEL_CITY:
        return category.city_limit_minutes();
      case common::v1::UNIT_LEVEL_DISTRICT:
        return category.district_limit_minutes();
      case common::v1::UNIT_LEVEL_STREET:
        return category.street_limit_minutes();
      case common::v1::UNIT_LEVEL_COMMUNITY:
        return category.community_limit_minutes();
      default:
        return 0;
    }
  }();
  return of_level > 0 ? of_level : category.handle_limit_minutes();
}

}  // namespace wangge::city
