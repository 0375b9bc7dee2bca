#include "base/crypto.h"

#include "base/uuid.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge {
namespace {

TEST(CryptoTest, Sha256OfTheStandardsExample) {
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(CryptoTest, HexRoundTripsAndRefusesOtherText) {
  EXPECT_EQ(*FromHex(ToHex(std::string("\0\xff", 2))),
            std::string("\0\xff", 2));
  EXPECT_FALSE(FromHex("abc").ok());
  EXPECT_FALSE(FromHex("zz").ok());
  EXPECT_FALSE(FromHex(std::string("ab\0\0", 4)).ok());
  EXPECT_EQ(*FromHex("AbcD"), "\xAB\xCD");
  EXPECT_EQ(*FromHex(""), "");
}

TEST(CryptoTest, Ed25519MatchesRfc8032TestOne) {
  const std::string secret = *FromHex(
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const auto key = Ed25519PublicKey(secret);
  ASSERT_OK(key);
  EXPECT_EQ(ToHex(*key),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const auto signature = Ed25519Sign(secret, "");
  ASSERT_OK(signature);
  EXPECT_TRUE(Ed25519Verify(*key, "", *signature));
  EXPECT_FALSE(Ed25519Verify(*key, "x", *signature));
  EXPECT_FALSE(Ed25519Verify(*key, "", "short"));
}

TEST(CryptoTest, SealedTextOpensOnlyUnchangedAndInItsContext) {
  const std::string key(32, 'k');
  const auto sealed = Seal(key, "13800000000", "report-1");
  ASSERT_OK(sealed);
  EXPECT_EQ(*Unseal(key, *sealed, "report-1"), "13800000000");
  EXPECT_FALSE(Unseal(key, *sealed, "report-2").ok());
  std::string changed = *sealed;
  changed[14] = static_cast<char>(changed[14] ^ 1);
  EXPECT_FALSE(Unseal(key, changed, "report-1").ok());
  EXPECT_FALSE(Unseal(std::string(32, 'x'), *sealed, "report-1").ok());
}

TEST(UuidTest, IsRandomAndWellFormed) {
  const std::string a = NewUuid();
  EXPECT_TRUE(IsUuid(a));
  EXPECT_NE(a, NewUuid());
  EXPECT_FALSE(IsUuid("not-a-uuid"));
}

}  // namespace
}  // namespace wangge
