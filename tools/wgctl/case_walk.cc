#include "tools/wgctl/case_walk.h"

#include "base/clock.h"
#include "base/status_macros.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using cases::v1::Case;
using cases::v1::CaseService;
using client::Client;

constexpr int kPage = 500;

// Calls `visit` with the cases that `request` asks for until it says to stop.
absl::Status Walk(
    Client& client, const std::string& officer,
    cases::v1::ListCasesRequest request,
    const std::function<absl::StatusOr<bool>(const Case&)>& visit) {
  request.set_page_size(kPage);
  do {
    ASSIGN_OR_RETURN(const auto page,
                     (client::CallAs<CaseService>(
                         client, "cases", client::PlannerIdentity(officer),
                         officer, &CaseService::Stub::ListCases, request)));
    for (const Case& c : page.cases()) {
      ASSIGN_OR_RETURN(const bool goes_on, visit(c));
      if (!goes_on) return absl::OkStatus();
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

absl::Status WalkCases(Client& client, const std::string& officer,
                       absl::Time from, absl::Time to, const VisitCase& visit) {
  return Walk(client, officer, {}, [&](const Case& c) -> absl::StatusOr<bool> {
    const absl::Time time = FromProto(c.receive_time());
    if (time < from) return false;
    if (time < to) RETURN_IF_ERROR(visit(c));
    return true;
  });
}

absl::Status WalkOpenCases(Client& client, const std::string& officer,
                           const VisitCase& visit) {
  cases::v1::ListCasesRequest request;
  request.set_open(true);
  return Walk(client, officer, request,
              [&](const Case& c) -> absl::StatusOr<bool> {
                RETURN_IF_ERROR(visit(c));
                return true;
              });
}

}  // namespace wangge::wgctl
