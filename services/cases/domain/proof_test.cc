#include "services/cases/domain/proof.h"

#include <fstream>
#include <sstream>

#include "base/crypto.h"
#include "gmock/gmock.h"
#include "services/cases/domain/lifecycle_doc.h"
#include "services/cases/domain/merkle.h"
#include "services/cases/domain/test_city.h"
#include "services/cases/domain/view.h"

namespace wangge::cases {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

class ProofTest : public ::testing::Test {
 protected:
  void SetUp() override {
    driver_.Admit(CaseDriver::Plan("AUTO", {"urban"}));
    ASSERT_OK(driver_.Do("u1", v1::AcceptAssignmentRequest()));
    v1::TransferCaseRequest transfer;
    transfer.set_receipt("1");
    ASSERT_OK(driver_.Do("disp", transfer));
    Store();
  }
  void Store() {
    proof_.Clear();
    *proof_.mutable_case_() = driver_.now();
    for (const auto& event : driver_.events()) {
      auto& stored = *proof_.add_events();
      stored.set_body(event.SerializeAsString());
      stored.set_hash(Sha256(stored.body()));
    }
  }
  // Changes event `number` as somebody with access to the tables would.
  template <typename Change>
  void Forge(int number, bool rehash, const Change& change) {
    auto& stored = *proof_.mutable_events(number - 1);
    CaseEvent event;
    ASSERT_TRUE(event.ParseFromString(stored.body()));
    change(&event);
    stored.set_body(event.SerializeAsString());
    if (rehash) stored.set_hash(Sha256(stored.body()));
  }

  CaseDriver driver_;
  v1::GetCaseProofResponse proof_;
};

TEST_F(ProofTest, WhatWasWrittenIsProved) { EXPECT_OK(Prove(proof_)); }

TEST_F(ProofTest, AChangedEventIsNamed) {
  const auto late = [](CaseEvent* event) {
    event->mutable_event_time()->set_seconds(1);
  };
  Forge(2, false, late);
  EXPECT_THAT(Prove(proof_), StatusIs(kDataLoss, "event 2: is not what"));
  Forge(2, true, late);  // With a hash that fits: the next link tells.
  EXPECT_THAT(Prove(proof_), StatusIs(kDataLoss, "event 3: does not name"));
}

TEST_F(ProofTest, AMissingOrMovedEventIsNamed) {
  auto gap = proof_;
  gap.mutable_events()->DeleteSubrange(1, 1);
  EXPECT_THAT(Prove(gap), StatusIs(kDataLoss, "event 2: is missing"));
  auto cut = proof_;
  cut.mutable_events()->RemoveLast();
  EXPECT_THAT(Prove(cut), StatusIs(kDataLoss, "not what its events say"));
  proof_.mutable_events()->SwapElements(1, 2);
  EXPECT_THAT(Prove(proof_), StatusIs(kDataLoss, "event 2: is missing"));
}

TEST_F(ProofTest, ARowThatSaysSomethingElseIsNoticed) {
  proof_.mutable_case_()->set_outcome(v1::OUTCOME_RESOLVED);
  EXPECT_THAT(Prove(proof_), StatusIs(kDataLoss, "not what its events say"));
}

TEST_F(ProofTest, ARedactionKeepsTheProofAndOnlyWhatItNamesMayChange) {
  v1::RedactReportRequest redact;
  redact.set_reason("保存期满");
  ASSERT_OK(driver_.Do("disp", redact));
  Store();
  Forge(1, false, [](CaseEvent* event) { RedactWords(event); });
  EXPECT_OK(Prove(proof_));
  EXPECT_EQ(proof_.case_().title(), "");
  Forge(2, false, [](CaseEvent* event) { event->set_actor("nobody"); });
  EXPECT_THAT(Prove(proof_), StatusIs(kDataLoss, "event 2: is not what"));
}

TEST(MerkleTest, TheRootsOfTheStandardsOwnExamples) {
  // RFC 6962's test vectors, as published with the Certificate Transparency
  // code: the root of nothing and of the leaf of nothing.
  MerkleTree tree;
  EXPECT_EQ(ToHex(tree.Root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  tree.Add("");
  EXPECT_EQ(ToHex(tree.Root()),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(MerkleTest, EveryLeafOfEveryTreeLeadsToItsRootAndToNoOther) {
  std::vector<std::string> data;
  MerkleTree tree;
  for (size_t count = 1; count <= 70; ++count) {
    data.push_back(Sha256(std::to_string(count)));
    tree.Add(data.back());
    for (size_t index = 0; index < count; ++index) {
      v1::MerkleProof proof;
      proof.set_leaf_index(static_cast<int64_t>(index));
      proof.set_leaf_count(static_cast<int64_t>(count));
      proof.set_root(tree.Root());
      for (auto& sibling : MerklePath(data, index)) {
        proof.add_siblings(std::move(sibling));
      }
      ASSERT_TRUE(Leads(proof, data[index])) << index << " of " << count;
      ASSERT_FALSE(Leads(proof, data[(index + 1) % count]) && count > 1);
      proof.set_root(data[0]);
      ASSERT_FALSE(Leads(proof, data[index]));
    }
  }
}

TEST(LifecycleDocumentTest, TheDocumentIsTheTable) {
  std::ifstream file(WANGGE_SOURCE_DIR "/docs/concepts/lifecycle.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), LifecycleDocument())
      << "write it anew: wangge_lifecycle_doc > docs/concepts/lifecycle.md";
}

}  // namespace
}  // namespace wangge::cases
