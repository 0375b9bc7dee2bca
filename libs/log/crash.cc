#include "log/crash.h"

#include <cerrno>

#include "absl/debugging/failure_signal_handler.h"
#include "absl/debugging/symbolize.h"

namespace wangge::log {

void WriteStackOnCrash() {
  absl::InitializeSymbolizer(program_invocation_name);
  absl::InstallFailureSignalHandler(absl::FailureSignalHandlerOptions());
}

}  // namespace wangge::log
