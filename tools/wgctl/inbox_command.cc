#include <iostream>

#include "base/clock.h"
#include "base/status_macros.h"
#include "rpc/identity.h"
#include "rpc/status.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using command::v1::CommandService;

struct InboxOptions {
  std::string officer;
  int count = 0;
  bool acknowledge = false;
};

std::string Describe(const command::v1::Delivery& d) {
  return FormatCity(FromProto(d.create_time())) + "  " +
         Short(command::v1::DeliveryKind_Name(d.kind()), "DELIVERY_KIND_") +
         "  " + d.subject_id() + "  " + d.title() + "  " + d.text();
}

absl::Status Inbox(Client& client, const InboxOptions& options) {
  ASSIGN_OR_RETURN(auto channel, client.Channel("command", "gateway/app"));
  ASSIGN_OR_RETURN(const std::string token, client.Token(options.officer));
  const auto stub = CommandService::NewStub(channel);
  grpc::ClientContext context;
  context.AddMetadata(rpc::kTokenKey, token);
  const auto stream = stub->Attach(&context);
  command::v1::AttachRequest request;
  request.add_join_recipient_ids(options.officer);
  stream->Write(request);
  command::v1::AttachResponse page;
  int seen = 0;
  while ((options.count == 0 || seen < options.count) && stream->Read(&page)) {
    command::v1::AttachRequest receipts;
    for (const auto& delivery : page.deliveries()) {
      ++seen;
      std::cout << (client.settings().json ? ToJson(delivery)
                                           : Describe(delivery))
                << std::endl;
      auto& receipt = *receipts.add_receipts();
      receipt.set_delivery_id(delivery.delivery_id());
      receipt.set_recipient_id(options.officer);
      receipt.set_kind(options.acknowledge
                           ? command::v1::RECEIPT_KIND_ACKNOWLEDGED
                           : command::v1::RECEIPT_KIND_DELIVERED);
    }
    if (!receipts.receipts().empty()) stream->Write(receipts);
  }
  stream->WritesDone();
  while (stream->Read(&page)) {
  }
  return rpc::FromGrpc(stream->Finish());
}

}  // namespace

void AddInboxCommand(CLI::App* app, const Settings* settings) {
  static InboxOptions inbox_options;
  auto* inbox = app->add_subcommand(
      "inbox", "Follow an officer's tasks and instructions.");
  inbox->add_option("--officer", inbox_options.officer, "Officer id")
      ->required();
  inbox->add_option("--count", inbox_options.count, "Stop after so many");
  inbox->add_flag("--acknowledge", inbox_options.acknowledge,
                  "Acknowledge what was printed; it does not come again");
  inbox->footer("Example: wgctl inbox --officer o000123 --acknowledge");
  OnChosen(inbox, settings,
           [](Client& client) { return Inbox(client, inbox_options); });
}

}  // namespace wangge::wgctl
