// PostgreSQL array literals: how many rows travel as one parameter each column,
// for `unnest`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace wangge::db {

// Bytes as bytea's text form, `\x…`.
std::string ByteaText(const std::string& bytes);

// Builds one array literal. Not thread-safe.
class Array {
 public:
  void Add(const std::string& text);
  void AddInt(int64_t value);
  void AddBytes(const std::string& bytes);
  void AddTime(absl::Time time);
  void AddNull();

  // The literal, for a parameter that the statement casts to an array type.
  std::string Literal() const { return "{" + items_ + "}"; }

 private:
  void AddRaw(const std::string& item);
  std::string items_;
};

}  // namespace wangge::db
