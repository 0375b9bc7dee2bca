// What routing learns from labelled texts and addresses beside the text model
// itself: districts, weights and thresholds.
#pragma once

#include <string>
#include <vector>

#include "city/city.h"
#include "text/train/trainer.h"
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

// Trains the model of districts on the addresses and on the city's names, fits
// the weights of the names' opinions, and measures how often each kind of
// evidence led to the right street and the threshold that follows. Addresses
// outside the city are ignored; for a city with one district there is no model
// of districts.
v1::AddressModel LearnAddresses(const city::City& city,
                                const std::vector<KnownAddress>& addresses);

// The threshold for the category as routing finds it: from the predictions of
// models that were trained without the example (held_out of text::Train) and
// the city's keywords.
v1::Threshold LearnCategoryThreshold(
    const city::City& city, const std::vector<text::Example>& examples,
    const std::vector<std::vector<text::Prediction>>& held_out);

}  // namespace wangge::routing
