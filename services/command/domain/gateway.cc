#include "services/command/domain/gateway.h"

#include <algorithm>

#include "base/status_macros.h"
#include "rpc/profiles.h"

namespace wangge::command {

absl::StatusOr<Gateways> Gateways::Read(const std::string& directory) {
  ASSIGN_OR_RETURN(auto profiles,
                   rpc::ReadProfiles<v1::GatewayProfile>(
                       directory, [](const v1::GatewayProfile& p) {
                         return p.gateway_id();
                       }));
  return Gateways(std::move(profiles));
}

const v1::GatewayProfile* Gateways::Find(const rpc::Caller& caller) const {
  if (!caller.officer_id.empty()) return nullptr;
  const auto found = by_id_.find(caller.NameIf("gateway"));
  return found == by_id_.end() ? nullptr : &found->second;
}

bool Gateways::MayCarry(const rpc::Caller& caller, const city::Officer& officer,
                        const city::City& city) const {
  const auto* profile = Find(caller);
  if (profile == nullptr) return false;
  const auto& units = profile->unit_ids();
  return profile->whole_city() ||
         std::any_of(units.begin(), units.end(), [&](const std::string& unit) {
           return city.IsSameOrAbove(unit, officer.unit_id());
         });
}

}  // namespace wangge::command
