// Who plans the city: people of operation centres.
#pragma once

#include "absl/strings/string_view.h"
#include "city/city.h"

namespace wangge::city {

// True when the officer is in the city and works in an operation centre, of
// whatever level.
inline bool WorksInOperationCentre(const City& city,
                                   absl::string_view officer_id) {
  const Officer* officer = city.FindOfficer(officer_id);
  const Unit* unit =
      officer == nullptr ? nullptr : city.FindUnit(officer->unit_id());
  return unit != nullptr &&
         unit->kind() == registry::v1::UNIT_KIND_OPERATION_CENTRE;
}

}  // namespace wangge::city
