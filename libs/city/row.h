// Rows of the city as keys and text.
#pragma once

#include <string>

#include "absl/status/statusor.h"
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
CityRowKey KeyOfText(const std::string& text);

// The message inside a row; the row itself when it is empty.
const google::protobuf::Message& BodyOf(const CityRow& row);

// Sets a scalar or repeated scalar field from text, as the city folder writes
// it: repeated values joined by `|`; enum values by their name without prefix
// in lower case; booleans as true and false; fields that end in `_e7` as
// degrees. INVALID_ARGUMENT says what is expected.
absl::Status SetField(const google::protobuf::FieldDescriptor& field,
                      const std::string& text,
                      google::protobuf::Message* message);

// The inverse of SetField.
std::string GetField(const google::protobuf::FieldDescriptor& field,
                     const google::protobuf::Message& message);

// The column of a field: its name, with `_deg` for `_e7`.
std::string ColumnOf(const google::protobuf::FieldDescriptor& field);

}  // namespace wangge::city
