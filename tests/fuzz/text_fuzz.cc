// Any bytes can be normalised, searched for names and classified, twice with
// the same result.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "text/dictionary.h"
#include "text/train/trainer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto model =
      *wangge::text::Train({{"暖气不热，热力管道漏水", "heat"},
                            {"路灯不亮", "light"},
                            {"门口路灯坏了", "light"},
                            {"家里暖气片是凉的", "heat"}});
  static const wangge::text::Dictionary names(
      {"王庄村", "西里路2号院", "开普西一区", "庄", "A座"});
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string normal = wangge::NormalizeText(text);
  if (!wangge::IsUtf8(normal)) std::abort();
  for (const auto& match : names.Find(text)) {
    if (match.end <= match.begin || match.entries.empty()) std::abort();
  }
  const auto predictions = model->Predict(text);
  double sum = 0;
  for (const auto& prediction : predictions) sum += prediction.probability;
  if (!predictions.empty() && !(sum > 0.999 && sum < 1.001)) std::abort();
  return 0;
}
