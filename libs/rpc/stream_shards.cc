#include "rpc/stream_shards.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "rpc/connection_limits.h"
#include "rpc/status.h"

namespace wangge::rpc {
namespace {

// Calls that each shard waits for. gRPC offers a call to the shard of its
// connection first: while that one waits for enough of them, the streams of a
// connection share a thread and do not contend for it.
constexpr int kAccepting = 256;
// Of a read buffer, while nothing comes.
constexpr int kReadBytes = 512;
// Segments as on Ethernet.
constexpr ConnectionLimits kConnectionLimits = {.send_buffer_bytes = 64 << 10,
                                                .segment_bytes = 1'448};

}  // namespace

StreamShard::StreamShard(std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : queue_(std::move(queue)) {}

void StreamShard::Post(std::function<void()> task) {
  MutexLock lock(&mutex_);
  if (stopped_) return;
  tasks_.push_back(std::move(task));
  if (std::exchange(armed_, true)) return;
  alarm_.Set(queue_.get(), std::chrono::system_clock::now(),
             static_cast<CompletionTag*>(this));
}

void StreamShard::Start() {
  thread_ = std::thread([this] { Run(); });
}

void StreamShard::Stop() {
  {
    MutexLock lock(&mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  queue_->Shutdown();
  if (thread_.joinable()) thread_.join();
}

void StreamShard::Run() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) static_cast<CompletionTag*>(tag)->Done(ok);
}

void StreamShard::Done(bool) {
  std::vector<std::function<void()>> tasks;
  {
    MutexLock lock(&mutex_);
    armed_ = false;
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
}

ShardedStream::ShardedStream(size_t max_outbox) : max_outbox_(max_outbox) {}

void ShardedStream::Accepted(bool ok) {
  const auto self = shared_from_this();
  if (!ok) {  // The server ends.
    self_.reset();
    return;
  }
  shards_->AcceptNext(shard_);
  auto caller = shards_->admit_(context_);
  if (!caller.ok()) {
    Close(caller.status());
    return;
  }
  caller_ = *std::move(caller);
  begun_ = true;
  OnBegin();
}

void ShardedStream::ReadNext() {
  if (closing_ || reading_) return;
  reading_ = true;
  io_.Read(&incoming_, static_cast<CompletionTag*>(&read_));
}

void ShardedStream::ReadDone(bool ok) {
  const auto self = shared_from_this();
  reading_ = false;
  if (closing_) {
    EndWhenIdle();
  } else if (ok) {
    OnMessage(std::exchange(incoming_, grpc::ByteBuffer()));
  } else {
    OnReadsEnd();
  }
}

bool ShardedStream::Send(grpc::ByteBuffer message) {
  if (closing_) return false;
  if (outbox_size() >= max_outbox_) {
    OnSlowReader();
    return false;
  }
  if (writing_) {
    outbox_.emplace_back().Swap(&message);  // It has no move.
  } else {
    Write(message);
  }
  return true;
}

void ShardedStream::Write(const grpc::ByteBuffer& message) {
  writing_ = true;
  io_.Write(message, static_cast<CompletionTag*>(&written_));
}

void ShardedStream::WriteDone(bool ok) {
  const auto self = shared_from_this();
  writing_ = false;
  if (!ok) {
    outbox_.clear();
    Close(absl::CancelledError("the client went away"));
  }
  if (!outbox_.empty()) {
    Write(outbox_.front());
    outbox_.pop_front();
  } else if (closing_) {
    FinishWhenIdle();
    EndWhenIdle();
    return;
  }
  if (!closing_) OnRoom();
}

void ShardedStream::Close(const absl::Status& status) {
  if (std::exchange(closing_, true)) return;
  status_ = status;
  // A write in flight must end first; what waits behind it is dropped on
  // errors, for the reader resumes.
  if (!status.ok()) outbox_.clear();
  FinishWhenIdle();
}

void ShardedStream::FinishWhenIdle() {
  if (writing_ || std::exchange(finishing_, true)) return;
  io_.Finish(ToGrpc(status_), static_cast<CompletionTag*>(&finished_));
}

void ShardedStream::FinishDone(bool) {
  const auto self = shared_from_this();
  done_ = true;
  EndWhenIdle();
}

void ShardedStream::EndWhenIdle() {
  if (!done_ || reading_ || writing_ || self_ == nullptr) return;
  if (begun_) OnEnd();
  self_.reset();
}

StreamShards::StreamShards(int count, RequestCall request, Admit admit,
                           MakeStream make)
    : count_(count),
      request_(std::move(request)),
      admit_(std::move(admit)),
      make_(std::move(make)) {}

StreamShards::~StreamShards() { Stop(); }

void HoldLittleWhileWaiting() {
  setenv("GRPC_EXPERIMENTS", "-tcp_read_chunks", /*overwrite=*/0);
}

void StreamShards::AddQueues(grpc::ServerBuilder* builder) {
  // What each of very many connections holds while it waits. gRPC makes the
  // buffer larger by itself where much comes; nobody asks for the rest.
  builder->AddChannelArgument(GRPC_ARG_TCP_READ_CHUNK_SIZE, kReadBytes);
  builder->AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  builder->AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  for (int i = 0; i < count_; ++i) {
    shards_.push_back(
        std::make_unique<StreamShard>(builder->AddCompletionQueue()));
  }
}

void StreamShards::Start(int port) {
  LimitConnections(port, kConnectionLimits);
  for (const auto& shard : shards_) {
    for (int i = 0; i < kAccepting; ++i) AcceptNext(shard.get());
    shard->Start();
  }
}

void StreamShards::Stop() {
  for (const auto& shard : shards_) shard->Stop();
}

void StreamShards::AcceptNext(StreamShard* shard) {
  const std::shared_ptr<ShardedStream> stream = make_();
  stream->shard_ = shard;
  stream->shards_ = this;
  stream->self_ = stream;
  request_(&stream->context_, &stream->io_, shard->queue(),
           static_cast<CompletionTag*>(&stream->accepted_));
}

}  // namespace wangge::rpc
