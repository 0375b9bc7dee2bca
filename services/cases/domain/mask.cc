#include "services/cases/domain/mask.h"

#include "base/text.h"

namespace wangge::cases {
namespace {

// Stars but for the first and the last characters.
std::string MaskBetween(const std::string& text, size_t first, size_t last) {
  const std::vector<char32_t> characters = DecodeUtf8(text);
  std::string masked;
  for (size_t i = 0; i < characters.size(); ++i) {
    const bool shown = i < first || i + last >= characters.size();
    AppendUtf8(shown ? characters[i] : U'*', &masked);
  }
  return masked;
}

}  // namespace

std::string MaskName(const std::string& name) {
  return MaskBetween(name, Utf8Length(name) > 1 ? 1 : 0, 0);
}

std::string MaskPhone(const std::string& phone) {
  const size_t length = Utf8Length(phone);
  if (length >= 8) return MaskBetween(phone, 3, 4);
  return MaskBetween(phone, 0, length >= 4 ? 2 : 0);
}

v1::Reporter Mask(const v1::Reporter& reporter) {
  v1::Reporter masked;
  masked.set_name(MaskName(reporter.name()));
  masked.set_phone(MaskPhone(reporter.phone()));
  return masked;
}

}  // namespace wangge::cases
