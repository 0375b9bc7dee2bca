// The fields of a row as text: the cells of a city folder's CSV files and the
// properties of its GeoJSON features.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace wangge::city {

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
