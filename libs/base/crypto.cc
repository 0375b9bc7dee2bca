#include "base/crypto.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <memory>

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
    return absl::InvalidArgumentError("an Ed25519 key has 32 bytes");
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
  static constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    hex.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(kHex[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

absl::StatusOr<std::string> FromHex(const std::string& hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (hex.size() % 2 != 0) {
    return absl::InvalidArgumentError("an odd number of hexadecimal digits");
  }
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) {
      return absl::InvalidArgumentError("not a hexadecimal digit");
    }
    bytes.push_back(static_cast<char>(high * 16 + low));
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
    return absl::InvalidArgumentError("not an EC private key in PEM");
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
        "neither a certificate nor a public key of EC in PEM");
  }
  return EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                          Bytes(message), message.size()) == 1;
}

absl::StatusOr<std::string> Seal(const std::string& key,
                                 const std::string& plain,
                                 const std::string& context) {
  if (key.size() != 32) {
    return absl::InvalidArgumentError("an AES-256 key has 32 bytes");
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
    return absl::InvalidArgumentError("not a sealed text");
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
  if (!ok) return absl::InvalidArgumentError("the sealed text was changed");
  return plain;
}

}  // namespace wangge
