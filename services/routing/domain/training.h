// What routing learns beside the text model: from where on it is sure enough.
#pragma once

#include <string>
#include <vector>

#include "city/city.h"
#include "text/classifier.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::routing {

// An address whose spot is known, as that of a report with coordinates.
struct KnownAddress {
  std::string address;
  geo::Point point;
  // The code of its district where that is known better than by the point,
  // which may lie beside a border; else empty.
  std::string district_code = "";
};

// The districts of the addresses and of the city's names, how loud names are
// beside what was learned of them, how often each kind of evidence led to the
// right street, and the threshold that follows. An address outside the city
// teaches nothing; of a city with one district there is no model of districts.
v1::AddressModel LearnAddresses(const city::City& city,
                                const std::vector<KnownAddress>& addresses);

// The threshold for the category as routing finds it: from the predictions of
// models that were trained without the example (Classifier::Train's held_out)
// and the city's keywords.
v1::Threshold LearnCategoryThreshold(
    const city::City& city, const std::vector<text::Example>& examples,
    const std::vector<std::vector<text::Prediction>>& held_out);

}  // namespace wangge::routing
