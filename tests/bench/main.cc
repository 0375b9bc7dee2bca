#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "base/lock_checks.h"
#include "tests/bench/bench.h"

int main(int argc, char** argv) {
  wangge::SkipLockChecks();
  using wangge::bench::Options;
  Options options;
  const std::map<std::string, std::string*> texts = {
      {"--city", &options.city},       {"--tenfold", &options.tenfold},
      {"--postgis", &options.postgis}, {"--model", &options.model},
      {"--data", &options.data},       {"--wrong-auto", &options.wrong_auto},
      {"--dsn", &options.dsn},         {"--baseline", &options.baseline}};
  const std::map<std::string, int (*)(const Options&)> benches = {
      {"submit", wangge::bench::RunSubmit},
      {"cases", wangge::bench::RunCases},
      {"feed", wangge::bench::RunFeed},
      {"overload", wangge::bench::RunOverload},
      {"growth", wangge::bench::RunGrowth},
      {"fanout", wangge::bench::RunFanout},
      {"timers", wangge::bench::RunTimers},
      {"pace", [](const Options&) { return wangge::bench::RunPace(); }},
      {"rpc", wangge::bench::RunRpc},
      {"registry", wangge::bench::RunRegistry},
      {"routing", wangge::bench::RunRouting},
      {"text", wangge::bench::RunText}};
  std::string name;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    const std::string option = argument.substr(0, equals);
    const std::string value =
        equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (argument == "--quick") {
      options.quick = true;
    } else if (option == "--peer-rate") {
      options.peer_rate = std::atof(value.c_str());
    } else if (option == "--events") {
      options.events = std::stoul(value);
    } else if (texts.contains(option)) {
      *texts.at(option) = value;
    } else {
      name = argument;
    }
  }
  if (benches.contains(name)) return benches.at(name)(options);
  std::fprintf(stderr,
               "usage: bench "
               "submit|overload|cases|feed|timers|growth|fanout|rpc|registry|"
               "routing|text "
               "[--quick]; see tests/bench/run\n");
  return 2;
}
