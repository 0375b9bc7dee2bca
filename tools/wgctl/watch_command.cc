#include <iostream>

#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "rpc/status.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using cases::v1::CaseService;

struct Options {
  std::string source;
  std::string cursor;
  int count = 0;
  bool acknowledge = false;
};

absl::Status WatchFeedback(Client& client, const Options& options) {
  const std::string identity = "source/" + options.source;
  ASSIGN_OR_RETURN(auto channel, client.Channel("cases", identity));
  const auto stub = CaseService::NewStub(channel);
  grpc::ClientContext context;
  cases::v1::WatchFeedbackRequest request;
  request.set_source_id(options.source);
  request.set_cursor(options.cursor);
  const auto reader = stub->WatchFeedback(&context, request);
  cases::v1::WatchFeedbackResponse page;
  int seen = 0;
  while ((options.count == 0 || seen < options.count) && reader->Read(&page)) {
    for (const auto& item : page.items()) {
      ++seen;
      std::cout << (client.settings().json ? ToJson(item)
                                           : DescribeFeedback(item))
                << std::endl;
    }
    if (options.acknowledge && !page.items().empty()) {
      cases::v1::AcknowledgeFeedbackRequest acknowledge;
      acknowledge.set_source_id(options.source);
      acknowledge.set_cursor(page.items(page.items_size() - 1).cursor());
      RETURN_IF_ERROR(
          (CallAs<CaseService>(client, "cases", identity, "",
                               &CaseService::Stub::AcknowledgeFeedback,
                               acknowledge))
              .status());
    }
  }
  if (options.count != 0 && seen >= options.count) {
    context.TryCancel();
    return absl::OkStatus();
  }
  return rpc::FromGrpc(reader->Finish());
}

absl::Status WatchEvents(Client& client, const Options& options) {
  ASSIGN_OR_RETURN(auto channel, client.Channel("cases", "admin/wgctl"));
  const auto stub = CaseService::NewStub(channel);
  grpc::ClientContext context;
  cases::v1::WatchEventsRequest request;
  request.set_cursor(options.cursor);
  request.set_from_now(options.cursor.empty());
  const auto reader = stub->WatchEvents(&context, request);
  cases::v1::WatchEventsResponse page;
  int seen = 0;
  while ((options.count == 0 || seen < options.count) && reader->Read(&page)) {
    for (const auto& event : page.events()) {
      ++seen;
      std::cout << (client.settings().json ? ToJson(event)
                                           : event.event().case_no() + "  " +
                                                 DescribeEvent(event.event()))
                << std::endl;
    }
  }
  if (options.count != 0 && seen >= options.count) {
    context.TryCancel();
    return absl::OkStatus();
  }
  return rpc::FromGrpc(reader->Finish());
}

absl::Status ListOwed(Client& client, const std::string& source) {
  cases::v1::ListOwedFeedbackRequest request;
  request.set_source_id(source);
  ASSIGN_OR_RETURN(
      const auto response,
      (CallAs<CaseService>(client, "cases", "admin/wgctl", "",
                           &CaseService::Stub::ListOwedFeedback, request)));
  for (const auto& owed : response.sources()) {
    std::cout << (client.settings().json
                      ? ToJson(owed)
                      : absl::StrFormat("%-12s owed %5d%s%s", owed.source_id(),
                                        owed.owed_count(),
                                        owed.has_oldest() ? "  since " : "",
                                        owed.has_oldest()
                                            ? FormatCity(FromProto(
                                                  owed.oldest().event_time()))
                                            : ""))
              << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddWatchCommand(CLI::App* app, const Settings* settings) {
  static Options options;
  auto* owed = app->add_subcommand(
      "owed", "What sources have been told and have not acknowledged.");
  owed->add_option("--source", options.source, "Only this source");
  owed->footer("Example: wgctl owed --source 12345");
  OnChosen(owed, settings,
           [](Client& client) { return ListOwed(client, options.source); });
  auto* watch = app->add_subcommand(
      "watch", "Follow what a source is told, or all events.");
  watch->add_option("--source", options.source,
                    "Follow this source's feedback; all events else");
  watch->add_option("--cursor", options.cursor, "Resume after this cursor");
  watch->add_option("--count", options.count, "Stop after so many items");
  watch->add_flag("--acknowledge", options.acknowledge,
                  "Acknowledge what was printed");
  watch->footer("Example: wgctl watch --source 12345 --acknowledge");
  OnChosen(watch, settings, [](Client& client) {
    return options.source.empty() ? WatchEvents(client, options)
                                  : WatchFeedback(client, options);
  });
}

}  // namespace wangge::wgctl
