#include "city/signature.h"

#include "base/crypto.h"
#include "base/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace wangge::city {
namespace {

std::string SignedText(registry::v1::CityCertificate certificate) {
  certificate.clear_signature();
  std::string text;
  google::protobuf::io::StringOutputStream stream(&text);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  certificate.SerializeToCodedStream(&coded);
  coded.Trim();
  return text;
}

}  // namespace

absl::Status Sign(const std::string& private_key_pem,
                  registry::v1::CityCertificate* certificate) {
  ASSIGN_OR_RETURN(const std::string signature,
                   EcdsaSign(private_key_pem, SignedText(*certificate)));
  certificate->set_signature(ToHex(signature));
  return absl::OkStatus();
}

absl::Status Verify(const std::string& signer_pem,
                    const registry::v1::CityCertificate& certificate) {
  const auto signature = FromHex(certificate.signature());
  if (!signature.ok()) {
    return absl::UnauthenticatedError("the signature is not hexadecimal");
  }
  ASSIGN_OR_RETURN(
      const bool valid,
      EcdsaVerify(signer_pem, SignedText(certificate), *signature));
  return valid ? absl::OkStatus()
               : absl::UnauthenticatedError(
                     "the certificate is not as it was signed");
}

}  // namespace wangge::city
