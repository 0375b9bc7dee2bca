// Who acts, from who calls.
#pragma once

#include "absl/status/statusor.h"
#include "rpc/identity.h"
#include "services/cases/domain/decide.h"

namespace wangge::cases {

// NOT_YOURS when the token names an officer that the city does not have.
absl::StatusOr<Actor> ActorOf(const rpc::Caller& caller,
                              const city::City& city);

}  // namespace wangge::cases
