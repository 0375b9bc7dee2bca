// The registry's process: what it is made of, and its RPCs.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "city/watch.h"
#include "db/pool.h"
#include "exec/periodic.h"
#include "rpc/host.h"
#include "services/registry/registry.h"

namespace wangge::registry {

class RegistryService final : public rpc::Service {
 public:
  // Needs --dsn.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<rpc::RowService*> RowServices() override { return {rows_.get()}; }
  bool Ready() override { return ready_; }
  void Drain() override;

 private:
  RegistryService(rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool,
                  const std::string& signing_key);

  // Takes up what other replicas made of the city and what is due.
  void Refresh();
  void Publish(const CityPtr& city);

  const std::unique_ptr<db::Pool> pool_;
  Store store_;
  CityFeed feed_;
  city::Holder holder_;  // For its gauge.
  Ledger ledger_;
  Certifier certifier_;
  Registry registry_;
  std::unique_ptr<rpc::RowService> rows_;
  std::atomic<bool> ready_ = false;
  exec::Periodic refresh_;
};

}  // namespace wangge::registry
