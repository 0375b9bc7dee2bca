// The keys that personal data is sealed with. Immutable, so thread-safe.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "services/cases/shared/sealed_reporter.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

class PersonalKeys {
 public:
  // Reads lines of `<id> <64 hexadecimal digits>`. The first key seals; the
  // others still open what was sealed with them.
  static absl::StatusOr<PersonalKeys> Read(const std::string& path);
  // `bytes` has 32.
  PersonalKeys(std::string id, std::string bytes);

  // Bound to the report: it opens for no other.
  absl::StatusOr<SealedReporter> Seal(const v1::Reporter& reporter,
                                      const std::string& report_id) const;
  // FAILED_PRECONDITION when the key is not in the file any more.
  absl::StatusOr<v1::Reporter> Open(const SealedReporter& sealed,
                                    const std::string& report_id) const;

 private:
  std::string current_id_;
  std::map<std::string, std::string> bytes_by_id_;
};

}  // namespace wangge::cases
