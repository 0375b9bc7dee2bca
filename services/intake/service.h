// Intake's process: what it is made of, and its RPCs.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "city/watch.h"
#include "rpc/host.h"
#include "services/intake/intake.h"
#include "services/intake/submit_stream.h"

namespace wangge::intake {

class IntakeService final : public rpc::Service {
 public:
  // Needs --endpoints and --sources.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<rpc::RowService*> RowServices() override { return {rows_.get()}; }
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override;

 private:
  IntakeService(rpc::Runtime* runtime, Profiles profiles,
                std::unique_ptr<Submitter> submitter);

  const Profiles profiles_;
  std::map<std::string, exec::ConcurrencyLimit> limits_;
  city::Holder city_;
  SubmitStreams streams_;
  const std::unique_ptr<Submitter> submitter_;
  Intake intake_;
  std::unique_ptr<rpc::RowService> rows_;
  std::unique_ptr<city::Watcher> watcher_;
};

}  // namespace wangge::intake
