#include "log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace wangge::log {
namespace {

struct State {
  std::string service = "wangge";
  Level lowest = Level::kInfo;
  std::shared_ptr<spdlog::logger> logger;
  Mutex mutex;
  std::function<void(const std::string&)> capture ABSL_GUARDED_BY(mutex);
};

State& GetState() {
  static State* const state = [] {
    auto* fresh = new State;
    fresh->logger = std::make_shared<spdlog::logger>(
        "wangge", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    fresh->logger->set_pattern("%v");
    fresh->logger->set_level(spdlog::level::trace);
    fresh->logger->flush_on(spdlog::level::trace);
    return fresh;
  }();
  return *state;
}

const char* Name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      break;
  }
  return "error";
}

void AppendQuoted(const std::string& text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (byte < 0x20) {
      out->append("\\u00");
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void AppendMember(const std::string& name, const std::string& value,
                  bool quoted, std::string* out) {
  out->push_back(out->empty() ? '{' : ',');
  AppendQuoted(name, out);
  out->push_back(':');
  if (quoted) {
    AppendQuoted(value, out);
  } else {
    out->append(value);
  }
}

}  // namespace

void Init(const std::string& service, Level lowest) {
  GetState().service = service;
  GetState().lowest = lowest;
}

bool Enabled(Level level) { return level >= GetState().lowest; }

void Write(Level level, const std::string& message,
           std::initializer_list<Field> fields) {
  if (!Enabled(level)) return;
  State& state = GetState();
  std::string line;
  AppendMember("time", FormatUtc(absl::Now()), true, &line);
  AppendMember("level", Name(level), true, &line);
  AppendMember("service", state.service, true, &line);
  AppendMember("message", message, true, &line);
  for (const Field& field : fields) {
    AppendMember(field.name(), field.text(), field.quoted(), &line);
  }
  line.push_back('}');
  {
    MutexLock lock(&state.mutex);
    if (state.capture) {
      state.capture(line);
      return;
    }
  }
  state.logger->log(spdlog::level::info, "{}", line);
}

ScopedCapture::ScopedCapture(std::function<void(const std::string&)> sink) {
  MutexLock lock(&GetState().mutex);
  GetState().capture = std::move(sink);
}

ScopedCapture::~ScopedCapture() {
  MutexLock lock(&GetState().mutex);
  GetState().capture = nullptr;
}

}  // namespace wangge::log
