#include "rpc/page.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crypto.h"
#include "base/text.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace wangge::rpc::internal {
namespace {

// `version.digest.part.part…`, each but the version in web-safe base64. Raise
// the version when tokens change their meaning: older ones are then refused.
constexpr char kVersion[] = "1";
constexpr char kSeparator = '.';
constexpr size_t kHead = 2;  // Version and digest.
constexpr size_t kDigestBytes = 8;

// Of the request's type and all its fields but those of the page.
std::string DigestOf(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> filter(request.New());
  filter->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    filter->GetReflection()->ClearField(
        filter.get(), filter->GetDescriptor()->FindFieldByName(name));
  }
  std::string text = filter->GetTypeName() + "\n";
  {
    google::protobuf::io::StringOutputStream bytes(&text);
    google::protobuf::io::CodedOutputStream out(&bytes);
    out.SetSerializationDeterministic(true);
    filter->SerializeToCodedStream(&out);
  }
  return absl::WebSafeBase64Escape(Sha256(text).substr(0, kDigestBytes));
}

}  // namespace

std::string EncodePart(int64_t part) { return absl::StrCat(part); }
std::string EncodePart(absl::Time part) {
  return EncodePart(absl::ToUnixMicros(part));
}
std::string EncodePart(const std::string& part) { return part; }

bool DecodePart(const std::string& text, int64_t* part) {
  return absl::SimpleAtoi(text, part);
}
bool DecodePart(const std::string& text, absl::Time* part) {
  int64_t micros = 0;
  if (!DecodePart(text, &micros)) return false;
  *part = absl::FromUnixMicros(micros);
  // What a database can compare with.
  return micros >= 0 && *part < absl::FromUnixSeconds(253'402'300'800);
}
bool DecodePart(const std::string& text, std::string* part) {
  *part = text;
  return IsUtf8(text) && text.find('\0') == std::string::npos;
}

std::string MakeToken(const google::protobuf::Message& request,
                      const std::vector<std::string>& parts) {
  std::string token = absl::StrCat(kVersion, ".", DigestOf(request));
  for (const std::string& part : parts) {
    absl::StrAppend(&token, ".", absl::WebSafeBase64Escape(part));
  }
  return token;
}

void AddForeignToken(errors::Violations* v) {
  v->Add("page_token",
         "is not a next_page_token of this service; begin again with an empty "
         "page_token");
}

std::optional<std::vector<std::string>> ReadToken(
    const google::protobuf::Message& request, size_t count,
    errors::Violations* v) {
  const auto* field = request.GetDescriptor()->FindFieldByName("page_token");
  const std::string token = request.GetReflection()->GetString(request, field);
  const std::vector<std::string> fields = absl::StrSplit(token, kSeparator);
  if (fields.size() != kHead + count || fields[0] != kVersion) {
    AddForeignToken(v);
    return std::nullopt;
  }
  if (fields[1] != DigestOf(request)) {
    v->Add("page_token",
           "is of a request with other fields; send the fields of the page "
           "before again, or begin with an empty page_token");
    return std::nullopt;
  }
  std::vector<std::string> parts(count);
  for (size_t i = 0; i < count; ++i) {
    if (!absl::WebSafeBase64Unescape(fields[kHead + i], &parts[i])) {
      AddForeignToken(v);
      return std::nullopt;
    }
  }
  return parts;
}

int PageSizeOf(int32_t asked, const PageSizes& sizes, errors::Violations* v) {
  v->Require(asked >= 0, "page_size",
             absl::StrCat("is ", asked, "; use 1 to ", sizes.max_size,
                          ", or 0 for ", sizes.default_size));
  return asked == 0 ? sizes.default_size : std::min(asked, sizes.max_size);
}

}  // namespace wangge::rpc::internal
