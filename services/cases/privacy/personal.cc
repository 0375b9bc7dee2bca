#include "services/cases/privacy/personal.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace wangge::cases {

PersonalKeys::PersonalKeys(std::string id, std::string bytes)
    : current_id_(std::move(id)) {
  bytes_by_id_[current_id_] = std::move(bytes);
}

absl::StatusOr<PersonalKeys> PersonalKeys::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::vector<std::pair<std::string, std::string>> keys;
  for (const auto line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    std::string bytes;
    if (words.size() == 2) {
      ASSIGN_OR_RETURN(bytes, FromHex(words[1]));
    }
    if (bytes.size() != 32) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", keys.size() + 1,
                       ": is not `<id> <64 hexadecimal digits>`"));
    }
    keys.emplace_back(words[0], std::move(bytes));
  }
  if (keys.empty()) {
    return absl::InvalidArgumentError(
        path + ": is empty; write `<id> <64 hexadecimal digits>`");
  }
  PersonalKeys result(keys[0].first, keys[0].second);
  result.bytes_by_id_.insert(keys.begin(), keys.end());
  return result;
}

absl::StatusOr<SealedReporter> PersonalKeys::Seal(
    const v1::Reporter& reporter, const std::string& report_id) const {
  ASSIGN_OR_RETURN(std::string sealed,
                   wangge::Seal(bytes_by_id_.at(current_id_),
                                reporter.SerializeAsString(), report_id));
  return SealedReporter{current_id_, std::move(sealed)};
}

absl::StatusOr<v1::Reporter> PersonalKeys::Open(
    const SealedReporter& sealed, const std::string& report_id) const {
  const auto key = bytes_by_id_.find(sealed.key_id);
  if (key == bytes_by_id_.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the key ", sealed.key_id,
                     " is not in the file of --personal_key any more; add it "
                     "below the current one"));
  }
  ASSIGN_OR_RETURN(const std::string plain,
                   Unseal(key->second, sealed.sealed, report_id));
  v1::Reporter reporter;
  if (!reporter.ParseFromString(plain)) {
    return absl::DataLossError("a stored reporter cannot be read");
  }
  return reporter;
}

}  // namespace wangge::cases
