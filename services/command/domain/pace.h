// How fast receipts are recorded. Pure.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace wangge::command {

// RestAfter never says more.
constexpr absl::Duration kMaxRest = absl::Milliseconds(100);

// How long the recorder leaves the database to others between two statements:
// the last one took `statement`, the oldest receipt that waits has waited for
// `waited`, and so many statements are left. Some times as long as a statement,
// but so that everything that waits is recorded within three seconds of its
// coming, if the database can do it at all. Nobody waits for receipts as others
// wait for their reports to be written.
absl::Duration RestAfter(absl::Duration statement, absl::Duration waited,
                         int64_t statements_left);

}  // namespace wangge::command
