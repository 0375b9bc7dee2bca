#include "rpc/token.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::rpc {
namespace {

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};

std::string Pem(EVP_PKEY* key, bool secret) {
  BIO* bio = BIO_new(BIO_s_mem());
  if (secret) {
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  } else {
    PEM_write_bio_PUBKEY(bio, key);
  }
  char* data = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(bio, &data));
  std::string text(data, size);
  BIO_free(bio);
  return text;
}

KeyPair NewKeyPair() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  KeyPair pair{Pem(key, true), Pem(key, false)};
  EVP_PKEY_free(key);
  return pair;
}

constexpr auto kRefused = absl::StatusCode::kUnauthenticated;

TEST(TokenTest, OnlyOurTokensInTheirTimeAreAccepted) {
  const KeyPair ours = NewKeyPair();
  const TokenVerifier verifier(ours.public_pem);
  const absl::Time later = absl::Now() + absl::Hours(1);

  const auto token = IssueToken(ours.private_pem, "o-1", later);
  ASSERT_OK(token);
  EXPECT_EQ(*verifier.Verify(*token), "o-1");
  EXPECT_EQ(*verifier.Verify(*token), "o-1");  // From memory.

  const auto old = IssueToken(ours.private_pem, "o-1", absl::Now());
  EXPECT_THAT(verifier.Verify(*old), StatusIs(kRefused, "expired"));

  const auto foreign = IssueToken(NewKeyPair().private_pem, "o-1", later);
  EXPECT_THAT(verifier.Verify(*foreign), StatusIs(kRefused, "signature"));
  EXPECT_THAT(verifier.Verify("nonsense"), StatusIs(kRefused, "signature"));
  EXPECT_THAT(TokenVerifier("").Verify(*token), StatusIs(kRefused, ""));

  // {"alg":"none"} with subject o-1.
  EXPECT_THAT(verifier.Verify("eyJhbGciOiJub25lIn0.eyJzdWIiOiJvLTEifQ."),
              StatusIs(kRefused, ""));
}

TEST(TokenTest, OtherKeysCannotSign) {
  EXPECT_FALSE(IssueToken("no key", "o-1", absl::Now()).ok());
}

}  // namespace
}  // namespace wangge::rpc
