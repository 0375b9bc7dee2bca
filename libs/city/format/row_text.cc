#include "city/format/row_text.h"

#include <cmath>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace wangge::city {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsDegrees(const FieldDescriptor& field) {
  return absl::EndsWith(field.name(), "_e7");
}

// GridLevel -> GRID_LEVEL_
std::string EnumPrefix(const EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) {
      prefix.push_back('_');
    }
    prefix.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
  }
  return prefix + "_";
}

std::string EnumToText(const EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr || number == 0) return "";
  return absl::AsciiStrToLower(value->name().substr(EnumPrefix(type).size()));
}

absl::StatusOr<int> EnumFromText(const EnumDescriptor& type,
                                 const std::string& text) {
  std::vector<std::string> known;
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string name = EnumToText(type, type.value(i)->number());
    if (name == text) return type.value(i)->number();
    if (!name.empty()) known.push_back(name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("`", text, "` is not one of ", absl::StrJoin(known, ", ")));
}

absl::StatusOr<int32_t> IntFromText(const FieldDescriptor& field,
                                    const std::string& text) {
  int32_t number = 0;
  double degrees = 0;
  if (IsDegrees(field)) {
    if (absl::SimpleAtod(text, &degrees) && std::abs(degrees) <= 180) {
      return static_cast<int32_t>(std::lround(degrees * 1e7));
    }
    return absl::InvalidArgumentError(
        absl::StrCat("`", text, "` is not a number of degrees"));
  }
  if (absl::SimpleAtoi(text, &number)) return number;
  return absl::InvalidArgumentError(
      absl::StrCat("`", text, "` is not a whole number"));
}

// Sets the field, or adds to it when it is repeated.
absl::Status SetOne(const FieldDescriptor& field, const std::string& text,
                    Message* message) {
  const Reflection& reflection = *message->GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      many ? reflection.AddString(message, &field, text)
           : reflection.SetString(message, &field, text);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT32: {
      ASSIGN_OR_RETURN(const int32_t number, IntFromText(field, text));
      many ? reflection.AddInt32(message, &field, number)
           : reflection.SetInt32(message, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      ASSIGN_OR_RETURN(const int number,
                       EnumFromText(*field.enum_type(), text));
      many ? reflection.AddEnumValue(message, &field, number)
           : reflection.SetEnumValue(message, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") {
        return absl::InvalidArgumentError(
            absl::StrCat("`", text, "` is neither true nor false"));
      }
      reflection.SetBool(message, &field, text == "true");
      return absl::OkStatus();
    default:
      return absl::InternalError(
          absl::StrCat("field ", field.name(), " has no text form"));
  }
}

std::string GetOne(const FieldDescriptor& field, const Message& message,
                   int index) {
  const Reflection& r = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? r.GetRepeatedString(message, &field, index)
                  : r.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_INT32: {
      const int32_t number = many ? r.GetRepeatedInt32(message, &field, index)
                                  : r.GetInt32(message, &field);
      return IsDegrees(field) ? absl::StrFormat("%.7f", number / 1e7)
                              : absl::StrCat(number);
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumToText(*field.enum_type(),
                        many ? r.GetRepeatedEnumValue(message, &field, index)
                             : r.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return r.GetBool(message, &field) ? "true" : "false";
    default:
      return "";
  }
}

}  // namespace

std::string ColumnOf(const FieldDescriptor& field) {
  const std::string& name = field.name();
  return IsDegrees(field) ? name.substr(0, name.size() - 3) + "_deg" : name;
}

absl::Status SetField(const FieldDescriptor& field, const std::string& text,
                      Message* message) {
  if (text.empty()) return absl::OkStatus();
  if (!field.is_repeated()) return SetOne(field, text, message);
  const std::vector<std::string> parts = absl::StrSplit(text, '|');
  for (const std::string& part : parts) {
    RETURN_IF_ERROR(SetOne(field, part, message));
  }
  return absl::OkStatus();
}

std::string GetField(const FieldDescriptor& field, const Message& message) {
  if (!field.is_repeated()) return GetOne(field, message, 0);
  std::vector<std::string> parts;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field);
       ++i) {
    parts.push_back(GetOne(field, message, i));
  }
  return absl::StrJoin(parts, "|");
}

}  // namespace wangge::city
