// A server between a client and another server on this machine, which does to
// their conversation what networks and dying machines do.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"

namespace wangge {

// Thread-safe.
class TcpProxy {
 public:
  // Listens on a free port of 127.0.0.1 and passes on to another one there.
  explicit TcpProxy(int target_port);
  // Closes all connections.
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }

  // The next time that a client's bytes contain `text`, they are passed on, and
  // the connection is cut instead of passing on the answer: the client cannot
  // know whether the server has done what it asked for.
  void CutNextAnswerTo(const std::string& text);
  // True once that has happened.
  bool has_cut() const;
  // Passes nothing on from now on, in either direction, and closes nothing.
  void Hang();
  // Passes on again, also what came meanwhile.
  void Resume();

 private:
  struct Connection {
    int client = -1;
    int server = -1;
    bool cut_answer = false;  // Guarded by mutex_.
    std::thread to_server, to_client;
  };

  void Accept();
  void Pump(Connection* connection, bool to_server);
  // Whether to pass the bytes on; waits while hanging.
  bool MayPass(Connection* connection, bool to_server,
               const std::string& bytes);

  int listener_ = -1;
  int port_ = 0;
  const int target_port_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::string cut_text_ ABSL_GUARDED_BY(mutex_);
  bool has_cut_ ABSL_GUARDED_BY(mutex_) = false;
  bool hanging_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<Connection> connections_ ABSL_GUARDED_BY(mutex_);
  std::thread acceptor_;
};

}  // namespace wangge
