// One line of JSON per event, on standard error: time, level, service, message,
// then the fields in their order. Invalid UTF-8 becomes U+FFFD.
//
// Never log payloads or personal data: fields are ids, codes and numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace wangge::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// A named value of a line.
class Field {
 public:
  using Value = std::variant<std::string, bool, int64_t, uint64_t, double>;

  Field(std::string name, std::string text)
      : name_(std::move(name)), value_(std::move(text)) {}
  Field(std::string name, const char* text)
      : Field(std::move(name), std::string(text)) {}
  template <typename T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
  Field(std::string name, T value)
      : name_(std::move(name)), value_(static_cast<Number<T>>(value)) {}

  const std::string& name() const { return name_; }
  const Value& value() const { return value_; }

 private:
  template <typename T>
  using Number = std::conditional_t<
      std::is_same_v<T, bool>, bool,
      std::conditional_t<
          std::is_floating_point_v<T>, double,
          std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>>;

  std::string name_;
  Value value_;
};

// Sets the service's name, which stands on every line, and the lowest level
// that is written. Call once, before any thread starts.
void Init(const std::string& service, Level lowest);

// True when lines of this level are written. Ask before making costly fields.
bool Enabled(Level level);

// Writes one line. Thread-safe.
void Write(Level level, const std::string& message,
           std::initializer_list<Field> fields = {});

inline void Info(const std::string& m, std::initializer_list<Field> f = {}) {
  Write(Level::kInfo, m, f);
}
inline void Warning(const std::string& m, std::initializer_list<Field> f = {}) {
  Write(Level::kWarning, m, f);
}
inline void Error(const std::string& m, std::initializer_list<Field> f = {}) {
  Write(Level::kError, m, f);
}

// Hands every line to `sink` instead of standard error while it lives; for
// tests. One at a time.
class ScopedCapture {
 public:
  explicit ScopedCapture(std::function<void(const std::string&)> sink);
  ~ScopedCapture();
  ScopedCapture(const ScopedCapture&) = delete;
  ScopedCapture& operator=(const ScopedCapture&) = delete;
};

}  // namespace wangge::log
