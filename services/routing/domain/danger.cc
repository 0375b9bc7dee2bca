#include "services/routing/domain/danger.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "text/dictionary.h"

namespace wangge::routing {
namespace {

// What a word contributes to a sentence.
enum Sense : uint8_t {
  kDanger,  // Says it alone.
  // Say it in pairs, see kPairs.
  kGas,
  kEscape,
  kHeight,
  kJump,
  kWater,
  kFall,
  kCling,
  kWire,
  kBroken,
  kBuilding,
  kCollapse,
  kPerson,
  kHarm,
  kStuck,
  kWeapon,
  kVehicle,
  kCrash,
  // Change what a sentence says.
  kDenial,  // Right before the danger: there is none.
  kFear,    // Before it in the clause: it may come.
  kRisk,    // After it in the clause: the same.
  kTalk,    // In the sentence: an exercise, a film, a class.
  kOver,    // In the sentence: it is past.
  kNow,     // In the sentence: it is not.
  kClauseEnd,
  kSentenceEnd,
  kNothing,  // Hides a shorter word that it holds.
};

struct Words {
  Sense sense;
  const char* words;
};

// In the form that text::Dictionary gives text: narrow punctuation.
constexpr Words kWords[] = {
    {kDanger,
     "着火 起火 失火 着大火 着了火 冒火 火灾 起大火 烧起来 火势 浓烟 冒烟 明火 "
     "烧着了 点着了 燃起来 爆燃 自燃 在烧 还在烧 大火 火苗 爆炸 炸了 炸开 "
     "煤气中毒 一氧化碳中毒 食物中毒 农药中毒 中毒了 持刀 砍人 捅人 杀人 "
     "动刀 被砍 被捅 砍了 捅了 打人 打起来 群殴 斗殴 殴打 家暴 打架 打斗 "
     "惨叫 求救 抢劫 抢包 抢钱 抢走 抢了 绑架 劫持 轻生 自杀 割腕 不想活 跳楼 "
     "跳河 跳桥 跳江 自焚 上吊 溺水 落水 触电 电击 坍塌 垮塌 塌方 滑坡 泥石流 "
     "山洪 决堤 被困 被埋 昏迷 昏倒 晕倒 晕过去 晕在 没有呼吸 没呼吸 停止呼吸 "
     "不省人事 没有意识 失去意识 没有知觉 没知觉 大出血 流血 血流 满头是血 "
     "满身是血 头破血流 重伤 生命危险 心脏骤停 心梗 脑溢血 中风 抽搐 休克 窒息 "
     "噎住 入室 撬门 撬锁 踹开 砸门 翻窗进 破门 正在偷 偷电动车 投毒 下毒 救命 "
     "砸死 压死 摔死 淹死 有毒气体 毒气 危化品泄漏 车祸 相撞 连环撞 撞人 被撞 "
     "撞伤 砸伤 刺伤 炸伤 咬伤 摔断 走失 失踪 尾随 猥亵 强奸 性侵 拐走 被拐 "
     "拐卖 人贩子 报复社会 坠楼 坠落 坠亡 高空坠物砸 吞药 安眠药 喝农药 "
     "泼汽油 点火烧 纵火 放火 燃烧瓶 暴恐 炸弹 雷管 持枪 开枪 手枪 枪击 拿枪 "
     "强行带走 强行把 往车里拖 车里拖 快生了 羊水破 "
     "着起来 救火 被电了 电到 火球 冒黑烟 嘴歪 脸发紫 压扁 撞飞 撞死 噎着 冲顶 "
     "小偷 可疑的包 可疑包裹 烧没了 烧光 被烧 打得没声 燃烧 喷火 漏液"},
    {kGas,
     "燃气 煤气 天然气 液化气 瓦斯 煤气罐 氨气 氯气 化学品 油罐 油罐车 锅炉 "
     "煤气阀 汽油 酒精 锂电池 电瓶"},
    {kEscape,
     "挖断 全是气 一股 泄漏 泄露 漏气 漏了 漏的 在漏 漏出 气味 味道 味 刺鼻 "
     "嘶嘶 关不住 关不掉 "
     "冒火星 火星 烧了 起火星 抽烟 点火"},
    {kHeight,
     "楼顶 天台 窗台 桥上 桥栏 阳台外 顶楼 塔吊上 窗外 高压塔 防盗窗外 立交桥 "
     "铁塔 信号塔"},
    {kJump,
     "要跳 想跳 跳下 往下跳 准备跳 要往下 想不开 坐在边上 坐在 站在边 "
     "晃来晃去"},
    {kWater,
     "河里 湖里 水里 井里 江里 池塘 水库 渠里 河中 深坑 水沟 沟里 化粪池 "
     "下水道 "
     "污水井 河中间 冰面 鱼塘 泳池"},
    {kFall,
     "掉进 掉到 掉下 掉入 掉了 跌入 落入 滑进 滑入 掉里 沉下 冲走 挣扎 扑腾 "
     "破了 不见了 没上来 沉了"},
    {kCling, "会掉下来 翻到 翻出 爬到 爬出 爬上 趴在 漂着 浮着 坐在防盗窗"},
    {kWire,
     "电线 高压线 电缆 变压器 配电箱 电箱 电杆 高压电杆 电线杆 变电箱 喷泉 "
     "插座"},
    {kBroken,
     "断了 断落 掉落 掉下来 掉在 垂落 垂到 冒火花 火花 漏电 带电 带着电 打火 "
     "倒在路上"},
    {kBuilding,
     "房子 墙体 墙倒 楼板 脚手架 屋顶 围墙 塔吊 工棚 楼房 危房 大楼 桥面 "
     "天花板 广告牌 路面 地面 吊臂 吊车 楼梯 看台 架子 篮球架 基坑 石头 雨棚 "
     "隔断 工地"},
    {kCollapse,
     "塌 塌了 滚下来 砸穿 倒了 倒塌 垮了 要塌 快塌 塌下 砸下 砸到 砸中 塌陷 "
     "吹翻 掀了"},
    {kPerson,
     "有人 老人 老头 老太太 老太 老大爷 孩子 小孩 工人 工友 男孩 女孩 女子 "
     "男子 "
     "大爷 大妈 大叔 阿姨 学生 行人 婴儿 宝宝 孕妇 乘客 旅客 幼儿 儿童 一个人 "
     "几个人 群众 妈妈 父亲 母亲 爸爸 我妈 我爸 我女儿 我儿子 女儿 儿子 老婆 "
     "老公 丈夫 妻子 男朋友 同学 同事 邻居 居民 村民 病人 醉汉 男人 女人 男的 "
     "女的 歹徒 陌生人 业主 保安 司机 骑车的 人还在 人在里面 奶奶 爷爷 妇女 "
     "青年 小伙 小伙子 姑娘 师傅 施工的人 流浪汉 路人 顾客 驾驶室 外卖员 "
     "快递员 "
     "姥姥 外婆 外公 俩人 两个人 三个人 的人 有个 人被 前夫 老人突然"},
    {kHarm,
     "砸到 砸中 压在 压住 压着 埋在 埋了 受伤 伤得 伤者 出血 倒在地上 躺在 "
     "躺着 "
     "一动不动 不动 摔下 摔伤 摔倒起不来 起不来 烫伤 烧伤 叫不醒 没反应 "
     "喘不上气 喘不过气 呼吸困难 快不行 被刺 咬伤 被咬 被打 动手 没气 说话不清 "
     "头晕 呕吐 晕了 头都晕 扎穿 扎伤 夹住 卷进 截断 吞了 误食 误喝 过敏 冻得 "
     "抽筋 掉下来 摔下来 没跑出来 没出来 失联 手机关机 没声音 口吐白沫 吐血 "
     "骨折 尖叫 哭喊 乱挥 压 压了 压扁 砸 砸着 撞 咬 咬着 绞 绞进 烫了 烫 噎 "
     "电了 "
     "被电 倒下 扑倒 浑身发抖 抽到 腿断 胳膊断 伤了 受了伤 扔砖头 互相扔 "
     "啤酒瓶 "
     "说不出话 发紫 没人应 跨过 扒在 打倒 还在下面 扔纸条 喘着"},
    {kStuck,
     "困在 卡在 卡住 关在 锁在 出不来 困住 反锁 夹在 上不来 出不去 逃不出"},
    {kWeapon,
     "拿刀 拿着刀 菜刀 砍刀 匕首 棍子 铁棍 汽油 斧头 刀子 带刀 水果刀 钢管 "
     "西瓜刀 刀"},
    {kVehicle,
     "汽车 货车 轿车 客车 大巴 电动车 摩托车 校车 公交车 渣土车 车辆 面包车 "
     "出租车 三轮车 两辆车 车掉 有车 罐车 水泥罐车 挖机 火车 小车"},
    {kCrash,
     "撞上 撞到 撞倒 撞了 翻车 侧翻 失控 冲进 冲上 冲出 碾压 掉沟里 追尾 翻了"},
    {kDenial, "没有 没 未 无 并非 不是 未发生 没发生 不存在 没有发生"},
    {kFear,
     "担心 害怕 怕 生怕 容易 易 万一 一旦 如果 假如 要是 以免 避免 防止 预防 "
     "防范 防 会不会 可能会 可能发生 引发 引起 导致 造成 恐怕 发生过 禁止 严禁 "
     "请勿 存在 潜在 杜绝 什么时候会 早晚 当心 小心 差点 险些 开展 加强"},
    {kRisk, "隐患 风险 怎么办 事故怎么 的可能 危险性 险种 报警器 险情排查"},
    {kTalk,
     "演练 演习 培训 宣传 讲座 知识 预案 电影 电视剧 游戏 小说 视频 海报 展览 "
     "演出 教育课 新闻 培训课 保险 灭火器 消防栓 油烟机 烟囱 一样吵 似的吵 "
     "一样响 爆炸头 打架子鼓 救命稻草 剧组 咨询 询问 如何申请 牌子 玩具 "
     "怎么补办 着火点"},
    {kOver,
     "去年 前年 上个月 上月 前几年 曾经 曾 以前 前几天 上周 已扑灭 已经扑灭 "
     "已灭 扑灭了 之前 早就 已救出 已经救出 后来 赔偿 理赔 事后 出院 判决 "
     "已经处理 处理完"},
    {kNow,
     "正在 现在 快来 救命 救人 赶紧来 马上来 刚刚 刚才 快点来 还在 已经有人 "
     "快不行 越来越大"},
    {kClauseEnd, ", 、 :"},
    {kSentenceEnd, "。 ! ? ; …"},
    {kNothing,
     "压力 压缩 压价 压低 压榨 电压 血压 高压态势 不动产 动产 刀具 刀削面 捞刀 "
     "伤心 伤害 工伤 伤残 烫发 绞尽脑汁 撞衫 砸钱 味精 口味 意味 调味 一股劲 "
     "打车 打电话 不动了事 水域 撞墙"},
};

// Senses that say it together, in one sentence, in either order.
constexpr std::pair<Sense, Sense> kPairs[] = {
    {kGas, kEscape},    {kHeight, kJump},       {kWater, kFall},
    {kWire, kBroken},   {kBuilding, kHarm},     {kPerson, kHarm},
    {kPerson, kStuck},  {kWeapon, kPerson},     {kWeapon, kHarm},
    {kVehicle, kCrash}, {kBuilding, kCollapse}, {kPerson, kFall},
    {kPerson, kJump},   {kPerson, kCling},      {kWater, kCrash},
    {kVehicle, kStuck}, {kPerson, kWater},
};

struct Lexicon {
  std::vector<std::string> words;
  std::vector<Sense> senses;
  text::Dictionary dictionary;
};

const Lexicon& TheLexicon() {
  static const auto* const lexicon = [] {
    std::vector<std::string> words;
    std::vector<Sense> senses;
    for (const auto& [sense, list] : kWords) {
      for (const absl::string_view word : absl::StrSplit(list, ' ')) {
        words.emplace_back(word);
        senses.push_back(sense);
      }
    }
    return new Lexicon{words, senses, text::Dictionary(words)};
  }();
  return *lexicon;
}

struct Token {
  Sense sense;
  const std::string* word;
  size_t begin = 0;  // In the text.
};

struct Sentence {
  bool Has(Sense sense) const { return ((senses >> sense) & 1U) != 0; }
  void Clear() {
    tokens.clear();
    senses = 0;
  }
  void Add(Token token) {
    senses |= 1U << token.sense;
    tokens.push_back(token);
  }

  std::vector<Token> tokens;
  uint32_t senses = 0;  // A bit for each that a token has.
};
static_assert(kNothing < 32);

// A denial and up to two characters after it: 没有人受伤.
constexpr size_t kDenialReach = 5;

// Whether what stands around the token takes its danger away.
bool IsDismissed(const std::vector<Token>& sentence, size_t at) {
  if (at > 0 && sentence[at - 1].sense == kDenial &&
      sentence[at].begin - sentence[at - 1].begin <= kDenialReach) {
    return true;
  }
  for (size_t i = at; i > 0 && sentence[i - 1].sense != kClauseEnd; --i) {
    if (sentence[i - 1].sense == kFear) return true;
  }
  for (size_t i = at + 1;
       i < sentence.size() && sentence[i].sense != kClauseEnd; ++i) {
    if (sentence[i].sense == kRisk) return true;
  }
  return false;
}

void AddPairs(const Sentence& sentence, std::vector<std::string>* found) {
  const std::vector<Token>& tokens = sentence.tokens;
  for (const auto& [a, b] : kPairs) {
    if (!sentence.Has(a) || !sentence.Has(b)) continue;
    const auto stands = [&](Sense sense) {
      for (size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].sense == sense && !IsDismissed(tokens, i)) return i;
      }
      return tokens.size();
    };
    const size_t one = stands(a);
    const size_t other = stands(b);
    if (one == tokens.size() || other == tokens.size()) continue;
    found->push_back(absl::StrCat(*tokens[std::min(one, other)].word, "…",
                                  *tokens[std::max(one, other)].word));
    return;
  }
}

void ReadSentence(const Sentence& sentence, std::vector<std::string>* found) {
  const std::vector<Token>& tokens = sentence.tokens;
  const bool now = sentence.Has(kNow);
  if (!now && (sentence.Has(kTalk) || sentence.Has(kOver))) return;
  const size_t before = found->size();
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].sense != kDanger) continue;
    if (!now && IsDismissed(tokens, i)) continue;
    found->push_back(*tokens[i].word);
  }
  if (found->size() == before) AddPairs(sentence, found);
}

}  // namespace

std::vector<std::string> FindDanger(const text::NormalText& text) {
  const Lexicon& lexicon = TheLexicon();
  std::vector<std::string> found;
  Sentence sentence;
  const std::vector<text::Match> matches = lexicon.dictionary.Find(text);
  sentence.tokens.reserve(matches.size());
  for (const text::Match& match : matches) {
    // A word may have several senses: 砸到 harms people and comes down.
    for (const int entry : match.entries) {
      const auto index = static_cast<size_t>(entry);
      if (lexicon.senses[index] == kSentenceEnd) {
        ReadSentence(sentence, &found);
        sentence.Clear();
      } else {
        sentence.Add(
            {lexicon.senses[index], &lexicon.words[index], match.begin});
      }
    }
  }
  ReadSentence(sentence, &found);
  std::vector<std::string> once;
  for (std::string& words : found) {
    if (std::find(once.begin(), once.end(), words) == once.end()) {
      once.push_back(std::move(words));
    }
  }
  return once;
}

}  // namespace wangge::routing
