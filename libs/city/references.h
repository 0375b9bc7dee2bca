// Which rows a row names.
#pragma once

#include <functional>
#include <string>

#include "city/row.h"

namespace wangge::city {

// `key` is KeyText of the row named, or `function/…` for what units can do;
// `role` what it is for the row that names it, for messages.
using ReferenceVisitor =
    std::function<void(const std::string& key, const char* role)>;

void ForEachReference(const CityRow& row, const ReferenceVisitor& visit);

}  // namespace wangge::city
