// A row of the city and the key that identifies it.
#pragma once

#include <string>

#include "google/protobuf/message.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::city {

using registry::v1::CityRow;
using registry::v1::CityRowKey;

// The key of a row: its kind and the id in its first field. Empty parts when
// the row is empty.
CityRowKey KeyOf(const CityRow& row);

// `kind/id`, for maps and messages.
std::string KeyText(const CityRowKey& key);

// The key of a KeyText.
CityRowKey ParseKeyText(const std::string& text);

// The message inside a row; the row itself when it is empty.
const google::protobuf::Message& BodyOf(const CityRow& row);

}  // namespace wangge::city
