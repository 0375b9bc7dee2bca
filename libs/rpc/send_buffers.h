// The system's send buffers of a server's connections.
#pragma once

namespace wangge::rpc {

// Connections to `port` that are accepted from now on have a send buffer of
// `bytes` (Linux gives twice as much, for its own book-keeping). What does not
// fit waits in gRPC, which then writes the messages of many streams with one
// system call; and a client that does not read holds no more of the system's
// memory. gRPC 1.51 has no option for it: this looks for the listening sockets
// among the descriptors of the process. Does nothing when there are none.
void LimitSendBuffers(int port, int bytes);

}  // namespace wangge::rpc
