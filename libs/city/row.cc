#include "city/row.h"

#include "absl/strings/str_cat.h"

namespace wangge::city {

using google::protobuf::Message;

CityRowKey ParseKeyText(const std::string& text) {
  const size_t slash = text.find('/');
  CityRowKey key;
  key.set_kind(text.substr(0, slash));
  if (slash != std::string::npos) key.set_id(text.substr(slash + 1));
  return key;
}

const Message& BodyOf(const CityRow& row) {
  const auto* field = CityRow::descriptor()->FindFieldByNumber(row.row_case());
  return field == nullptr ? row : row.GetReflection()->GetMessage(row, field);
}

CityRowKey KeyOf(const CityRow& row) {
  CityRowKey key;
  const auto* field = CityRow::descriptor()->FindFieldByNumber(row.row_case());
  if (field == nullptr) return key;
  const Message& body = BodyOf(row);
  key.set_kind(field->name());
  key.set_id(body.GetReflection()->GetString(
      body, body.GetDescriptor()->FindFieldByNumber(1)));
  return key;
}

std::string KeyText(const CityRowKey& key) {
  return absl::StrCat(key.kind(), "/", key.id());
}

}  // namespace wangge::city
