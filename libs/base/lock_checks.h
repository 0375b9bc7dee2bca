// Abseil's search for deadlocks among locks, turned off.
#pragma once

namespace wangge {

// Debian builds Abseil without NDEBUG, so each absl::Mutex, gRPC's included,
// looks at every lock for a cycle among all locks that were ever held together.
// That takes a fifth of the time of a server with many streams, and memory for
// each. Called first in main(), before any lock; ThreadSanitizer looks for the
// same in the tests.
void SkipLockChecks();

}  // namespace wangge
