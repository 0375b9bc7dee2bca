#include "rpc/main.h"

#include <csignal>
#include <ctime>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/lock_checks.h"
#include "base/status_macros.h"
#include "log/crash.h"
#include "log/log.h"
#include "metrics/metrics.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0",
          "Address of the gRPC server, host:port. Port below 32768.");
ABSL_FLAG(std::string, metrics, "",
          "Address of the Prometheus endpoint, host:port; empty for none.");
ABSL_FLAG(std::string, tls_cert, "", "Certificate of this service, PEM file.");
ABSL_FLAG(std::string, tls_key, "", "Key of the certificate, PEM file.");
ABSL_FLAG(std::string, tls_ca, "",
          "Authority that signs all certificates, PEM file.");
ABSL_FLAG(std::string, policy, "", "Authorization policy, text proto file.");
ABSL_FLAG(std::string, token_key, "",
          "Public key of the identity provider, PEM file; empty: no tokens.");
ABSL_FLAG(int, workers, 16, "Threads that run handlers, 1 to 512.");
ABSL_FLAG(int, queue, 512, "Calls that may wait for a worker, 0 to 100000.");
ABSL_FLAG(bool, reflection, false, "Serve gRPC reflection.");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warning or error.");
ABSL_FLAG(absl::Duration, grace, absl::Seconds(10),
          "Time for running calls to end on shutdown, for example 10s.");
ABSL_FLAG(std::string, dsn, "",
          "PostgreSQL connection string; the password comes from PGPASSFILE.");
ABSL_FLAG(int, db_connections, 16, "Database connections, 1 to 100.");
ABSL_FLAG(std::vector<std::string>, endpoints, {},
          "Addresses of the services that this one calls, name=host:port, "
          "separated by commas.");

namespace wangge::rpc {
namespace {

log::Level ParseLevel(const std::string& text) {
  if (text == "debug") return log::Level::kDebug;
  if (text == "warning") return log::Level::kWarning;
  if (text == "error") return log::Level::kError;
  return log::Level::kInfo;
}

// Signals are waited for in main, so every thread must have them blocked.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

bool WaitForSignal(const sigset_t& signals, absl::Duration timeout) {
  const timespec wait = absl::ToTimespec(timeout);
  return sigtimedwait(&signals, nullptr, &wait) > 0;
}

absl::StatusOr<HostOptions> OptionsOfFlags(const std::string& name) {
  HostOptions options;
  options.runtime = {.service = name,
                     .workers = absl::GetFlag(FLAGS_workers),
                     .queue = absl::GetFlag(FLAGS_queue)};
  options.server.address = absl::GetFlag(FLAGS_listen);
  options.server.tls = {absl::GetFlag(FLAGS_tls_cert),
                        absl::GetFlag(FLAGS_tls_key),
                        absl::GetFlag(FLAGS_tls_ca)};
  options.server.reflection = absl::GetFlag(FLAGS_reflection);
  options.policy_file = absl::GetFlag(FLAGS_policy);
  options.token_key_file = absl::GetFlag(FLAGS_token_key);
  Environment& environment = options.environment;
  environment.dsn = absl::GetFlag(FLAGS_dsn);
  environment.db_connections = absl::GetFlag(FLAGS_db_connections);
  ASSIGN_OR_RETURN(environment.endpoints,
                   ParseEndpoints(absl::GetFlag(FLAGS_endpoints)));
  return options;
}

absl::Status Run(const std::string& name, const sigset_t& signals,
                 const ServiceFactory& make) {
  std::unique_ptr<metrics::Exposer> exposer;
  if (!absl::GetFlag(FLAGS_metrics).empty()) {
    ASSIGN_OR_RETURN(exposer,
                     metrics::Exposer::Start(absl::GetFlag(FLAGS_metrics)));
  }
  ASSIGN_OR_RETURN(const HostOptions options, OptionsOfFlags(name));
  ASSIGN_OR_RETURN(const auto host, Host::Start(options, make));
  bool serving = false;
  while (!WaitForSignal(signals,
                        serving ? absl::Hours(1) : absl::Milliseconds(50))) {
    serving = host->UpdateHealth();
  }
  log::Info("stopping");
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // A second one ends us.
  host->Stop(absl::GetFlag(FLAGS_grace));
  log::Info("stopped");
  return absl::OkStatus();
}

}  // namespace

int Main(const std::string& name, const std::string& summary, int argc,
         char** argv, const ServiceFactory& make) {
  SkipLockChecks();
  absl::SetProgramUsageMessage(absl::StrCat(summary, "\nExample: wangge_", name,
                                            " --flagfile=", name,
                                            ".flags\nAll flags: --helpfull"));
  absl::ParseCommandLine(argc, argv);
  const sigset_t signals = BlockSignals();
  log::WriteStackOnCrash();
  log::Init(name, ParseLevel(absl::GetFlag(FLAGS_log_level)));
  const absl::Status status = Run(name, signals, make);
  if (!status.ok()) {
    log::Error("cannot run", {{"cause", std::string(status.message())}});
    return 1;
  }
  return 0;
}

}  // namespace wangge::rpc
