#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/bench/bench.h"

int main(int argc, char** argv) {
  wangge::bench::Options options;
  const char* name = "";
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--quick") == 0) {
      options.quick = true;
    } else if (std::strncmp(argv[i], "--peer-rate=", 12) == 0) {
      options.peer_rate = std::atof(argv[i] + 12);
    } else if (std::strncmp(argv[i], "--city=", 7) == 0) {
      options.city = argv[i] + 7;
    } else if (std::strncmp(argv[i], "--postgis=", 10) == 0) {
      options.postgis = argv[i] + 10;
    } else if (std::strncmp(argv[i], "--tenfold=", 10) == 0) {
      options.tenfold = argv[i] + 10;
    } else {
      name = argv[i];
    }
  }
  if (std::strcmp(name, "submit") == 0) {
    return wangge::bench::RunSubmit(options);
  }
  if (std::strcmp(name, "pace") == 0) return wangge::bench::RunPace();
  if (std::strcmp(name, "rpc") == 0) return wangge::bench::RunRpc(options);
  if (std::strcmp(name, "registry") == 0) {
    return wangge::bench::RunRegistry(options);
  }
  std::fprintf(
      stderr,
      "usage: bench submit|rpc|registry [--quick]; see tests/bench/run\n");
  return 2;
}
