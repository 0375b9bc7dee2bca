#include "services/registry/change_sets.h"

#include <tuple>
#include <utility>

#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/registry/validate.h"

namespace wangge::registry {
namespace {

// Whether a caller may change the city: the city's engineers, whom the policy
// lets in, and people of operation centres, who plan the grids.
absl::Status RequireEditor(const CityPtr& city, const rpc::Caller& caller) {
  if (caller.officer_id.empty()) return absl::OkStatus();
  const city::Officer* officer =
      city == nullptr ? nullptr : city->FindOfficer(caller.officer_id);
  const city::Unit* unit =
      officer == nullptr ? nullptr : city->FindUnit(officer->unit_id());
  if (unit != nullptr && unit->kind() == v1::UNIT_KIND_OPERATION_CENTRE) {
    return absl::OkStatus();
  }
  return errors::NotYours("city", "city", caller.Text());
}

}  // namespace

absl::StatusOr<v1::ChangeSet> ProposeChangeSet(
    Registry& registry, const rpc::Call& call,
    const v1::ProposeChangeSetRequest& request) {
  Ledger& ledger = registry.ledger;
  RETURN_IF_ERROR(RequireEditor(ledger.Current(), call.caller));
  return ledger.Propose(request, call.caller.Text(), call.deadline);
}

absl::StatusOr<v1::ChangeSet> ProposeRollback(
    Registry& registry, const rpc::Call& call,
    const v1::ProposeRollbackRequest& request) {
  Ledger& ledger = registry.ledger;
  RETURN_IF_ERROR(RequireEditor(ledger.Current(), call.caller));
  return ledger.ProposeRollback(request, call.caller.Text(), call.deadline);
}

absl::StatusOr<v1::ChangeSet> ApproveChangeSet(
    Registry& registry, const rpc::Call& call,
    const v1::ApproveChangeSetRequest& request) {
  Ledger& ledger = registry.ledger;
  RETURN_IF_ERROR(RequireEditor(ledger.Current(), call.caller));
  return ledger.Approve(request.change_set_id(), call.caller.Text(),
                        call.deadline);
}

absl::StatusOr<v1::ChangeSet> RejectChangeSet(
    Registry& registry, const rpc::Call& call,
    const v1::RejectChangeSetRequest& request) {
  Ledger& ledger = registry.ledger;
  RETURN_IF_ERROR(RequireEditor(ledger.Current(), call.caller));
  return ledger.Reject(request.change_set_id(), call.caller.Text(),
                       request.reason(), call.deadline);
}

absl::StatusOr<v1::ChangeSet> GetChangeSet(
    Registry& registry, const rpc::Call& call,
    const v1::GetChangeSetRequest& request) {
  ASSIGN_OR_RETURN(auto proposal, registry.store.GetChangeSet(
                                      request.change_set_id(), call.deadline));
  return std::move(proposal.change_set);
}

absl::StatusOr<v1::ListChangeSetsResponse> ListChangeSets(
    Registry& registry, const rpc::Call& call,
    const v1::ListChangeSetsRequest& request) {
  ASSIGN_OR_RETURN(const ChangeSetPage page, ChangeSetPage::Read(request));
  // Nothing was proposed later than that, by any replica's clock.
  const auto [time, id] = page.after.value_or(
      ChangeSetPage::Position(absl::Now() + absl::Hours(1), ""));
  ASSIGN_OR_RETURN(auto change_sets,
                   registry.store.ListChangeSets(request.state(), time, id,
                                                 page.limit(), call.deadline));
  v1::ListChangeSetsResponse response;
  if (page.Cut(&change_sets)) {
    const v1::ChangeSet& last = change_sets.back();
    response.set_next_page_token(ChangeSetPage::Token(
        request, FromProto(last.propose_time()), last.change_set_id()));
  }
  for (auto& change_set : change_sets) {
    *response.add_change_sets() = std::move(change_set);
  }
  return response;
}

}  // namespace wangge::registry
