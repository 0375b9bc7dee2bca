// What proves that nothing was changed: `case verify`, `case roots`, `audit`.
#include <fstream>
#include <iostream>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "rpc/status.h"
#include "services/cases/domain/proof.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using cases::v1::CaseService;

// Roots by day, as `day leaves root` lines that somebody has kept.
absl::StatusOr<std::map<std::string, std::string>> ReadRoots(
    const std::string& path) {
  std::map<std::string, std::string> roots;
  if (path.empty()) return roots;
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(path + ": cannot be read");
  std::string day, leaves, root;
  while (file >> day >> leaves >> root) roots[day] = root;
  return roots;
}

// The roots that the proof leads to must be those that were kept.
absl::Status CompareRoots(const cases::v1::GetCaseProofResponse& proof,
                          const std::map<std::string, std::string>& kept) {
  if (kept.empty()) return absl::OkStatus();
  for (int i = 0; i < proof.events_size(); ++i) {
    const auto& way = proof.events(i).proof();
    if (way.day().empty()) continue;
    const auto root = kept.find(way.day());
    if (root == kept.end() || root->second != ToHex(way.root())) {
      return absl::DataLossError(
          absl::StrCat("event ", i + 1, ": the root of ", way.day(), " is ",
                       ToHex(way.root()), ", kept was ",
                       root == kept.end() ? "none" : root->second));
    }
  }
  return absl::OkStatus();
}

absl::Status Verify(Client& client, const std::string& case_no,
                    const std::string& roots_file) {
  ASSIGN_OR_RETURN(const auto kept, ReadRoots(roots_file));
  cases::v1::GetCaseProofRequest request;
  request.set_case_no(case_no);
  ASSIGN_OR_RETURN(
      const auto proof,
      (CallAs<CaseService>(client, "cases", "admin/wgctl", "",
                           &CaseService::Stub::GetCaseProof, request)));
  // Here and not by an RPC: what the server says of itself proves nothing.
  RETURN_IF_ERROR(cases::Prove(proof));
  RETURN_IF_ERROR(CompareRoots(proof, kept));
  int rooted = 0;
  for (const auto& event : proof.events()) rooted += event.has_proof();
  if (client.settings().json) {
    std::cout << ToJson(proof) << "\n";
    return absl::OkStatus();
  }
  std::cout << case_no << "  proved: " << proof.events_size()
            << " events, each naming the one before; " << rooted
            << " lead to the Merkle root of their day"
            << (kept.empty() ? "" : ", as it was kept") << "\n"
            << "head " << ToHex(proof.case_().chain_hash()) << "\n";
  return absl::OkStatus();
}

absl::Status ListRoots(Client& client, const std::string& first_day) {
  cases::v1::ListDailyRootsRequest request;
  request.set_first_day(first_day);
  ASSIGN_OR_RETURN(
      const auto response,
      (CallAs<CaseService>(client, "cases", "admin/wgctl", "",
                           &CaseService::Stub::ListDailyRoots, request)));
  for (const auto& root : response.roots()) {
    if (client.settings().json) {
      std::cout << ToJson(root) << "\n";
    } else {
      std::cout << root.day() << " " << root.leaf_count() << " "
                << ToHex(root.root()) << "\n";
    }
  }
  return absl::OkStatus();
}

absl::Status Audit(Client& client, const std::string& case_no) {
  ASSIGN_OR_RETURN(auto channel, client.Channel("cases", "admin/wgctl"));
  const auto stub = CaseService::NewStub(channel);
  grpc::ClientContext context;
  cases::v1::AuditCasesRequest request;
  request.set_case_no(case_no);
  const auto reader = stub->AuditCases(&context, request);
  cases::v1::AuditCasesResponse page;
  Progress progress("cases", 0);
  int64_t findings = 0;
  while (reader->Read(&page)) {
    progress.Set(page.case_count());
    for (const auto& finding : page.findings()) {
      ++findings;
      std::cout << (client.settings().json
                        ? ToJson(finding)
                        : absl::StrCat(
                              absl::AsciiStrToLower(Short(
                                  cases::v1::FindingKind_Name(finding.kind()),
                                  "FINDING_KIND_")),
                              "  ", finding.subject(), "  ", finding.text()))
                << "\n";
    }
  }
  RETURN_IF_ERROR(rpc::FromGrpc(reader->Finish()));
  if (!page.finished()) {
    return absl::UnavailableError("the audit ended early; run it again");
  }
  if (!client.settings().json) {
    std::cout << page.case_count() << " cases, " << page.event_count()
              << " events: "
              << (findings == 0 ? "clean" : absl::StrCat(findings, " findings"))
              << "\n";
  }
  return findings == 0 ? absl::OkStatus()
                       : absl::DataLossError("the audit has findings");
}

}  // namespace

void AddProofCommands(CLI::App* app, CLI::App* case_command,
                      const Settings* settings) {
  static std::string case_no;
  static std::string roots_file;
  static std::string first_day;
  auto* verify = case_command->add_subcommand(
      "verify",
      "Prove a case's timeline, or name the first link that is broken.");
  verify->add_option("case_no", case_no, "Case number")->required();
  verify->add_option("--roots", roots_file,
                     "Daily roots that were kept, as `case roots` prints them");
  verify->footer(
      "Example: wgctl case verify 410103-20261123-001000 --roots roots.txt");
  OnChosen(verify, settings,
           [](Client& client) { return Verify(client, case_no, roots_file); });
  auto* roots = case_command->add_subcommand(
      "roots", "Print the daily Merkle roots: `day events root` a line.");
  roots->add_option("--from", first_day, "First day, YYYY-MM-DD");
  roots->footer("Example: wgctl case roots --from 2026-11-01 >> roots.txt");
  OnChosen(roots, settings,
           [](Client& client) { return ListRoots(client, first_day); });
  auto* audit = app->add_subcommand(
      "audit",
      "Fold every case's events again and compare rows, links, timers, feeds.");
  audit->add_option("case_no", case_no, "Only this case");
  audit->footer("Example: wgctl audit");
  OnChosen(audit, settings,
           [](Client& client) { return Audit(client, case_no); });
}

}  // namespace wangge::wgctl
