// Bidirectional streams by the ten thousand.
//
// Every open call costs each completion of its queue a little, and the callback
// API has one queue for the whole process. So these streams live on queues of
// their own, many of them, a thread each; unary calls stay on the callback API.
// All that happens to a stream happens on its shard's thread, without locks.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "grpcpp/alarm.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/async_stream.h"
#include "grpcpp/support/byte_buffer.h"
#include "rpc/identity.h"

namespace wangge::rpc {

// What a completion queue hands back.
class CompletionTag {
 public:
  virtual void Done(bool ok) = 0;

 protected:
  ~CompletionTag() = default;
};

// A completion queue and its thread.
class StreamShard final : private CompletionTag {
 public:
  explicit StreamShard(std::unique_ptr<grpc::ServerCompletionQueue> queue);

  // Runs `task` on the shard's thread. From any thread; after Stop the task is
  // dropped.
  void Post(std::function<void()> task);

  grpc::ServerCompletionQueue* queue() { return queue_.get(); }
  void Start();
  // After the server's shutdown: ends the thread.
  void Stop();

 private:
  void Run();
  void Done(bool ok) override;

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  Mutex mutex_;
  std::vector<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  // An alarm at once is how a queue's thread is woken.
  grpc::Alarm alarm_ ABSL_GUARDED_BY(mutex_);
  bool armed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

class StreamShards;

// One stream, of messages as they go over the wire. Owns itself from the time
// it waits for its call until the end. Derived classes and Send, Close and
// ReadNext run on the shard's thread only; others post to `shard()`.
class ShardedStream : public std::enable_shared_from_this<ShardedStream> {
 public:
  using Io = grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;

  virtual ~ShardedStream() = default;
  ShardedStream(const ShardedStream&) = delete;
  ShardedStream& operator=(const ShardedStream&) = delete;

  StreamShard& shard() const { return *shard_; }

  // False when the stream has ended or `max_outbox` messages wait for the
  // client; in the latter case OnSlowReader ends it.
  bool Send(grpc::ByteBuffer message);
  // Ends the stream: after what waits when the status is OK, else at once.
  void Close(const absl::Status& status);

 protected:
  explicit ShardedStream(size_t max_outbox);

  // Who opened the stream. From OnBegin on.
  const Caller& caller() const { return caller_; }
  // Reads one message; OnMessage or OnReadsEnd answers.
  void ReadNext();
  // Messages on their way to the client.
  size_t outbox_size() const { return outbox_.size() + (writing_ ? 1 : 0); }
  bool closing() const { return closing_; }

  // The call has come, from one who may open the stream.
  virtual void OnBegin() = 0;
  virtual void OnMessage(grpc::ByteBuffer message) = 0;
  // The client has sent everything, or is gone.
  virtual void OnReadsEnd() { Close(absl::OkStatus()); }
  // A message left the outbox.
  virtual void OnRoom() {}
  // Must Close.
  virtual void OnSlowReader() = 0;
  // The stream has ended for good. Not if OnBegin was not called.
  virtual void OnEnd() {}

 private:
  friend class StreamShards;

  struct Tag final : CompletionTag {
    Tag(ShardedStream* owner, void (ShardedStream::*on_done)(bool))
        : stream(owner), done(on_done) {}
    void Done(bool ok) override { (stream->*done)(ok); }
    ShardedStream* const stream;
    void (ShardedStream::*const done)(bool);
  };

  void Accepted(bool ok);
  void ReadDone(bool ok);
  void WriteDone(bool ok);
  void FinishDone(bool ok);
  void Write(const grpc::ByteBuffer& message);
  void FinishWhenIdle();
  void EndWhenIdle();

  const size_t max_outbox_;
  StreamShard* shard_ = nullptr;
  StreamShards* shards_ = nullptr;
  Caller caller_;
  bool begun_ = false;
  std::shared_ptr<ShardedStream> self_;
  grpc::ServerContext context_;
  Io io_{&context_};
  Tag accepted_{this, &ShardedStream::Accepted};
  Tag read_{this, &ShardedStream::ReadDone};
  Tag written_{this, &ShardedStream::WriteDone};
  Tag finished_{this, &ShardedStream::FinishDone};
  grpc::ByteBuffer incoming_;
  // Behind the one that is being written. Mostly empty, and then it holds no
  // memory: there are very many streams.
  std::list<grpc::ByteBuffer> outbox_;
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool finishing_ = false;
  bool done_ = false;
  absl::Status status_;
};

// The shards of a server, and the accepting of streams on each.
class StreamShards {
 public:
  // Asks gRPC for the next call of the method on a queue: the generated
  // service's Request… function of a raw method.
  using RequestCall =
      std::function<void(grpc::ServerContext*, ShardedStream::Io*,
                         grpc::ServerCompletionQueue*, void* tag)>;
  using MakeStream = std::function<std::shared_ptr<ShardedStream>()>;
  // Who opens a stream, when it may.
  using Admit = std::function<absl::StatusOr<Caller>(
      const grpc::ServerContextBase& context)>;

  StreamShards(int count, RequestCall request, Admit admit, MakeStream make);
  ~StreamShards();

  // Before the server is built.
  void AddQueues(grpc::ServerBuilder* builder);
  // When the server has started, on `port`.
  void Start(int port);
  // After the server's shutdown. Idempotent.
  void Stop();

 private:
  friend class ShardedStream;
  void AcceptNext(StreamShard* shard);

  const int count_;
  const RequestCall request_;
  const Admit admit_;
  const MakeStream make_;
  std::vector<std::unique_ptr<StreamShard>> shards_;
};

// For a process with very many connections: gRPC 1.51 otherwise holds at least
// 8 KiB for each while nothing comes. Call first of all in main.
void HoldLittleWhileWaiting();

}  // namespace wangge::rpc
