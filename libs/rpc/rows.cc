#include "rpc/rows.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace wangge::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using RpcMethod = grpc::internal::RpcMethod;

bool ClientStreams(const Row& row) {
  return row.type == RpcMethod::CLIENT_STREAMING ||
         row.type == RpcMethod::BIDI_STREAMING;
}

bool ServerStreams(const Row& row) {
  return row.type == RpcMethod::SERVER_STREAMING ||
         row.type == RpcMethod::BIDI_STREAMING;
}

// What is wrong with a row, of the method that it is for; empty: nothing.
std::string FaultOf(const Row& row, const MethodDescriptor& method) {
  if (row.request != nullptr && row.request != method.input_type()) {
    return absl::StrCat("reads ", row.request->full_name(), ", not ",
                        method.input_type()->full_name());
  }
  if (row.response != nullptr && row.response != method.output_type()) {
    return absl::StrCat("answers ", row.response->full_name(), ", not ",
                        method.output_type()->full_name());
  }
  if (ClientStreams(row) != method.client_streaming() ||
      ServerStreams(row) != method.server_streaming()) {
    return "does not stream as its method does";
  }
  return "";
}

// All that rows and descriptor do not agree on.
std::vector<std::string> FaultsOf(const ServiceDescriptor& service,
                                  const std::vector<Row>& rows) {
  std::vector<std::string> faults;
  std::map<std::string, int> counts;
  for (const Row& row : rows) {
    ++counts[row.method];
    const MethodDescriptor* method = service.FindMethodByName(row.method);
    const std::string fault = method == nullptr
                                  ? "is no method of the service; remove it"
                                  : FaultOf(row, *method);
    if (!fault.empty()) {
      faults.push_back(absl::StrCat("row ", row.method, " ", fault));
    }
  }
  for (const auto& [method, count] : counts) {
    if (count > 1) {
      faults.push_back(
          absl::StrCat("method ", method, " has ", count, " rows; keep one"));
    }
  }
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string& method = service.method(i)->name();
    if (!counts.contains(method)) {
      faults.push_back(
          absl::StrCat("method ", method, " has no row; add one to its room"));
    }
  }
  return faults;
}

}  // namespace

namespace internal {

absl::StatusOr<Call> AdmitStream(const Runtime& runtime,
                                 const grpc::ServerContextBase& context,
                                 const std::string& name) {
  ASSIGN_OR_RETURN(Caller caller, rpc::AdmitStream(runtime, context, name));
  return Call{std::move(caller), absl::FromChrono(context.deadline())};
}

}  // namespace internal

absl::StatusOr<std::unique_ptr<RowService>> RowService::Create(
    Runtime* runtime, const std::string& service,
    std::initializer_list<std::vector<Row>> rooms) {
  std::vector<Row> rows;
  for (const auto& room : rooms) {
    rows.insert(rows.end(), room.begin(), room.end());
  }
  const ServiceDescriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          service);
  if (descriptor == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("no proto has a service `", service, "`"));
  }
  const auto faults = FaultsOf(*descriptor, rows);
  if (!faults.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(service, ": ", absl::StrJoin(faults, "; ")));
  }
  return std::unique_ptr<RowService>(
      new RowService(runtime, service, std::move(rows)));
}

RowService::RowService(Runtime* runtime, std::string name,
                       std::vector<Row> rows)
    : runtime_(*runtime), name_(std::move(name)) {
  for (size_t i = 0; i < rows.size(); ++i) {
    Row& row = rows[i];
    const int index = static_cast<int>(i);
    const std::string& full_name =
        full_names_.emplace_back(absl::StrCat("/", name_, "/", row.method));
    AddMethod(new grpc::internal::RpcServiceMethod(full_name.c_str(), row.type,
                                                   nullptr));
    if (row.make_stream != nullptr) {
      MarkMethodRaw(index);
      sharded_method_ = index;
      make_stream_ = std::move(row.make_stream);
    } else if (row.raw) {
      MarkMethodRawCallback(index, row.make_handler(runtime, full_name));
    } else {
      MarkMethodCallback(index, row.make_handler(runtime, full_name));
    }
  }
}

StreamShards* RowService::Shards(int count) {
  if (make_stream_ == nullptr) return nullptr;
  if (shards_ == nullptr) {
    shards_ = std::make_unique<StreamShards>(
        count,
        [this](grpc::ServerContext* context, ShardedStream::Io* io,
               grpc::ServerCompletionQueue* queue, void* tag) {
          RequestAsyncBidiStreaming(sharded_method_, context, io, queue, queue,
                                    tag);
        },
        [this](const grpc::ServerContextBase& context) {
          return AdmitStream(runtime_, context,
                             full_names_[static_cast<size_t>(sharded_method_)]);
        },
        make_stream_);
  }
  return shards_.get();
}

}  // namespace wangge::rpc
