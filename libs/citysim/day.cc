#include "citysim/day.h"

#include <algorithm>
#include <iterator>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/csv.h"
#include "city/responsibility.h"
#include "citysim/addresses.h"
#include "citysim/categories.h"
#include "citysim/history.h"
#include "geo/coordinates.h"

namespace wangge::citysim {
namespace {

constexpr const char* kOpenings[] = {"你好，", "您好，我反映一下，", "",
                                     "请帮忙处理：", "我是附近居民，"};
constexpr const char* kClosings[] = {"，希望尽快处理。", "，请派人来看看。",
                                     "，谢谢！", "，反映几次都没人管。", "。"};
constexpr const char* kSources[] = {"12345",           "12345",  "12345",
                                    "city_management", "wechat", "grid_worker"};

// Reports by the hour of the day, from midnight.
constexpr int kHourWeights[] = {2,  1,  1,  1,  1,  3,  8,  20, 40, 50, 48, 36,
                                22, 24, 40, 46, 44, 36, 26, 20, 16, 11, 6,  3};

// One matter, as somebody would report it.
struct Matter {
  const CategorySpec* category = nullptr;
  const city::Grid* compound = nullptr;
  geo::Point point;
};

class DayWriter {
 public:
  DayWriter(const city::City& city, uint32_t seed)
      : city_(city), random_(seed) {
    for (const auto& [key, row] : city.rows().Sorted()) {
      if (row->has_grid() &&
          row->grid().level() == common::v1::GRID_LEVEL_COMPOUND &&
          row->grid().layer() == common::v1::GRID_LAYER_GOVERNANCE) {
        compounds_.push_back(&row->grid());
      }
    }
  }

  std::string Write(int count) {
    std::string csv =
        "time,source_id,source_ref,title,text,address,latitude_deg,"
        "longitude_deg,coordinate_system,expected_category,expected_unit_id\n";
    const std::vector<int> seconds = Times(count);
    std::vector<Matter> earlier;
    const Matter flood = NewMatter();
    for (int i = 0; i < count; ++i) {
      const bool in_flood = InFlood(i, count);
      Matter matter = in_flood ? flood : NewMatter();
      if (!in_flood && !earlier.empty() && Chance(10)) {
        matter = earlier[Below(earlier.size())];
      }
      earlier.push_back(matter);
      AppendReport(i, seconds[static_cast<size_t>(i)], matter, &csv);
    }
    return csv;
  }

 private:
  size_t Below(size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random_);
  }
  bool Chance(size_t one_in) { return Below(one_in) == 0; }
  template <typename Array>
  const char* Pick(const Array& array) {
    return array[Below(std::size(array))];
  }

  // A main bursts at about noon, and everybody near it calls.
  static bool InFlood(int i, int count) {
    return i > count / 2 && i < count / 2 + count / 24;
  }

  // Seconds since midnight, ascending: little at night, most in the morning and
  // the late afternoon, and the flood within ten minutes.
  std::vector<int> Times(int count) {
    std::discrete_distribution<int> hour(std::begin(kHourWeights),
                                         std::end(kHourWeights));
    std::vector<int> seconds;
    for (int i = 0; i < count; ++i) {
      seconds.push_back(hour(random_) * 3600 + static_cast<int>(Below(3600)));
    }
    std::sort(seconds.begin(), seconds.end());
    const int start = seconds[static_cast<size_t>(count / 2)];
    for (int i = 0; i < count; ++i) {
      int& second = seconds[static_cast<size_t>(i)];
      if (InFlood(i, count)) second = std::min(second, start + 600);
    }
    return seconds;
  }

  Matter NewMatter() {
    Matter matter;
    matter.category = &Categories()[Below(Categories().size())];
    matter.compound = compounds_[Below(compounds_.size())];
    matter.point = MiddleOf(*matter.compound);
    return matter;
  }

  void AppendReport(int number, int second, const Matter& matter,
                    std::string* csv) {
    const auto& phrases = matter.category->phrases;
    const size_t half = phrases.size() / 2;
    std::string text = absl::StrCat(
        Pick(kOpenings), phrases[half + Below(phrases.size() - half)],
        Pick(kClosings));
    const std::string source = Pick(kSources);
    const std::string address = AddressIn(city_, *matter.compound, &random_);
    geo::Point point = matter.point;
    std::string system = "WGS84";
    if (source == "wechat") {
      point = geo::Wgs84ToGcj02(point);
      system = "GCJ02";
    }
    std::string unit_id = UnitFor(matter);
    if (Chance(50)) {  // Wrong data.
      unit_id.clear();
      switch (Below(3)) {
        case 0:
          point = {30.0, 123.5};
          break;
        case 1:
          point = {point.longitude_deg, point.latitude_deg};
          break;
        default:
          text.clear();
      }
    }
    std::string latitude = absl::StrFormat("%.7f", point.latitude_deg);
    std::string longitude = absl::StrFormat("%.7f", point.longitude_deg);
    if (source == "12345") latitude = longitude = system = "";  // By phone.
    const std::string time = absl::StrFormat("%02d:%02d:%02d", second / 3600,
                                             second / 60 % 60, second % 60);
    absl::StrAppend(csv, time, ",", source, ",",
                    absl::StrFormat("SIM-%08d", number), ",",
                    CsvQuote(matter.category->name), ",", CsvQuote(text), ",",
                    CsvQuote(address), ",", latitude, ",", longitude, ",",
                    system, ",", matter.category->code, ",", unit_id, "\n");
  }

  // Who is responsible when the category and the spot are known.
  std::string UnitFor(const Matter& matter) const {
    const city::Category& category = *city_.FindCategory(matter.category->code);
    const city::Location location = city_.Locate(matter.point);
    std::vector<const city::Grid*> scopes(location.chain.begin(),
                                          location.chain.end());
    scopes.insert(scopes.end(), location.overlays.begin(),
                  location.overlays.end());
    return city::FindResponsible(city_, {category, scopes, &matter.point})
        .lead.unit->unit_id();
  }

  const city::City& city_;
  std::mt19937 random_;
  std::vector<const city::Grid*> compounds_;
};

}  // namespace

std::string LabelledTexts(uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  std::string csv = "text,label\n";
  const auto add = [&](const std::string& text, const char* code) {
    absl::StrAppend(
        &csv,
        CsvQuote(absl::StrCat(kOpenings[below(std::size(kOpenings))], text,
                              kClosings[below(std::size(kClosings))])),
        ",", code, "\n");
  };
  constexpr int kCopies = 4;
  for (const CategorySpec& spec : Categories()) {
    const size_t half = spec.phrases.size() / 2;
    for (size_t i = 0; i < half; ++i) {
      for (int copy = 0; copy < kCopies; ++copy) {
        add(absl::StrCat(spec.name, "：", spec.phrases[i]), spec.code);
      }
    }
  }
  for (const PastMatters& past : History()) {
    for (const char* text : past.texts) {
      for (int copy = 0; copy < kCopies; ++copy) add(text, past.category_code);
    }
  }
  return csv;
}

std::string DayOfReports(const city::City& city, int count, uint32_t seed) {
  return DayWriter(city, seed).Write(count);
}

}  // namespace wangge::citysim
