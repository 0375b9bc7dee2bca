#include "tools/wgctl/replay_call.h"

#include "gmock/gmock.h"
#include "testing/proto.h"

namespace wangge::wgctl {
namespace {

using routing::v1::CityProposal;
using ::testing::SizeIs;

TEST(PiecesOfTest, AChangeSetIsOnePiece) {
  CityProposal proposal;
  proposal.set_change_set_id("x");
  const auto pieces = PiecesOf(proposal, 1);
  ASSERT_THAT(pieces, SizeIs(1));
  EXPECT_THAT(pieces[0], EqualsProto(proposal));
}

TEST(PiecesOfTest, PiecesMakeTheWholeAndOnlyTheFirstHasTheStart) {
  auto proposal = FromText<CityProposal>(
      "city_version: 3 changes { base_version: 3 replaced_kinds: 'rule' "
      "removed_rows { kind: 'place' id: 'p1' } }");
  for (int i = 0; i < 10; ++i) {
    proposal.mutable_changes()->add_rows()->mutable_rule()->set_rule_id(
        std::string(10, static_cast<char>('a' + i)));
  }
  const size_t row = proposal.changes().rows(0).ByteSizeLong();
  const auto pieces = PiecesOf(proposal, 4 * row);
  ASSERT_THAT(pieces, SizeIs(3));
  EXPECT_EQ(pieces[0].changes().rows_size(), 4);
  CityProposal whole;
  for (size_t i = 0; i < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].has_city_version(), i == 0);
    EXPECT_EQ(pieces[i].changes().base_version(), 3);
    EXPECT_GT(pieces[i].changes().rows_size() +
                  pieces[i].changes().removed_rows_size(),
              0);
    whole.MergeFrom(pieces[i]);
  }
  EXPECT_THAT(whole, EqualsProto(proposal));
}

// One row may be larger than a piece should be.
TEST(PiecesOfTest, ARowIsNeverCut) {
  const auto proposal = FromText<CityProposal>(
      "changes { base_version: 1 rows { rule { rule_id: 'a' } } rows { rule { "
      "rule_id: 'b' } } }");
  const auto pieces = PiecesOf(proposal, 1);
  ASSERT_THAT(pieces, SizeIs(2));
  EXPECT_EQ(pieces[0].changes().rows(0).rule().rule_id(), "a");
  EXPECT_EQ(pieces[1].changes().rows(0).rule().rule_id(), "b");
}

}  // namespace
}  // namespace wangge::wgctl
