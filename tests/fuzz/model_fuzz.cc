// Any bytes are a text model or an error that names the file.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/file.h"
#include "text/classifier.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string path =
      absl::StrCat("/tmp/wangge-model-fuzz-", getpid());
  const std::string body(reinterpret_cast<const char*>(data), size);
  // With a right sum, so that the parts behind it are reached.
  const std::string content = absl::StrCat(
      "wangge-text-model 4 ", wangge::ToHex(wangge::Sha256(body)), "\n", body);
  if (!wangge::WriteFile(path, content).ok()) std::abort();
  const auto model = wangge::text::Classifier::Load(path);
  if (model.ok()) {
    (*model)->Predict("暖气不热");
  } else if (model.status().message().find(path) == std::string::npos) {
    std::abort();
  }
  unlink(path.c_str());
  return 0;
}
