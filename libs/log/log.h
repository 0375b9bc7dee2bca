// One JSON line per fact, on standard error.
//
// Never log payloads or personal data: fields are ids, codes and numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

namespace wangge::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// A named value of a line.
class Field {
 public:
  Field(std::string name, const std::string& text)
      : name_(std::move(name)), text_(text), quoted_(true) {}
  Field(std::string name, const char* text)
      : name_(std::move(name)), text_(text), quoted_(true) {}
  template <typename T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
  Field(std::string name, T value)
      : name_(std::move(name)), text_(std::to_string(value)) {
    if constexpr (std::is_same_v<T, bool>) text_ = value ? "true" : "false";
  }

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  bool quoted() const { return quoted_; }

 private:
  std::string name_;
  std::string text_;
  bool quoted_ = false;
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
