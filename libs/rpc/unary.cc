#include "rpc/unary.h"

#include "base/uuid.h"

namespace wangge::rpc {

MethodMetrics::MethodMetrics(const std::string& method)
    : seconds_(metrics::GetSeconds("rpc_duration_seconds",
                                   "Time of a call in the server.",
                                   {{"method", method}})),
      queue_seconds_(metrics::GetSeconds("rpc_queue_seconds",
                                         "Time a call waited for a worker.",
                                         {{"method", method}})),
      in_flight_(metrics::GetGauge("rpc_in_flight", "Calls being served.",
                                   {{"method", method}})) {
  for (int i = 0; i <= 16; ++i) {
    const auto code = static_cast<absl::StatusCode>(i);
    requests_[code] = &metrics::GetCounter(
        "rpc_requests_total", "Calls that ended, by code.",
        {{"method", method}, {"code", absl::StatusCodeToString(code)}});
  }
}

void MethodMetrics::Observe(absl::StatusCode code, absl::Duration queued,
                            absl::Duration total) {
  const auto found = requests_.find(code);
  if (found != requests_.end()) found->second->Increment();
  seconds_.Observe(absl::ToDoubleSeconds(total));
  queue_seconds_.Observe(absl::ToDoubleSeconds(queued));
}

void LogCall(const std::string& method, const Caller& caller,
             const absl::Status& status, absl::Duration queued,
             absl::Duration total) {
  log::Level level = log::Level::kDebug;
  if ((!status.ok() || total > absl::Seconds(1)) &&
      errors::ReasonOf(status) != common::v1::ERROR_REASON_OVERLOADED) {
    level = log::Level::kInfo;
  }
  if (status.code() == absl::StatusCode::kInternal ||
      status.code() == absl::StatusCode::kUnknown) {
    level = log::Level::kWarning;
  }
  if (!log::Enabled(level)) return;
  log::Write(
      level, "call",
      {{"method", method},
       {"caller", caller.Text()},
       {"code", absl::StatusCodeToString(status.code())},
       {"reason", common::v1::ErrorReason_Name(errors::ReasonOf(status))},
       {"error_id", errors::MetadataOf(status, "error_id")},
       {"queue_ms", absl::ToDoubleMilliseconds(queued)},
       {"duration_ms", absl::ToDoubleMilliseconds(total)}});
}

absl::Status HandlerThrew(const std::string& where,
                          const std::exception& fault) {
  const std::string error_id = NewUuid();
  log::Error(
      "handler threw",
      {{"method", where}, {"error_id", error_id}, {"what", fault.what()}});
  return errors::Internal(error_id);
}

}  // namespace wangge::rpc
