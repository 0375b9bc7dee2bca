#include "services/routing/domain/address.h"

#include <string>

#include "gtest/gtest.h"
#include "text/normal_text.h"

namespace wangge::routing {
namespace {

AddressDetail Read(const std::string& behind_the_name) {
  const text::NormalText text(behind_the_name);
  return ReadDetail(text.characters(), 0, text.characters().size());
}

TEST(AddressTest, HouseNumbersStandRightBehindTheName) {
  EXPECT_EQ(Read("126号").house_number, 126);
  EXPECT_EQ(Read("１２６號院3号楼").house_number, 126);
  EXPECT_EQ(Read("306-34号").house_number, 306);
  EXPECT_EQ(Read("97号附1号").house_number, 97);
  EXPECT_EQ(Read("5号楼2单元").house_number, 0);
  EXPECT_EQ(Read("附近126号").house_number, 0);
  EXPECT_EQ(Read("").house_number, 0);
}

TEST(AddressTest, WordsSayWhereItLiesFromThere) {
  EXPECT_TRUE(Read("西门对面").opposite);
  EXPECT_EQ(Read("西门对面").side, Side::kWest);
  EXPECT_TRUE(Read("附近").near);
  EXPECT_TRUE(Read("南门旁边").near);
  EXPECT_TRUE(Read("交叉口").crossing);
  EXPECT_FALSE(Read("北门").IsRelative());
}

TEST(AddressTest, ADirectionAndMeters) {
  const AddressDetail detail = Read("交叉口向北300米路东");
  EXPECT_TRUE(detail.crossing);
  EXPECT_EQ(detail.side, Side::kNorth);
  EXPECT_EQ(detail.meters, 300);
  EXPECT_TRUE(detail.IsRelative());
}

TEST(AddressTest, ASentenceEndEndsTheDetail) {
  EXPECT_FALSE(Read("3号楼，对面很吵").opposite);
}

TEST(AddressTest, DistrictsAreToldByTheAddressAndByWhatNamesThePlace) {
  EXPECT_EQ(TextForDistricts("八达小区东3门北80米").bytes(),
            "八达小区东3门北80米,八达小区");
  EXPECT_EQ(TextForDistricts("").bytes(), "");
}

}  // namespace
}  // namespace wangge::routing
