#include <iostream>

#include "base/clock.h"
#include "base/status_macros.h"
#include "base/uuid.h"
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

struct InstructOptions {
  std::string officer;
  std::string grid;
  std::string title;
  std::string text;
  std::string mode = "ACTUAL";
  std::string post;
  std::string release;
  double hours = 24;
};

std::string Describe(const command::v1::Delivery& d) {
  return FormatCity(FromProto(d.create_time())) + "  " +
         Short(command::v1::DeliveryKind_Name(d.kind()), "DELIVERY_KIND_") +
         "  " +
         (d.mode() == command::v1::INSTRUCTION_MODE_EXERCISE ? "【演练】"
                                                             : "") +
         d.subject_id() + "  " + d.title() + "  " + d.text();
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

absl::Status Print(Client& client,
                   const absl::StatusOr<command::v1::Instruction>& result) {
  if (!result.ok()) return result.status();
  if (client.settings().json) {
    std::cout << ToJson(*result) << "\n";
    return absl::OkStatus();
  }
  std::cout << "instruction " << result->instruction_id() << "  "
            << Short(command::v1::InstructionState_Name(result->state()),
                     "INSTRUCTION_STATE_");
  if (result->has_reach()) {
    std::cout << "  audience " << result->reach().audience_count()
              << ", delivered " << result->reach().delivered_count();
  } else {
    std::cout << "\nAnother person must release it: wgctl instruct --officer "
                 "ID --release "
              << result->instruction_id();
  }
  std::cout << "\n";
  return absl::OkStatus();
}

absl::Status Instruct(Client& client, const InstructOptions& o) {
  if (!o.release.empty()) {
    command::v1::ReleaseInstructionRequest request;
    request.set_request_id(NewUuid());
    request.set_instruction_id(o.release);
    return Print(client,
                 CallAs<CommandService>(
                     client, "command", "gateway/app", o.officer,
                     &CommandService::Stub::ReleaseInstruction, request));
  }
  command::v1::CreateInstructionRequest request;
  request.set_request_id(NewUuid());
  request.set_title(o.title);
  request.set_text(o.text);
  request.mutable_audience()->set_subtree_grid_id(o.grid);
  if (!o.post.empty()) request.mutable_audience()->add_posts(o.post);
  command::v1::InstructionMode mode = command::v1::INSTRUCTION_MODE_UNSPECIFIED;
  command::v1::InstructionMode_Parse("INSTRUCTION_MODE_" + o.mode, &mode);
  request.set_mode(mode);
  *request.mutable_expire_time() =
      ToProto(absl::Now() + absl::Hours(1) * o.hours);
  return Print(client, CallAs<CommandService>(
                           client, "command", "gateway/app", o.officer,
                           &CommandService::Stub::CreateInstruction, request));
}

}  // namespace

void AddInboxCommands(CLI::App* app, const Settings* settings) {
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

  static InstructOptions o;
  auto* instruct = app->add_subcommand(
      "instruct",
      "Write an instruction to a part of the city, or release one.");
  instruct
      ->add_option("--officer", o.officer,
                   "Who writes or releases: a dispatcher's id")
      ->required();
  instruct->add_option("--grid", o.grid, "Everybody in this grid and below");
  instruct->add_option("--title", o.title, "Headline");
  instruct->add_option("--text", o.text, "Body");
  instruct->add_option("--mode", o.mode, "ACTUAL, EXERCISE or TEST");
  instruct->add_option("--post", o.post, "Only holders of this post");
  instruct->add_option("--hours", o.hours, "Expires after so many hours");
  instruct->add_option("--release", o.release,
                       "Release this instruction instead");
  instruct->footer(
      "Example: wgctl instruct --officer o000005 --grid s1 --title 防汛 "
      "--text '今晚有雨，请排查低洼处' --mode EXERCISE");
  OnChosen(instruct, settings,
           [](Client& client) { return Instruct(client, o); });
}

}  // namespace wangge::wgctl
