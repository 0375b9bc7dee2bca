#include "tools/citysim/categories.h"

namespace wangge::citysim {
namespace {

constexpr auto kOrdinary = common::v1::URGENCY_ORDINARY;
constexpr auto kUrgent = common::v1::URGENCY_URGENT;
constexpr auto kSafety = common::v1::URGENCY_SAFETY;
constexpr auto kDistrict = common::v1::UNIT_LEVEL_DISTRICT;
constexpr auto kStreet = common::v1::UNIT_LEVEL_STREET;
constexpr auto kCommunity = common::v1::UNIT_LEVEL_COMMUNITY;

constexpr Duty kUrban{"urban_management", kDistrict, "城市管理条例"};
constexpr Duty kMarket{"market_supervision", kStreet, "食品安全法、消费者权益保护法"};
constexpr Duty kTraffic{"traffic_police", kDistrict, "道路交通安全法"};
constexpr Duty kHeating{"heating", kDistrict, "城镇供热管理办法"};
constexpr Duty kWater{"water", kDistrict, "城市供水条例"};
constexpr Duty kPower{"power", kDistrict, "电力供应与使用条例"};
constexpr Duty kHousing{"housing", kDistrict, "物业管理条例"};
constexpr Duty kProperty{"property", kStreet, "物业服务合同"};
constexpr Duty kEnvironment{"environment", kDistrict, "噪声污染防治法"};
constexpr Duty kTransport{"transport", kDistrict, "道路运输条例"};
constexpr Duty kLabour{"labour", kDistrict, "保障农民工工资支付条例"};
constexpr Duty kEducation{"education", kDistrict, "校外培训管理办法"};
constexpr Duty kCivil{"civil_affairs", kDistrict, "社会救助暂行办法"};
constexpr Duty kGridTeam{"grid_team", kCommunity, "网格化服务管理办法"};

constexpr int kHour = 60;
constexpr int kDay = 8 * 60;  // A working day.

}  // namespace

const std::vector<CategorySpec>& Categories() {
  static const auto* const specs = new std::vector<CategorySpec>{
      {"market.food", "食品质量", false, kOrdinary, 5 * kDay, false,
       {"变质", "过期", "卤食", "食品"}, kMarket, {},
       {"买的牛肉变质了有异味，商家不给退钱", "熟食店卖的卤肉发臭，要求退款",
        "超市卖过期牛奶，孩子喝了不舒服", "饭店饭菜里吃出虫子",
        "在店里买的熟牛肉颜色发绿，老板拒绝退款", "买到过期面包，店家态度恶劣",
        "小吃摊用的肉不新鲜", "卤食铺的肉有怪味，不肯退"}},
      {"market.price", "价格和消费欺诈", false, kOrdinary, 5 * kDay, false,
       {"缺斤短两", "乱收费", "假货"}, kMarket, {},
       {"菜市场缺斤短两", "商场标价和收银价不一样", "买到假货，商家不认",
        "理发店乱收费", "水果摊的秤有问题，少了半斤", "加油站价格不按公示收",
        "网店实体店卖假货", "洗车办卡后被多扣钱"}},
      {"road.pavement", "路面破损", true, kUrgent, 2 * kDay, true,
       {"路面", "坑洼", "塌陷", "人行道"}, kUrban, {},
       {"人行道地砖破损，老人容易绊倒", "路面有个大坑，电动车差点摔倒",
        "道路塌陷了一块", "步道砖松动，一踩溅一身水",
        "门口的路坑坑洼洼，下雨积水", "人行道路面破损多日没人修",
        "马路中间裂了一条缝", "盲道砖缺了好几块"}},
      {"road.manhole", "井盖缺损", true, kUrgent, 1 * kDay, true,
       {"井盖"}, kUrban, {},
       {"井盖不见了，很危险", "下水井盖松动，车一过就响", "污水井盖破了个洞",
        "雨水篦子丢了", "路上井盖翘起来了", "电缆井盖碎了", "井盖塌下去一截",
        "窨井盖缺失没有围挡"}},
      {"road.light", "路灯故障", true, kOrdinary, 3 * kDay, true,
       {"路灯"}, kUrban, {},
       {"路灯不亮，晚上一片漆黑", "整条街的路灯都坏了", "路灯一闪一闪的",
        "路灯杆倾斜", "小区外路灯好几天没亮", "路灯白天也亮着浪费电",
        "楼前路灯坏了", "巷子里没有路灯照明"}},
      {"road.signal", "交通信号灯故障", true, kUrgent, 4 * kHour, true,
       {"红绿灯", "信号灯"}, kTraffic, {},
       {"路口红绿灯不亮了", "信号灯黑屏，车都堵着", "红绿灯时间太短过不去",
        "交通信号灯三个灯同时亮", "十字路口信号灯又灭了",
        "红绿灯坏了没人管", "信号灯被树挡住", "红绿灯倒计时不准"}},
      {"street.garbage", "垃圾堆积", false, kOrdinary, 1 * kDay, false,
       {"垃圾", "脏"}, kUrban, {},
       {"垃圾堆了好几天没人清", "垃圾桶满了溢出来，臭气熏天",
        "有人乱倒装修垃圾", "楼道里堆满杂物垃圾", "路边建筑垃圾没人拉",
        "垃圾中转站味道太大", "绿化带里全是垃圾", "早市收摊后满地垃圾"}},
      {"street.bikes", "僵尸车清理", false, kOrdinary, 2 * kDay, false,
       {"僵尸车", "废旧自行车", "车棚"}, kGridTeam, {},
       {"车棚里停满了僵尸自行车，没地方停车", "楼下废旧自行车长期占地方",
        "单元门口僵尸电动车没人骑", "共享单车乱停堵了小区门口",
        "小区车棚僵尸车太多，希望清理", "几辆破自行车扔在楼道口半年了",
        "院里僵尸车占了消防通道", "废弃三轮车一直停着"}},
      {"street.vendor", "占道经营", false, kOrdinary, 1 * kDay, false,
       {"占道", "摆摊", "流动摊"}, kUrban, {},
       {"门口烧烤摊占道经营", "流动摊贩把人行道占满了", "夜市摆摊影响通行",
        "水果车天天堵在路口卖", "商户把桌椅摆到马路上", "小贩占着公交站卖早点",
        "占道卖菜堵了一条街", "摆摊的走后一地油污"}},
      {"street.greenparking", "占绿停车", false, kOrdinary, 3 * kDay, false,
       {"绿地", "绿化带停车"}, kUrban, {},
       {"汽车停到绿地上", "绿化带被压成停车场", "有人毁绿硬化停车",
        "草坪上停满了车", "车辆长期占用绿地停放", "小区绿地变成了停车位",
        "绿化带里停车把树压断了", "公园草坪上停车"}},
      {"heating.cold", "供热温度不足", false, kUrgent, 1 * kDay, true,
       {"暖气不热", "供暖", "室温"}, kHeating, {},
       {"家里暖气不热，室温只有十三度", "交了暖气费却没有供暖",
        "整栋楼暖气都是凉的", "暖气片一半热一半凉", "供暖温度不达标",
        "老人小孩在家冻得受不了，暖气不热", "暖气时有时无", "室温不够十八度"}},
      {"heating.leak", "热力管道漏水", false, kUrgent, 4 * kHour, true,
       {"热力管道", "暖气管", "热力管"}, kUrban, {kHeating},
       {"热力管道漏水，楼前一片水", "暖气管爆了往外喷水", "热力井往外冒热气",
        "供热管道漏水把路面泡了", "单元门口热力管道破裂", "暖气立管漏水到楼下",
        "热力管道跑水结冰路滑", "地下热力管漏水"}},
      {"water.leak", "供水管道漏水", false, kUrgent, 4 * kHour, true,
       {"自来水", "水管爆"}, kWater, {},
       {"自来水管爆了，水流了一路", "水表井一直漏水", "路边水管往外喷水",
        "楼下自来水管漏水", "供水管道破裂", "自来水管道渗水一周了",
        "消火栓漏水", "水管爆裂淹了地下室"}},
      {"water.outage", "停水", false, kUrgent, 4 * kHour, true,
       {"停水", "没水"}, kWater, {},
       {"小区停水一天了没有通知", "高层没水，水压太低", "自来水发黄有异味",
        "早上起来没水做饭", "停水也不提前通知", "水龙头流出来的水浑浊",
        "楼上没水楼下有水", "水压小得洗不了澡"}},
      {"power.outage", "停电", false, kUrgent, 4 * kHour, true,
       {"停电", "没电", "跳闸"}, kPower, {},
       {"小区突然停电", "一到晚上就跳闸", "整栋楼没电，电梯也停了",
        "变压器负荷太大总停电", "欠费误停电要求恢复", "商铺停电影响经营",
        "电压不稳家电烧坏了", "停电三小时了没人修"}},
      {"housing.lift", "电梯故障", false, kUrgent, 1 * kDay, false,
       {"电梯"}, kProperty, {kPower, kHousing},
       {"电梯坏了老人上不去楼", "电梯经常停运，物业说是供电问题",
        "电梯门关不上", "加装电梯没有专用电源，物业和供电互相推",
        "电梯运行有异响", "电梯停用半个月了", "电梯按键失灵",
        "电梯没有独立供电线路，一跳闸就停"}},
      {"housing.property", "物业服务纠纷", false, kOrdinary, 5 * kDay, false,
       {"物业"}, kHousing, {},
       {"物业不作为，楼道灯坏了不修", "物业费涨价没有征求业主意见",
        "物业锁门不让快递进", "物业收了停车费不管秩序", "物业不公示账目",
        "要求更换物业公司", "物业保洁一周不来一次", "物业断水断电催费"}},
      {"housing.illegal", "违法建设", false, kOrdinary, 5 * kDay, true,
       {"违建", "私搭乱建"}, kUrban, {},
       {"楼顶私搭乱建阳光房", "一楼住户违建占了公共绿地", "有人加盖楼层",
        "邻居拆了承重墙", "院子里违章搭棚", "地下室违法改建出租",
        "商户私搭彩钢房", "公共通道被违建堵住"}},
      {"environment.noise", "噪声扰民", false, kOrdinary, 2 * kDay, false,
       {"噪音", "噪声", "扰民"}, kEnvironment, {},
       {"工地半夜施工噪音太大", "楼下KTV噪声扰民睡不着", "广场舞音响声音太大",
        "空调外机噪音扰民", "夜间装修吵得没法睡", "工厂机器噪声二十四小时不停",
        "酒吧音乐声太大", "早上五点叉车作业太吵"}},
      {"environment.dust", "扬尘污染", false, kOrdinary, 2 * kDay, false,
       {"扬尘", "灰尘", "渣土"}, kEnvironment, {},
       {"工地不洒水扬尘严重", "渣土车不盖篷布一路扬尘", "拆迁工地灰尘满天",
        "搅拌站粉尘污染", "裸露黄土没有覆盖，风一吹全是灰", "道路施工灰尘大",
        "堆场扬尘飘进家里", "渣土车撒漏"}},
      {"environment.smoke", "油烟污染", false, kOrdinary, 2 * kDay, false,
       {"油烟"}, kEnvironment, {},
       {"楼下饭店油烟直排", "烧烤店油烟呛人", "餐馆没装油烟净化器",
        "油烟管道正对窗户", "饭店油烟味飘进卧室", "食堂排烟口油烟太大",
        "火锅店油烟扰民", "早餐店油烟大"}},
      {"transport.taxi", "出租车网约车服务", false, kOrdinary, 5 * kDay, false,
       {"出租车", "网约车"}, kTransport, {},
       {"出租车拒载", "网约车司机绕路多收费", "出租车不打表", "司机态度恶劣骂人",
        "打车被甩客", "黑车在火车站拉客", "出租车宰客", "网约车取消订单还扣费"}},
      {"transport.bus", "公交服务", false, kOrdinary, 5 * kDay, false,
       {"公交"}, kTransport, {},
       {"公交车等了四十分钟不来", "公交司机到站不停", "建议增加公交线路",
        "公交站牌倒了", "末班公交提前收车", "公交车急刹车老人摔倒",
        "公交卡充值不到账", "公交候车亭玻璃碎了"}},
      {"labour.wages", "拖欠工资", false, kOrdinary, 5 * kDay, true,
       {"拖欠", "工资", "工钱"}, kLabour, {},
       {"公司拖欠三个月工资", "工地干完活不给工钱", "老板跑了工资没发",
        "离职后不结工资", "包工头拖欠农民工工资", "加班费一直不给",
        "餐馆打工被扣工资", "试用期工资没发"}},
      {"education.training", "校外培训退费", false, kOrdinary, 5 * kDay, true,
       {"培训班", "培训机构", "课外"}, kEducation, {kMarket},
       {"课外培训班关门不退费", "培训机构跑路，学费没法退", "舞蹈班闭店不退课时费",
        "早教中心预付款退不了", "补习班老师换人要求退费被拒",
        "英语培训机构倒闭了", "游泳班办卡后停业", "托管班不退钱"}},
      {"civil.aid", "困难救助", false, kOrdinary, 5 * kDay, true,
       {"低保", "救助"}, kCivil, {},
       {"申请低保一直没有批", "独居老人没人照顾需要救助", "残疾人补贴没发",
        "流浪人员在桥下需要救助", "大病后家里困难想申请救助", "孤寡老人吃饭困难",
        "低保被停了不知道原因", "临时救助怎么申请"}},
      {"traffic.parking", "机动车违停", false, kOrdinary, 4 * kHour, false,
       {"违停", "乱停车", "堵住出口"}, kTraffic, {},
       {"车辆违停堵住小区出口", "消防通道被私家车占了", "路边两排违停只剩一条道",
        "货车长期违停影响视线", "学校门口违停严重", "非机动车道停满汽车",
        "挪车电话打不通，车堵着门", "公交站台上乱停车"}},
      {"tree.fallen", "树木倒伏", false, kUrgent, 4 * kHour, false,
       {"树倒", "树枝", "倒伏"}, kUrban, {},
       {"大风把树刮倒了横在路上", "树枝断了挂在电线上", "枯树要倒了很危险",
        "行道树倒伏压住汽车", "树枝太低挡住行人", "大树歪了快倒了",
        "断树枝砸坏了车棚", "树倒了堵住路"}},
      {"public.hazard", "公共安全隐患", false, kSafety, 2 * kHour, true,
       {"隐患", "围挡"}, kUrban, {},
       {"墙体开裂有砸人隐患", "广告牌快掉下来了", "工地基坑没有围挡",
        "外墙瓷砖脱落", "高空玻璃松动", "护栏断了，下面就是河",
        "空调外机支架锈断", "楼顶水箱歪了"}},
  };
  return *specs;
}

}  // namespace wangge::citysim
