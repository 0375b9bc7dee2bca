// The system's limits of a server's connections.
#pragma once

namespace wangge::rpc {

struct ConnectionLimits {
  // Of the send buffer; Linux gives twice as much, for its own book-keeping.
  // What does not fit waits in gRPC, which then writes the messages of many
  // streams with one system call; and a client that does not read holds no more
  // of the system's memory.
  int send_buffer_bytes = 0;
  // Of a TCP segment, either way. Where a segment is as large as a send buffer,
  // as on loopback, every message of a burst wakes its reader; in segments of a
  // network's size they go together.
  int segment_bytes = 0;
};

// For connections to `port` that are accepted from now on. gRPC 1.51 has no
// option for it: this looks for the listening sockets among the descriptors of
// the process. Does nothing when there are none.
void LimitConnections(int port, const ConnectionLimits& limits);

}  // namespace wangge::rpc
