#include "log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <variant>

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
  nlohmann::ordered_json json = {{"time", FormatUtc(absl::Now())},
                                 {"level", Name(level)},
                                 {"service", state.service},
                                 {"message", message}};
  for (const Field& field : fields) {
    std::visit([&](const auto& value) { json[field.name()] = value; },
               field.value());
  }
  const std::string line =
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
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
