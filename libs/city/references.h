// Which rows a row refers to.
#pragma once

#include <functional>
#include <string>

#include "city/row.h"

namespace wangge::city {

// `key` is the KeyText of the row referred to, or `function/…` for a function
// of units; `role` is what it is for the referring row, for messages.
using ReferenceVisitor =
    std::function<void(const std::string& key, const char* role)>;

void ForEachReference(const CityRow& row, const ReferenceVisitor& visit);

}  // namespace wangge::city
