// Any bytes are an alert or an error that names where; an alert is written out
// and read again as the same, whatever it means.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "errors/errors.h"
#include "services/command/domain/cap.h"
#include "services/command/domain/cap_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string xml(reinterpret_cast<const char*>(data), size);
  const auto alert = wangge::command::ReadCap(xml);
  const auto import =
      wangge::command::ParseCap(xml, absl::FromUnixSeconds(1'790'000'000));
  if (!alert.ok()) {
    if (import.ok()) std::abort();
    if (wangge::errors::ViolationsOf(alert.status()).empty()) std::abort();
    return 0;
  }
  const std::string written = wangge::command::WriteCap(*alert);
  const auto again = wangge::command::ReadCap(written);
  if (!again.ok() || wangge::command::WriteCap(*again) != written) std::abort();
  if (import.ok()) {
    if (import->request.text().empty()) std::abort();
  } else if (wangge::errors::ViolationsOf(import.status()).empty()) {
    std::abort();
  }
  return 0;
}
