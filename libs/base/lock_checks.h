// Turns off Abseil's deadlock detection.
#pragma once

namespace wangge {

// Debian builds Abseil without NDEBUG, so each absl::Mutex, gRPC's included,
// searches at every lock for a cycle among all locks that were ever held
// together. That takes a fifth of the time of a server with many streams, and
// memory for each. Call first in main(), before any lock; ThreadSanitizer
// detects the same in the tests.
void SkipLockChecks();

}  // namespace wangge
