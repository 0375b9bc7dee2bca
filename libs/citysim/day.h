// What people report in the simulated city: labelled texts to train with, and
// days of reports with duplicates, floods and wrong data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "city/city.h"

namespace wangge::citysim {

// CSV `text,label`: phrases of the first half of each category's list, and what
// was said in the years before.
std::string LabelledTexts(uint32_t seed);

// CSV of reports in the order of their column time (HH:MM:SS), with source_id,
// source_ref, title, text, address, latitude_deg, longitude_deg,
// coordinate_system, expected_category, expected_unit_id (empty for wrong
// data); `wgctl submit --csv` plays it. About
// one in ten repeats an earlier matter in other words, one in fifty is wrong (a
// point at sea, swapped coordinates, an empty text), and at about noon a flood
// of one matter comes within ten minutes.
std::string DayOfReports(const city::City& city, int count, uint32_t seed);

}  // namespace wangge::citysim
