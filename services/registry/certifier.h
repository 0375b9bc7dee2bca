// Certifies the current city after every change and every night, keeps the
// nightly certificates, and shows the result as gauges.
#pragma once

#include <memory>
#include <string>

#include "absl/time/civil_time.h"
#include "exec/periodic.h"
#include "services/registry/ledger.h"

namespace wangge::registry {

// Thread-safe.
class Certifier {
 public:
  // `signing_key` is an EC private key in PEM. Ledger and store must outlive
  // it.
  Certifier(const Ledger* ledger, Store* store, std::string signing_key);

  // The signed certificate of a city.
  absl::StatusOr<v1::CityCertificate> Certify(const city::City& city) const;
  // Certifies the current city soon.
  void Wake() { periodic_.Wake(); }
  void Stop() { periodic_.Stop(); }

 private:
  void Run();

  const Ledger& ledger_;
  Store& store_;
  const std::string signing_key_;
  int64_t certified_version_ = 0;
  absl::CivilDay certified_day_;
  exec::Periodic periodic_;
};

}  // namespace wangge::registry
