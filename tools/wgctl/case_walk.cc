#include "tools/wgctl/case_walk.h"

#include "base/clock.h"
#include "base/status_macros.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::wgctl {

using cases::v1::Case;
using cases::v1::CaseService;

absl::Status WalkCases(Client& client, absl::Time from, absl::Time to,
                       const std::function<absl::Status(const Case&)>& visit) {
  constexpr int kPage = 500;
  cases::v1::ListCasesRequest request;
  request.set_page_size(kPage);
  do {
    ASSIGN_OR_RETURN(
        const auto page,
        (CallAs<CaseService>(client, "cases", "admin/wgctl", "",
                             &CaseService::Stub::ListCases, request)));
    for (const Case& c : page.cases()) {
      const absl::Time time = FromProto(c.receive_time());
      if (time < from) return absl::OkStatus();
      if (time < to) RETURN_IF_ERROR(visit(c));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

routing::v1::Matter MatterOf(const Case& c) {
  routing::v1::Matter matter;
  matter.set_title(c.title());
  matter.set_text(c.text());
  matter.set_address(c.address());
  if (c.has_point()) *matter.mutable_point() = c.point();
  *matter.mutable_time() = c.receive_time();
  return matter;
}

}  // namespace wangge::wgctl
