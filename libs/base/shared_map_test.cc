#include "base/shared_map.h"

#include <map>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace wangge {
namespace {

template <typename Map, typename Model>
void ExpectSame(const Map& map, const Model& model) {
  ASSERT_EQ(map.size(), model.size());
  size_t visited = 0;
  map.ForEach([&](const auto& key, int value) {
    ++visited;
    const auto found = model.find(key);
    ASSERT_NE(found, model.end()) << key;
    EXPECT_EQ(found->second, value);
  });
  EXPECT_EQ(visited, model.size());
  for (const auto& [key, value] : model) {
    const int* found = map.Find(key);
    ASSERT_NE(found, nullptr) << key;
    EXPECT_EQ(*found, value);
  }
}

// Changes a map and a std::map alike, with copies on the way that must stay as
// they were. Keys are more than buckets, so that buckets hold several.
template <typename Key, typename MakeKey>
void Drive(const MakeKey& make_key) {
  std::mt19937 random(7);
  SharedMap<Key, int> map;
  std::map<Key, int> model;
  auto copy = map;
  auto copied_model = model;
  for (int i = 0; i < 60'000; ++i) {
    const Key key = make_key(random() % 40'000);
    if (random() % 4 == 0) {
      map.Erase(key);
      model.erase(key);
    } else {
      map.Edit(key) = i;
      model[key] = i;
    }
    if (i == 30'000) {
      copy = map;
      copied_model = model;
    }
  }
  ExpectSame(map, model);
  ExpectSame(copy, copied_model);
  EXPECT_EQ(map.Find(make_key(50'000)), nullptr);
}

TEST(SharedMapTest, HoldsWhatAMapHolds) {
  Drive<std::string>([](uint64_t n) { return absl::StrCat("grid/", n); });
  Drive<uint64_t>([](uint64_t n) { return n * 4096; });
}

TEST(SharedMapTest, TheOrderDependsOnTheKeysAlone) {
  SharedMap<std::string, int> up, down;
  for (int i = 0; i < 20'000; ++i) up.Edit(absl::StrCat(i)) = 0;
  for (int i = 20'000; i-- > 0;) down.Edit(absl::StrCat(i)) = 0;
  const auto keys = [](const auto& map) {
    std::vector<std::string> order;
    map.ForEach([&](const auto& key, int) { order.push_back(key); });
    return order;
  };
  EXPECT_EQ(keys(up), keys(down));
}

}  // namespace
}  // namespace wangge
