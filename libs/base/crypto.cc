#include "base/crypto.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/escaping.h"

namespace wangge {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
  }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Bio = std::unique_ptr<BIO, FreeBio>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigest>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

constexpr size_t kNonce = 12;
constexpr size_t kTag = 16;

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string* text, size_t offset = 0) {
  return reinterpret_cast<unsigned char*>(text->data()) + offset;
}

absl::StatusOr<Key> PrivateKey(const std::string& raw) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(raw),
                                       raw.size()));
  if (key == nullptr) {
    return absl::InvalidArgumentError("an Ed25519 key must have 32 bytes");
  }
  return key;
}

Bio Reader(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Of a certificate, else of a public key; null when it is neither.
Key PublicKeyOf(const std::string& pem) {
  const Certificate certificate(
      PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
  return Key(
      certificate != nullptr
          ? X509_get_pubkey(certificate.get())
          : PEM_read_bio_PUBKEY(Reader(pem).get(), nullptr, nullptr, nullptr));
}

}  // namespace

std::string Sha256(const std::string& data) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(Bytes(data), data.size(), Bytes(&digest));
  return digest;
}

std::string ToHex(const std::string& bytes) {
  return absl::BytesToHexString(bytes);
}

absl::StatusOr<std::string> FromHex(const std::string& hex) {
  std::string bytes(hex.size() / 2, '\0');
  size_t size = 0;
  // OpenSSL reads up to the first NUL, which is no digit either.
  if (hex.find('\0') != std::string::npos ||
      OPENSSL_hexstr2buf_ex(Bytes(&bytes), bytes.size(), &size, hex.c_str(),
                            '\0') != 1 ||
      size != bytes.size()) {
    return absl::InvalidArgumentError(
        "must be an even number of hexadecimal digits");
  }
  return bytes;
}

absl::StatusOr<std::string> Ed25519PublicKey(const std::string& private_key) {
  absl::StatusOr<Key> key = PrivateKey(private_key);
  if (!key.ok()) return key.status();
  std::string raw(32, '\0');
  size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key->get(), Bytes(&raw), &size) != 1) {
    return absl::InternalError("OpenSSL gave no public key");
  }
  return raw;
}

absl::StatusOr<std::string> Ed25519Sign(const std::string& private_key,
                                        const std::string& message) {
  absl::StatusOr<Key> key = PrivateKey(private_key);
  if (!key.ok()) return key.status();
  const DigestContext context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr,
                         key->get()) != 1 ||
      EVP_DigestSign(context.get(), Bytes(&signature), &size, Bytes(message),
                     message.size()) != 1) {
    return absl::InternalError("OpenSSL could not sign");
  }
  return signature;
}

bool Ed25519Verify(const std::string& public_key, const std::string& message,
                   const std::string& signature) {
  const Key key(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, Bytes(public_key), public_key.size()));
  const DigestContext context(EVP_MD_CTX_new());
  return key != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                              key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                          Bytes(message), message.size()) == 1;
}

absl::StatusOr<std::string> EcdsaSign(const std::string& private_key_pem,
                                      const std::string& message) {
  const Key key(PEM_read_bio_PrivateKey(Reader(private_key_pem).get(), nullptr,
                                        nullptr, nullptr));
  const DigestContext context(EVP_MD_CTX_new());
  size_t size = 0;
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_EC ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr,
                         key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, Bytes(message),
                     message.size()) != 1) {
    return absl::InvalidArgumentError("is not an EC private key in PEM");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), Bytes(&signature), &size, Bytes(message),
                     message.size()) != 1) {
    return absl::InternalError("OpenSSL could not sign");
  }
  signature.resize(size);
  return signature;
}

absl::StatusOr<bool> EcdsaVerify(const std::string& public_pem,
                                 const std::string& message,
                                 const std::string& signature) {
  const Key key = PublicKeyOf(public_pem);
  const DigestContext context(EVP_MD_CTX_new());
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_EC ||
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr,
                           key.get()) != 1) {
    return absl::InvalidArgumentError(
        "is neither a certificate nor a public key in PEM with an EC key");
  }
  return EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                          Bytes(message), message.size()) == 1;
}

absl::StatusOr<std::string> Seal(const std::string& key,
                                 const std::string& plain,
                                 const std::string& context) {
  if (key.size() != 32) {
    return absl::InvalidArgumentError("an AES-256 key must have 32 bytes");
  }
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  int size = 0;
  const bool ok =
      RAND_bytes(Bytes(&sealed), kNonce) == 1 &&
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(key),
                         Bytes(sealed)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, Bytes(context),
                        static_cast<int>(context.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), Bytes(&sealed, kNonce), &size,
                        Bytes(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), Bytes(&sealed, kNonce + plain.size()),
                          &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                          Bytes(&sealed, kNonce + plain.size())) == 1;
  if (!ok) return absl::InternalError("OpenSSL could not encrypt");
  return sealed;
}

absl::StatusOr<std::string> Unseal(const std::string& key,
                                   const std::string& sealed,
                                   const std::string& context) {
  if (key.size() != 32 || sealed.size() < kNonce + kTag) {
    return absl::InvalidArgumentError(
        "is not a sealed text: shorter than nonce and tag, or the key has not "
        "32 bytes");
  }
  const CipherContext cipher(EVP_CIPHER_CTX_new());
  const size_t length = sealed.size() - kNonce - kTag;
  std::string plain(length, '\0');
  std::string tag = sealed.substr(kNonce + length);
  int size = 0;
  const bool ok =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(key),
                         Bytes(sealed)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, Bytes(context),
                        static_cast<int>(context.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), Bytes(&plain), &size,
                        Bytes(sealed) + kNonce,
                        static_cast<int>(length)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag,
                          Bytes(&tag)) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), Bytes(&plain, length), &size) == 1;
  if (!ok)
    return absl::InvalidArgumentError(
        "the sealed text was changed, or sealed with another key or context");
  return plain;
}

}  // namespace wangge
