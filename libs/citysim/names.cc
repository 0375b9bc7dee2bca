#include "citysim/names.h"

#include <iterator>

namespace wangge::citysim {
namespace {

constexpr const char* kFirst[] = {
    "金", "银", "嵩", "淮", "颍", "洛", "汴", "梅", "兰", "竹",
    "桐", "柏", "枫", "榆", "槐", "桂", "荷", "菊", "松", "柳",
    "晨", "朝", "明", "清", "瑞", "祥", "福", "康", "宁", "和",
    "文", "德", "仁", "义", "礼", "信", "锦", "绣", "云", "星"};
constexpr const char* kSecond[] = {
    "湾", "岭", "泉", "溪", "塘", "坡", "桥", "台", "庄", "寨",
    "园", "林", "江", "河", "湖", "海", "山", "川", "峰", "谷",
    "阳", "月", "辰", "霞", "虹", "雨", "雪", "风", "露", "霖",
    "华", "丰", "盛", "昌", "隆", "兴", "达", "通", "顺", "安"};
constexpr const char* kCompound[] = {"小区", "花园",   "家园",   "雅苑",
                                     "公寓", "新城",   "家属院", "名邸",
                                     "佳苑", "一号院", "三号院", "新村"};
constexpr const char* kSurname[] = {"王", "李", "张", "刘", "陈", "杨", "赵",
                                    "黄", "周", "吴", "徐", "孙", "马", "朱",
                                    "胡", "郭", "何", "高", "林", "郑"};
constexpr const char* kGiven[] = {
    "建国", "秀英", "伟",   "敏",   "静",   "丽",   "强",   "磊",
    "洋",   "艳",   "勇",   "军",   "杰",   "娟",   "涛",   "明",
    "超",   "秀兰", "霞",   "平",   "刚",   "桂英", "志强", "海燕",
    "晓东", "玉梅", "国庆", "春花", "文博", "思远"};

// A prime step, so that neighbours get names that do not look alike.
size_t Scatter(int number, size_t size) {
  return (static_cast<size_t>(number) * 7919 + 13) % size;
}

}  // namespace

std::string Stem(int number) {
  const size_t at = Scatter(number, std::size(kFirst) * std::size(kSecond));
  return std::string(kFirst[at % std::size(kFirst)]) +
         kSecond[at / std::size(kFirst)];
}

std::string StreetName(int number) { return Stem(number) + "街道"; }

std::string CommunityName(int number) {
  // Three stems' worth of different names for 3,530 communities.
  static constexpr const char* kKind[] = {"社区", "东社区", "西社区"};
  return Stem(number) + kKind[static_cast<size_t>(number / 1600) % 3];
}

std::string CompoundName(int number) {
  const auto kind = static_cast<size_t>(number / 1600) % std::size(kCompound);
  return Stem(number) + kCompound[kind];
}

std::string PersonName(int number) {
  const auto n = static_cast<size_t>(number);
  return std::string(kSurname[n % std::size(kSurname)]) +
         kGiven[(n / std::size(kSurname) + n) % std::size(kGiven)];
}

}  // namespace wangge::citysim
