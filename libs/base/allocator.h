// The allocator's free memory.
#pragma once

namespace wangge {

// For a process whose load comes in bursts: memory that a burst needed is kept
// for the next one and returns to the system within a minute instead of ten
// seconds. Call once, early. Does nothing when another allocator than jemalloc
// is linked, as for the sanitizers.
void KeepFreedMemory();

}  // namespace wangge
