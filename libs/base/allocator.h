// The allocator's free memory.
#pragma once

namespace wangge {

// For a process whose load comes in bursts: what a burst needed is kept for the
// next one, and goes back to the system in the course of a minute instead of
// ten seconds. Called once, early. Nothing happens where another allocator than
// jemalloc is linked, as for the sanitizers.
void KeepFreedMemory();

}  // namespace wangge
