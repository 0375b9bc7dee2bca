#include "services/routing/domain/address.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace wangge::routing {
namespace {

using std::u32string_view;

// Details stand close behind a name.
constexpr size_t kReach = 24;

bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }

Side SideOf(char32_t c) {
  switch (c) {
    case U'北':
      return Side::kNorth;
    case U'东':
      return Side::kEast;
    case U'南':
      return Side::kSouth;
    case U'西':
      return Side::kWest;
    default:
      return Side::kNone;
  }
}

bool StartsWithAny(u32string_view text,
                   std::initializer_list<u32string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](u32string_view word) {
    return text.substr(0, word.size()) == word;
  });
}

// A number with what it counts; returns the characters it takes.
size_t ReadNumber(u32string_view rest, bool first, AddressDetail* detail) {
  size_t digits = 0;
  int number = 0;
  while (digits < rest.size() && IsDigit(rest[digits])) {
    if (digits < 6) number = number * 10 + static_cast<int>(rest[digits] - '0');
    ++digits;
  }
  u32string_view unit = rest.substr(digits);
  if (StartsWithAny(unit, {U"米", U"m"})) detail->meters = number;
  // `306-34号`, `126号附1号`; but 5号楼 is a building inside.
  if (first && StartsWithAny(unit, {U"-"})) {
    size_t sub = 1;
    while (sub < unit.size() && IsDigit(unit[sub])) ++sub;
    unit = unit.substr(sub);
  }
  if (first && StartsWithAny(unit, {U"号"}) &&
      !StartsWithAny(unit.substr(1), {U"楼", U"栋", U"幢", U"座", U"线"})) {
    detail->house_number = number;
  }
  return digits;
}

}  // namespace

double BearingDegrees(Side side) {
  return 90.0 * (static_cast<int>(side) - static_cast<int>(Side::kNorth));
}

AddressDetail ReadDetail(const std::vector<char32_t>& text, size_t begin,
                         size_t end) {
  AddressDetail detail;
  const u32string_view all(text.data() + begin,
                           std::min(end, begin + kReach) - begin);
  for (size_t i = 0; i < all.size();) {
    const u32string_view rest = all.substr(i);
    if (StartsWithAny(rest, {U"。", U"，", U",", U"；", U";"})) break;
    if (IsDigit(rest[0])) {
      i += ReadNumber(rest, i == 0, &detail);
      continue;
    }
    if (StartsWithAny(rest, {U"对面", U"对过"})) detail.opposite = true;
    if (StartsWithAny(rest, {U"附近", U"旁", U"隔壁", U"周边", U"一带", U"边上",
                             U"门口"})) {
      detail.near = true;
    }
    if (StartsWithAny(rest, {U"交叉", U"交汇", U"交口", U"路口", U"十字"})) {
      detail.crossing = true;
    }
    if (SideOf(rest[0]) != Side::kNone && detail.meters == 0) {
      detail.side = SideOf(rest[0]);
    }
    ++i;
  }
  return detail;
}

text::NormalText TextForDistricts(const text::NormalText& address) {
  // Roads lose their side as well, but in all addresses alike.
  constexpr u32string_view kDetails =
      U"号楼栋座层单元室户铺商米东西南北门旁侧边口向约附近对面角";
  if (address.bytes().empty()) return address;
  std::string text = address.bytes() + "，";
  for (const char32_t c : address.characters()) {
    if (c < 0x80 || kDetails.find(c) != u32string_view::npos) continue;
    AppendUtf8(c, &text);
  }
  return text;
}

}  // namespace wangge::routing
