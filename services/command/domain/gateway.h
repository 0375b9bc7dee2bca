// Push gateways and whom they may carry. Immutable after the start, so
// thread-safe.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "city/city.h"
#include "rpc/identity.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

class Gateways {
 public:
  Gateways() = default;
  explicit Gateways(std::map<std::string, v1::GatewayProfile> by_id)
      : by_id_(std::move(by_id)) {}
  // Reads the *.textproto of a folder. INVALID_ARGUMENT names the file.
  static absl::StatusOr<Gateways> Read(const std::string& directory);

  // The profile of a gateway that calls for no person; null for others.
  const v1::GatewayProfile* Find(const rpc::Caller& caller) const;
  bool MayCarry(const rpc::Caller& caller, const city::Officer& officer,
                const city::City& city) const;

 private:
  std::map<std::string, v1::GatewayProfile> by_id_;
};

}  // namespace wangge::command
