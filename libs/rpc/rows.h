// How an RPC is declared: one row, which everything that must know the method
// reads (the server, the checks at the start, metrics, logs).
//
//   std::vector<rpc::Row> BatchRows(Batches* batches) {
//     return rpc::RowsOf(batches, {
//         {"GetBatch", Validate, &GetBatch, rpc::kWorker},
//         {"WatchBatch", Validate, &WatchBatch, rpc::kServerStream},
//     });
//   }
//
// A handler is a free function in the room that owns it; its first parameter is
// the room. The last word of a row says where the handler runs; a handler of
// another form does not compile.
//
//   kWorker        StatusOr<Response>(Room&, const Call&, const Request&)
//                  on a thread of the runtime's executor: it may block.
//   kAsync         void(Room&, const Call&, const Request&, Reply<Response>)
//                  on gRPC's own thread: it must not block, and replies exactly
//                  once, from any thread. Call and request live until then.
//   kServerStream  StatusOr<shared_ptr<Stream>>(Room&, const Call&,
//                                               const Request&)
//                  on gRPC's own thread. Stream derives from ServerStream of
//                  the response, or of grpc::ByteBuffer for bytes that many
//                  share.
//   kClientStream  StatusOr<shared_ptr<Stream>>(Room&, const Call&), Stream
//                  derives from ClientStream.
//   kBidiStream    the same, of BidiStream.
//   kShardedStream shared_ptr<ShardedStream>(Room&), for streams by the ten
//                  thousand; see stream_shards.h.
#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/impl/codegen/rpc_service_method.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/support/method_handler.h"
#include "rpc/bytes.h"
#include "rpc/stream.h"
#include "rpc/stream_shards.h"
#include "rpc/unary.h"

namespace wangge::rpc {

inline constexpr struct WorkerTag {
} kWorker;
inline constexpr struct AsyncTag {
} kAsync;
inline constexpr struct ServerStreamTag {
} kServerStream;
inline constexpr struct ClientStreamTag {
} kClientStream;
inline constexpr struct BidiStreamTag {
} kBidiStream;
inline constexpr struct ShardedStreamTag {
} kShardedStream;

// One method, bound to its room.
struct Row {
  using Handler = grpc::internal::MethodHandler;

  std::string method;  // `GetCase`.
  grpc::internal::RpcMethod::RpcType type;
  // What it reads and writes; null: raw bytes, or nothing but a stream's.
  const google::protobuf::Descriptor* request = nullptr;
  const google::protobuf::Descriptor* response = nullptr;
  // True when requests and responses are handed on as bytes.
  bool raw = false;
  // Makes what gRPC calls; `name` is the full method name. Null for shards.
  std::function<Handler*(Runtime* runtime, const std::string& name)>
      make_handler = nullptr;
  // For shards: makes a stream that waits for its call. Else null.
  std::function<std::shared_ptr<ShardedStream>()> make_stream = nullptr;
};

namespace internal {

// The descriptor of a message; null for bytes.
template <typename Message>
const google::protobuf::Descriptor* DescriptorOf() {
  if constexpr (std::is_same_v<Message, grpc::ByteBuffer>) {
    return nullptr;
  } else {
    return Message::descriptor();
  }
}

// Who calls, until when; or why not.
absl::StatusOr<Call> AdmitStream(const Runtime& runtime,
                                 const grpc::ServerContextBase& context,
                                 const std::string& name);

// The reactor of the stream that `open` opens, or one that ends it with the
// error that it returned or, for method `name`, threw.
template <typename Reactor, typename Open>
Reactor* OpenStream(const std::string& name, const Open& open) {
  absl::Status status;
  try {
    auto stream = open();
    if (stream.ok()) {
      (*stream)->Begin(*stream);
      return stream->get();
    }
    status = stream.status();
  } catch (const std::exception& fault) {
    status = HandlerThrew(name, fault);
  }
  return new RefusedStream<Reactor>(status);
}

}  // namespace internal

// A row of a room, from what is written in a table.
template <typename Room>
class RowOf {
 public:
  template <typename Request, typename Response>
  RowOf(std::string method, absl::Status (*validate)(const Request&),
        absl::StatusOr<Response> (*handler)(Room&, const Call&, const Request&),
        WorkerTag, absl::Duration deadline_cap = kDeadlineCap)
      : row_(Unary<Request, Response>(std::move(method))),
        bind_([=](Row* row, Room* room) {
          row->make_handler = [=](Runtime* runtime, const std::string& name) {
            return HandlerOf(std::make_shared<Method<Request, Response>>(
                runtime, name, validate,
                [=](const Call& call, const Request& request) {
                  return handler(*room, call, request);
                },
                deadline_cap));
          };
        }) {}

  template <typename Request, typename Response>
  RowOf(std::string method, absl::Status (*validate)(const Request&),
        void (*handler)(Room&, const Call&, const Request&, Reply<Response>),
        AsyncTag, absl::Duration deadline_cap = kDeadlineCap)
      : row_(Unary<Request, Response>(std::move(method))),
        bind_([=](Row* row, Room* room) {
          row->make_handler = [=](Runtime* runtime, const std::string& name) {
            return HandlerOf(std::make_shared<Method<Request, Response>>(
                Method<Request, Response>::Async(
                    runtime, name, validate,
                    [=](const Call& call, const Request& request,
                        Reply<Response> reply) {
                      handler(*room, call, request, std::move(reply));
                    },
                    deadline_cap)));
          };
        }) {}

  template <typename Request, typename Stream>
  RowOf(std::string method, absl::Status (*validate)(const Request&),
        absl::StatusOr<std::shared_ptr<Stream>> (*handler)(Room&, const Call&,
                                                           const Request&),
        ServerStreamTag) {
    using Message = typename Stream::Message;
    constexpr bool kRaw = std::is_same_v<Message, grpc::ByteBuffer>;
    using Wire = std::conditional_t<kRaw, grpc::ByteBuffer, Request>;
    using Reactor = grpc::ServerWriteReactor<Message>;
    row_ = {std::move(method), grpc::internal::RpcMethod::SERVER_STREAMING,
            Request::descriptor(), internal::DescriptorOf<Message>(), kRaw};
    bind_ = [=](Row* row, Room* room) {
      row->make_handler = [=](Runtime* runtime, const std::string& name) {
        const auto open =
            [=](grpc::CallbackServerContext* context,
                const Wire* wire) -> absl::StatusOr<std::shared_ptr<Stream>> {
          ASSIGN_OR_RETURN(const Call call,
                           internal::AdmitStream(*runtime, *context, name));
          if constexpr (kRaw) {
            Request request;
            if (!FromBytes(*wire, &request)) return Unreadable();
            RETURN_IF_ERROR(validate(request));
            return handler(*room, call, request);
          } else {
            RETURN_IF_ERROR(validate(*wire));
            return handler(*room, call, *wire);
          }
        };
        return new grpc::internal::CallbackServerStreamingHandler<Wire,
                                                                  Message>(
            [=](grpc::CallbackServerContext* context, const Wire* wire) {
              return internal::OpenStream<Reactor>(
                  name, [&] { return open(context, wire); });
            });
      };
    };
  }

  template <typename Stream>
  RowOf(std::string method,
        absl::StatusOr<std::shared_ptr<Stream>> (*handler)(Room&, const Call&),
        ClientStreamTag) {
    using Request = typename Stream::Request;
    using Response = typename Stream::Response;
    using Reactor = grpc::ServerReadReactor<Request>;
    row_ = {std::move(method), grpc::internal::RpcMethod::CLIENT_STREAMING,
            Request::descriptor(), Response::descriptor()};
    bind_ = [=](Row* row, Room* room) {
      row->make_handler = [=](Runtime* runtime, const std::string& name) {
        const auto open =
            [=](grpc::CallbackServerContext* context,
                Response* response) -> absl::StatusOr<std::shared_ptr<Stream>> {
          ASSIGN_OR_RETURN(const Call call,
                           internal::AdmitStream(*runtime, *context, name));
          ASSIGN_OR_RETURN(auto stream, handler(*room, call));
          stream->AnswerInto(response);
          return stream;
        };
        return new grpc::internal::CallbackClientStreamingHandler<Request,
                                                                  Response>(
            [=](grpc::CallbackServerContext* context, Response* response) {
              return internal::OpenStream<Reactor>(
                  name, [&] { return open(context, response); });
            });
      };
    };
  }

  template <typename Stream>
  RowOf(std::string method,
        absl::StatusOr<std::shared_ptr<Stream>> (*handler)(Room&, const Call&),
        BidiStreamTag) {
    using Request = typename Stream::Request;
    using Response = typename Stream::Message;
    using Reactor = grpc::ServerBidiReactor<Request, Response>;
    row_ = {std::move(method), grpc::internal::RpcMethod::BIDI_STREAMING,
            Request::descriptor(), Response::descriptor()};
    bind_ = [=](Row* row, Room* room) {
      row->make_handler = [=](Runtime* runtime, const std::string& name) {
        const auto open = [=](grpc::CallbackServerContext* context)
            -> absl::StatusOr<std::shared_ptr<Stream>> {
          ASSIGN_OR_RETURN(const Call call,
                           internal::AdmitStream(*runtime, *context, name));
          return handler(*room, call);
        };
        return new grpc::internal::CallbackBidiHandler<Request, Response>(
            [=](grpc::CallbackServerContext* context) {
              return internal::OpenStream<Reactor>(
                  name, [&] { return open(context); });
            });
      };
    };
  }

  RowOf(std::string method, std::shared_ptr<ShardedStream> (*make)(Room&),
        ShardedStreamTag)
      : row_{std::move(method), grpc::internal::RpcMethod::BIDI_STREAMING,
             nullptr, nullptr, true},
        bind_([make](Row* row, Room* room) {
          row->make_stream = [make, room] { return make(*room); };
        }) {}

  Row Bind(Room* room) const {
    Row row = row_;
    bind_(&row, room);
    return row;
  }

 private:
  template <typename Request, typename Response>
  static Row Unary(std::string method) {
    return {std::move(method), grpc::internal::RpcMethod::NORMAL_RPC,
            Request::descriptor(), Response::descriptor()};
  }

  template <typename Request, typename Response>
  static Row::Handler* HandlerOf(
      std::shared_ptr<Method<Request, Response>> method) {
    return new grpc::internal::CallbackUnaryHandler<Request, Response>(
        [method = std::move(method)](grpc::CallbackServerContext* context,
                                     const Request* request,
                                     Response* response) {
          return method->Start(context, request, response);
        });
  }

  Row row_;
  std::function<void(Row* row, Room* room)> bind_;
};

// The rows of a room, which must outlive the service that they make.
template <typename Room>
std::vector<Row> RowsOf(
    Room* room, std::initializer_list<RowOf<std::type_identity_t<Room>>> rows) {
  std::vector<Row> bound;
  bound.reserve(rows.size());
  for (const auto& row : rows) bound.push_back(row.Bind(room));
  return bound;
}

// A gRPC service made of rows, of one room or of several.
class RowService final : public grpc::Service {
 public:
  // `service` is its full name, `wangge.cases.v1.CaseService`.
  // FAILED_PRECONDITION names every method that has no row, every row that has
  // no method or another form than its method, and every method with two rows.
  static absl::StatusOr<std::unique_ptr<RowService>> Create(
      Runtime* runtime, const std::string& service,
      std::initializer_list<std::vector<Row>> rooms);

  const std::string& name() const { return name_; }
  // The full names of its methods, `/wangge.cases.v1.CaseService/GetCase`.
  const std::deque<std::string>& methods() const { return full_names_; }
  // The shards of its sharded stream, of which it may have one; null when it
  // has none. `count` of them are made at the first call.
  StreamShards* Shards(int count);

 private:
  RowService(Runtime* runtime, std::string name, std::vector<Row> rows);

  Runtime& runtime_;
  const std::string name_;
  std::deque<std::string> full_names_;  // gRPC keeps pointers into them.
  std::function<std::shared_ptr<ShardedStream>()> make_stream_;
  int sharded_method_ = -1;
  std::unique_ptr<StreamShards> shards_;
};

}  // namespace wangge::rpc
