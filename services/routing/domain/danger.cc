#include "services/routing/domain/danger.h"

#include <algorithm>

namespace wangge::routing {
namespace {

constexpr const char* kDangers[] = {
    "着火",     "起火",       "失火",       "火灾", "爆炸",     "燃气泄漏",
    "煤气泄漏", "天然气泄漏", "煤气中毒",   "持刀", "砍人",     "杀人",
    "打人",     "群殴",       "抢劫",       "绑架", "跳楼",     "轻生",
    "自杀",     "溺水",       "落水",       "触电", "坍塌",     "被困",
    "昏迷",     "没有呼吸",   "流血",       "重伤", "生命危险", "入室盗窃",
    "正在偷",   "投毒",       "高压线断落", "劫持",
};

// Words that take a phrase's danger away when they stand close before it.
constexpr const char* kDenials[] = {"没有", "没",   "未",   "无",  "防止",
                                    "预防", "避免", "以免", "担心"};
// Words that make a whole text harmless.
constexpr const char* kDrills[] = {"演练", "演习", "培训", "宣传"};

bool IsDenied(const std::string& text, size_t at) {
  return std::any_of(
      std::begin(kDenials), std::end(kDenials), [&](const std::string word) {
        return at >= word.size() &&
               text.compare(at - word.size(), word.size(), word) == 0;
      });
}

}  // namespace

std::vector<std::string> FindDanger(const std::string& text) {
  std::vector<std::string> found;
  for (const std::string drill : kDrills) {
    if (text.find(drill) != std::string::npos) return found;
  }
  for (const std::string phrase : kDangers) {
    for (size_t at = text.find(phrase); at != std::string::npos;
         at = text.find(phrase, at + phrase.size())) {
      if (IsDenied(text, at)) continue;
      found.push_back(phrase);
      break;
    }
  }
  return found;
}

}  // namespace wangge::routing
