// Any unary method of any service, with JSON in and out: what has no command of
// its own.
#include <future>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "rpc/status.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"

namespace wangge::wgctl {
namespace {

using google::protobuf::Message;

const google::protobuf::MethodDescriptor* FindMethod(
    const std::string& service, const std::string& method) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const auto* file = pool->FindFileByName(
      absl::StrCat("wangge/", service, "/v1/", service, ".proto"));
  for (int i = 0; file != nullptr && i < file->service_count(); ++i) {
    const auto* found = file->service(i)->FindMethodByName(method);
    if (found != nullptr) return found;
  }
  return nullptr;
}

std::unique_ptr<Message> New(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(type)
          ->New());
}

absl::Status Send(Client& client, const std::string& service,
                  const std::string& identity, const std::string& officer,
                  const std::string& path, const Message& request,
                  Message* response) {
  ASSIGN_OR_RETURN(auto channel, client.Channel(service, identity));
  ASSIGN_OR_RETURN(const std::string token, client.Token(officer));
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(client.Deadline()));
  if (!token.empty()) context.AddMetadata(rpc::kTokenKey, token);
  const grpc::Slice slice(request.SerializeAsString());
  grpc::ByteBuffer in(&slice, 1);
  grpc::ByteBuffer out;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, path, {}, &in, &out, [&](grpc::Status status) {
    done.set_value(std::move(status));
  });
  RETURN_IF_ERROR(rpc::FromGrpc(done.get_future().get()));
  return rpc::FromGrpc(
      grpc::SerializationTraits<Message>::Deserialize(&out, response));
}

absl::Status Run(Client& client, const std::string& target,
                 const std::string& json, const std::string& identity,
                 const std::string& officer) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(target, absl::MaxSplits('.', 1));
  const auto* method = FindMethod(parts.first, parts.second);
  if (method == nullptr || method->client_streaming() ||
      method->server_streaming()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", target, "` is no unary method; try cases.AcceptAssignment"));
  }
  const auto request = New(method->input_type());
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(json, request.get());
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the JSON is not a ", method->input_type()->name(), ": ",
                     parsed.message().as_string()));
  }
  const auto* id = method->input_type()->FindFieldByName("request_id");
  if (id != nullptr &&
      request->GetReflection()->GetString(*request, id).empty()) {
    request->GetReflection()->SetString(request.get(), id, NewUuid());
  }
  const auto response = New(method->output_type());
  RETURN_IF_ERROR(Send(
      client, parts.first, identity, officer,
      absl::StrCat("/", method->service()->full_name(), "/", method->name()),
      *request, response.get()));
  std::cout << ToJson(*response) << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddCallCommand(CLI::App* app, const Settings* settings) {
  static std::string target;
  static std::string json = "{}";
  static std::string identity = "gateway/app";
  static std::string officer;
  auto* call = app->add_subcommand(
      "call", "Call any unary method, as an officer, a source or a service.");
  call->add_option("method", target, "service.Method")->required();
  call->add_option("request", json,
                   "Request as JSON; a missing request_id is made up");
  call->add_option("--as", identity, "Certificate: source/110, gateway/app …");
  call->add_option("--officer", officer, "Officer to speak for");
  call->footer(
      "Example: wgctl call cases.AcceptAssignment '{\"case_no\": "
      "\"410103-20261123-001000\"}' --officer o000123");
  OnChosen(call, settings, [](Client& client) {
    return Run(client, target, json, identity, officer);
  });
}

}  // namespace wangge::wgctl
