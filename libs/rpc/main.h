// The life of a service process, once: flags, logging, metrics, the service,
// and the ordered end on SIGTERM or SIGINT; the metrics exposer goes last. A
// second signal ends the process at once.
#pragma once

#include <string>

#include "rpc/host.h"

namespace wangge::rpc {

// The body of main(). Returns the exit status: 0 after an ordered end, 1 when
// the service could not start; the cause is the last log line.
int Main(const std::string& name, const std::string& summary, int argc,
         char** argv, const ServiceFactory& make);

}  // namespace wangge::rpc
