// Arrays as parameters, for `unnest` and ANY: many rows travel as one parameter
// for each column, in PostgreSQL's binary form, which neither side has to quote
// or parse. Our own because libpqxx 6 has text arrays only.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace wangge::db {

// Builds one array of a dimension. Not thread-safe.
class Array {
 public:
  void AddNull();

  // The array as array_send has it. The statement must cast the parameter to an
  // array of the same type.
  std::string Binary() const;

 protected:
  // `type` is the element's oid in PostgreSQL's pg_type.dat.
  explicit Array(uint32_t type) : type_(type) {}

  void AddItem(const std::string& text_or_bytes);
  void AddItem(int64_t value);
  void AddItem(double value);
  void AddItem(bool value);
  // To the microsecond, rounded down.
  void AddItem(absl::Time time);

 private:
  void AddBinary(absl::string_view item);

  uint32_t type_;
  uint32_t count_ = 0;
  bool has_null_ = false;
  std::string items_;
};

template <uint32_t kType, typename Value>
class ArrayOf : public Array {
 public:
  ArrayOf() : Array(kType) {}
  template <typename Values>
  explicit ArrayOf(const Values& values) : Array(kType) {
    for (const auto& value : values) Add(value);
  }
  void Add(const Value& value) { AddItem(value); }
};

using BoolArray = ArrayOf<16, bool>;
using BytesArray = ArrayOf<17, std::string>;  // bytea
using IntArray = ArrayOf<20, int64_t>;        // bigint
using TextArray = ArrayOf<25, std::string>;
using DoubleArray = ArrayOf<701, double>;     // float8
using TimeArray = ArrayOf<1184, absl::Time>;  // timestamptz

}  // namespace wangge::db
