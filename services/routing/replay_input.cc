#include "services/routing/replay_input.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "services/routing/handlers.h"
#include "services/routing/proposed_city.h"

namespace wangge::routing {
namespace {

int64_t RowsOf(const v1::CityProposal& proposal) {
  return proposal.changes().rows_size() +
         proposal.changes().removed_rows_size();
}

}  // namespace

absl::Status ReplayInput::Take(const v1::ReplayMattersRequest& message) {
  errors::Violations v;
  if (message.has_proposal()) CheckProposalOf(message, &v);
  const bool proposes =
      message.has_proposal() || !message.model_piece().empty();
  v.Require(
      !proposes || matter_count_ == 0, "proposal",
      "came after the first matters; send proposal and model before them");
  v.Require(model_.size() + message.model_piece().size() <= kMaxModelBytes,
            "model_piece",
            absl::StrCat("makes the model larger than ", kMaxModelBytes,
                         " bytes, which is the most"));
  v.Require(message.matters_size() <= kMaxMatters, "matters",
            absl::StrCat("has ", message.matters_size(), "; at most ",
                         kMaxMatters, " a message"));
  v.Require(matter_count_ + message.matters_size() <= kMaxReplayMatters,
            "matters",
            absl::StrCat("are more than ", kMaxReplayMatters,
                         " in all; replay a shorter time"));
  for (int i = 0; i < message.matters_size(); ++i) {
    const v1::ReplayedMatter& matter = message.matters(i);
    const std::string field = absl::StrCat("matters[", i, "]");
    v.RequireText(field + ".reference", matter.reference(), 1, 100);
    CheckMatter(field + ".matter", matter.matter(), &v);
  }
  RETURN_IF_ERROR(v.ToStatus());
  matter_count_ += message.matters_size();
  if (message.has_proposal()) {
    proposal_.MergeFrom(message.proposal());
    proposes_ = true;
  }
  model_ += message.model_piece();
  return absl::OkStatus();
}

void ReplayInput::CheckProposalOf(const v1::ReplayMattersRequest& message,
                                  errors::Violations* violations) const {
  const v1::CityProposal& proposal = message.proposal();
  CheckProposal("proposal", proposal, violations);
  if (proposes_) {
    violations->Require(
        proposal.start_case() == v1::CityProposal::START_NOT_SET &&
            proposal.changes().base_version() ==
                proposal_.changes().base_version(),
        "proposal",
        "does not continue that of an earlier message: send changes alone, on "
        "the same base version");
  }
  violations->Require(
      RowsOf(proposal_) + RowsOf(proposal) <= kMaxReplayRows,
      "proposal.changes",
      absl::StrCat("are more than ", kMaxReplayRows, " rows in all"));
}

absl::StatusOr<RoutingBasis> ReplayInput::Propose(const RoutingDeps& deps,
                                                  const RoutingBasis& current,
                                                  absl::Time deadline) const {
  RoutingBasis proposed = current;
  ASSIGN_OR_RETURN(proposed.city,
                   ProposedCity(deps, current.city, proposal_, deadline));
  if (!model_.empty()) {
    ASSIGN_OR_RETURN(proposed.model,
                     text::Classifier::Parse("model_piece", model_));
  }
  return proposed;
}

}  // namespace wangge::routing
