#include <algorithm>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using cases::v1::Batch;
using cases::v1::BatchService;

constexpr size_t kMaxAtOnce = 10'000;

struct BatchOptions {
  std::string batch_id, officer, title, unit, due, csv, note;
};

// Reads as the administrator, or does as an officer.
template <typename Request, typename Response>
absl::StatusOr<Response> CallBatch(
    Client& client, const std::string& officer,
    grpc::Status (BatchService::Stub::*method)(grpc::ClientContext*,
                                               const Request&, Response*),
    const Request& request) {
  return CallAs<BatchService>(client, "cases",
                              officer.empty() ? "admin/wgctl" : "gateway/app",
                              officer, method, request);
}

void Print(const Client& client, const Batch& batch) {
  if (client.settings().json) {
    std::cout << ToJson(batch) << "\n";
    return;
  }
  std::cout << batch.batch_id() << "  " << batch.root_cause() << "  "
            << batch.category_code() << "  " << batch.case_count()
            << " cases\n";
  if (!batch.has_programme()) return;
  const auto& programme = batch.programme();
  std::cout << "  " << programme.title() << "  " << programme.unit_id()
            << "  until " << programme.due_day() << "  "
            << programme.remaining_count() << " of " << programme.item_count()
            << " remain\n";
  for (const auto& tranche : programme.tranches()) {
    std::cout << "  tranche " << tranche.tranche_number() << "  "
              << FormatCity(FromProto(tranche.hand_over_time())) << "  "
              << tranche.item_count() << " to " << tranche.unit_id() << "  "
              << tranche.note() << "\n";
  }
}

absl::Status PrintResult(const Client& client,
                         const absl::StatusOr<Batch>& batch) {
  if (batch.ok()) Print(client, *batch);
  return batch.status();
}

absl::Status ListBatches(Client& client) {
  ASSIGN_OR_RETURN(const auto response,
                   CallBatch(client, "", &BatchService::Stub::ListBatches,
                             cases::v1::ListBatchesRequest()));
  for (const Batch& batch : response.batches()) Print(client, batch);
  return absl::OkStatus();
}

absl::Status ShowBatch(Client& client, const BatchOptions& o) {
  cases::v1::GetBatchRequest request;
  request.set_batch_id(o.batch_id);
  return PrintResult(
      client, CallBatch(client, "", &BatchService::Stub::GetBatch, request));
}

absl::Status StartProgramme(Client& client, const BatchOptions& o) {
  cases::v1::StartProgrammeRequest request;
  request.set_batch_id(o.batch_id);
  request.set_title(o.title);
  request.set_unit_id(o.unit);
  request.set_due_day(o.due);
  return PrintResult(
      client, CallBatch(client, o.officer, &BatchService::Stub::StartProgramme,
                        request));
}

absl::StatusOr<std::vector<cases::v1::InventoryItem>> ReadItems(
    const std::string& path, const std::vector<std::string>& required) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  ASSIGN_OR_RETURN(const CsvTable table,
                   CsvTable::Parse(path, content, required));
  std::vector<cases::v1::InventoryItem> items;
  for (const auto& row : table.rows()) {
    cases::v1::InventoryItem& item = items.emplace_back();
    item.set_item_id(row.Get("item_id"));
    item.set_name(row.Get("name"));
    item.set_address(row.Get("address"));
    item.set_district_code(row.Get("district_code"));
  }
  if (items.empty()) {
    return absl::InvalidArgumentError(path + ": has no rows");
  }
  return items;
}

// Parts that one call may have, one after the other: each is all or nothing,
// and a second run leaves out what is there.
absl::Status ImportInventory(Client& client, const BatchOptions& o) {
  ASSIGN_OR_RETURN(const auto items, ReadItems(o.csv, {"item_id", "name"}));
  Progress progress("items", items.size());
  Batch batch;
  for (size_t begin = 0; begin < items.size(); begin += kMaxAtOnce) {
    const size_t end = std::min(begin + kMaxAtOnce, items.size());
    cases::v1::ImportInventoryRequest request;
    request.set_batch_id(o.batch_id);
    for (size_t i = begin; i < end; ++i) *request.add_items() = items[i];
    ASSIGN_OR_RETURN(batch,
                     CallBatch(client, o.officer,
                               &BatchService::Stub::ImportInventory, request));
    progress.Set(end);
  }
  Print(client, batch);
  return absl::OkStatus();
}

absl::Status HandOver(Client& client, const BatchOptions& o) {
  ASSIGN_OR_RETURN(const auto items, ReadItems(o.csv, {"item_id"}));
  cases::v1::HandOverTrancheRequest request;
  request.set_batch_id(o.batch_id);
  request.set_request_id(NewUuid());
  request.set_unit_id(o.unit);
  request.set_note(o.note);
  for (const auto& item : items) request.add_item_ids(item.item_id());
  return PrintResult(
      client, CallBatch(client, o.officer, &BatchService::Stub::HandOverTranche,
                        request));
}

// As CSV, so that its first lines are the next tranche.
absl::Status PrintRemaining(Client& client, const BatchOptions& o) {
  cases::v1::ListInventoryRequest request;
  request.set_batch_id(o.batch_id);
  request.set_remaining(true);
  request.set_page_size(1000);
  if (!client.settings().json) {
    std::cout << "item_id,name,address,district_code\n";
  }
  do {
    ASSIGN_OR_RETURN(
        const auto page,
        CallBatch(client, "", &BatchService::Stub::ListInventory, request));
    for (const auto& item : page.items()) {
      std::cout << (client.settings().json
                        ? ToJson(item)
                        : absl::StrCat(CsvQuote(item.item_id()), ",",
                                       CsvQuote(item.name()), ",",
                                       CsvQuote(item.address()), ",",
                                       CsvQuote(item.district_code())))
                << "\n";
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

void AddBatchCommands(CLI::App* app, const Settings* settings) {
  static BatchOptions o;
  auto* batch = app->add_subcommand(
      "batch", "Batches of like cases, and programmes with an inventory.");
  batch->require_subcommand(1);
  const auto add = [&](const char* name, const char* help,
                       absl::Status (*run)(Client&, const BatchOptions&)) {
    auto* command = batch->add_subcommand(name, help);
    command->add_option("batch", o.batch_id, "Batch")->required();
    OnChosen(command, settings,
             [run](Client& client) { return run(client, o); });
    return command;
  };
  const auto officer = [](CLI::App* command) {
    command->add_option("--officer", o.officer, "The dispatcher who acts")
        ->required();
  };
  OnChosen(batch->add_subcommand("list", "The newest batches."), settings,
           [](Client& client) { return ListBatches(client); });
  add("show", "A batch, its programme and what was handed over.", ShowBatch);
  auto* start = add("start", "Make a programme of a batch.", StartProgramme);
  start->add_option("--title", o.title, "Title")->required();
  start->add_option("--unit", o.unit, "The unit that answers for it")
      ->required();
  start->add_option("--due", o.due, "Last day, YYYY-MM-DD")->required();
  officer(start);
  auto* import = add("import", "Add to the inventory.", ImportInventory);
  import
      ->add_option("--csv", o.csv,
                   "File with item_id, name and, if known, address and "
                   "district_code")
      ->required();
  officer(import);
  import->footer(
      "Example: wgctl batch import BATCH --csv lights.csv --officer o000007");
  auto* hand_over =
      add("hand-over", "Hand items over: the next tranche.", HandOver);
  hand_over->add_option("--csv", o.csv, "File with item_id")->required();
  hand_over->add_option("--unit", o.unit, "The unit that takes over")
      ->required();
  hand_over->add_option("--note", o.note, "What was agreed");
  officer(hand_over);
  hand_over->footer(
      "Example: wgctl batch remaining BATCH | head -1001 > tranche.csv\n"
      "         wgctl batch hand-over BATCH --csv tranche.csv --unit "
      "traffic-police --officer o000007");
  add("remaining", "What was not handed over yet, as CSV.", PrintRemaining);
}

}  // namespace wangge::wgctl
