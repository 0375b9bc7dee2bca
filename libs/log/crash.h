// A process that crashes says where.
#pragma once

namespace wangge::log {

// From now on a fatal signal (SIGSEGV, SIGABRT and the like) writes the stack
// of the thread that it met to standard error before it ends the process. Call
// once, before any thread starts.
void WriteStackOnCrash();

}  // namespace wangge::log
