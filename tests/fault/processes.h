// The processes of a running suite, for tests that kill them.
#pragma once

#include <signal.h>

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "tests/suite.h"

namespace wangge {

inline pid_t FirstNumberOf(const std::string& path) {
  std::ifstream in(path);
  pid_t pid = 0;
  in >> pid;
  return pid;
}

inline pid_t PidOf(const std::string& name) {
  if (name == "postgres") {
    return FirstNumberOf(Need("WANGGE_PG_DIR") + "/postmaster.pid");
  }
  return FirstNumberOf(Need("WANGGE_STATE") + "/run/" + name + ".child");
}

// Failures after which a client tries again.
inline bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status);
}

}  // namespace wangge
