// Figures as JSON lines: {bench, figure, value, unit, peer, peer_value, ratio}.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace wangge::bench {

// Prints one figure; `ratio` is value / peer_value when there is a peer.
inline void Print(const std::string& bench, const std::string& figure,
                  double value, const std::string& unit,
                  const std::string& peer = "", double peer_value = 0) {
  std::printf(
      "{\"bench\": \"%s\", \"figure\": \"%s\", \"value\": %.3f, "
      "\"unit\": \"%s\"",
      bench.c_str(), figure.c_str(), value, unit.c_str());
  if (!peer.empty()) {
    std::printf(", \"peer\": \"%s\", \"peer_value\": %.3f, \"ratio\": %.3f",
                peer.c_str(), peer_value, value / peer_value);
  }
  std::printf("}\n");
  std::fflush(stdout);
}

// The value below which a share of the samples lies; sorts them.
inline double Percentile(std::vector<double>* samples, double share) {
  if (samples->empty()) return 0;
  std::sort(samples->begin(), samples->end());
  const auto at =
      static_cast<size_t>(share * static_cast<double>(samples->size() - 1));
  return (*samples)[at];
}

struct Options {
  bool quick = false;
  double peer_rate = 0;    // pgbench's transactions a second, from the runner.
  std::string city;        // A city folder.
  std::string tenfold;     // One of ten times its size.
  std::string postgis;     // Connection string of a database for PostGIS.
  std::string model;       // A text model.
  std::string data;        // A folder of real messages and addresses.
  std::string wrong_auto;  // A file for dispatches that were wrong.
  std::string dsn;         // Connection string of the suite's cases.
  std::string baseline;    // A file that growth writes, then compares with.
  size_t events = 0;       // How many there are to catch up with.
  absl::Duration Time() const { return absl::Seconds(quick ? 5 : 20); }
};

// 200 reports a second for ten seconds, without a figure of its own.
int RunPace();
int RunSubmit(const Options& options);
int RunCases(const Options& options);
int RunGrowth(const Options& options);
int RunOverload(const Options& options);
int RunFeed(const Options& options);
int RunTimers(const Options& options);
int RunFanout(const Options& options);
int RunRpc(const Options& options);
int RunRegistry(const Options& options);
int RunRouting(const Options& options);
int RunText(const Options& options);

// The part of `text` that resolves real addresses.
absl::Status RunAddresses(const std::string& data, bool quick);

// A benchmark's exit status; says what was wrong.
inline int Report(const absl::Status& status) {
  if (status.ok()) return 0;
  std::fprintf(stderr, "bench: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace wangge::bench
