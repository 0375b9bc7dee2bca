// The handlers of instructions that read.
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/command/domain/cap.h"
#include "services/command/domain/grids.h"
#include "services/command/instruction/instructions.h"
#include "services/command/instruction/validate.h"

namespace wangge::command {
namespace {

constexpr absl::Duration kReachCountTime = absl::Seconds(20);

absl::StatusOr<ReachWatch::Progress> CountReach(InstructionStore& store,
                                                const city::Holder& holder,
                                                const ReachWatch::Key& key) {
  const auto& [instruction_id, level] = key;
  const absl::Time deadline = absl::Now() + kReachCountTime;
  ASSIGN_OR_RETURN(const auto city, city::Current(holder));
  ASSIGN_OR_RETURN(const StoredInstruction stored,
                   store.Get(instruction_id, deadline));
  const v1::InstructionState state = stored.instruction.state();
  if (stored.delivery_no == 0) {
    return errors::WrongState(instruction_id, v1::InstructionState_Name(state),
                              "WatchReach", "it was not released");
  }
  ReachWatch::Progress progress;
  ASSIGN_OR_RETURN(progress.message, store.GetReach(stored, level, deadline));
  FillGridNames(*city, progress.message.mutable_grids());
  progress.last =
      state != v1::INSTRUCTION_STATE_RELEASED ||
      progress.message.done_count() == progress.message.audience_count();
  return progress;
}

}  // namespace

Instructions::Instructions(InstructionStore* instruction_store,
                           const city::Holder* city_holder, const Clock* time)
    : store(*instruction_store),
      city(*city_holder),
      clock(*time),
      reach_watch("reach",
                  [instruction_store, city_holder](const ReachWatch::Key& key) {
                    return CountReach(*instruction_store, *city_holder, key);
                  }) {}

absl::StatusOr<v1::Instruction> ReadInstruction(
    InstructionStore& store, const std::string& instruction_id,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(StoredInstruction stored,
                   store.Get(instruction_id, deadline));
  if (stored.delivery_no != 0) {
    ASSIGN_OR_RETURN(
        *stored.instruction.mutable_reach(),
        store.GetReach(stored, common::v1::GRID_LEVEL_UNSPECIFIED, deadline));
  }
  return std::move(stored.instruction);
}

absl::StatusOr<v1::Instruction> GetInstruction(
    Instructions& room, const rpc::Call& call,
    const v1::GetInstructionRequest& r) {
  return ReadInstruction(room.store, r.instruction_id(), call.deadline);
}

absl::StatusOr<v1::ListInstructionsResponse> ListInstructions(
    Instructions& room, const rpc::Call& call,
    const v1::ListInstructionsRequest& r) {
  std::vector<v1::InstructionState> states;
  for (const int state : r.states()) {
    states.push_back(static_cast<v1::InstructionState>(state));
  }
  ASSIGN_OR_RETURN(const auto page,
                   InstructionPage::Read(r, kInstructionPages));
  const int64_t before_no = page.after ? std::get<0>(*page.after)
                                       : std::numeric_limits<int64_t>::max();
  ASSIGN_OR_RETURN(auto listed, room.store.List(states, before_no, page.limit(),
                                                call.deadline));
  v1::ListInstructionsResponse response;
  if (page.Cut(&listed)) {
    response.set_next_page_token(
        InstructionPage::Token(r, listed.back().instruction_no));
  }
  for (auto& one : listed) {
    *response.add_instructions() = std::move(one.instruction);
  }
  return response;
}

absl::StatusOr<v1::AudiencePreview> PreviewAudience(
    Instructions& room, const rpc::Call&, const v1::PreviewAudienceRequest& r) {
  ASSIGN_OR_RETURN(const auto city, city::Current(room.city));
  RETURN_IF_ERROR(CheckGrid(*city, r.audience().subtree_grid_id()));
  return PreviewOf(r.audience(), *city);
}

absl::StatusOr<v1::ListUnreachedResponse> ListUnreached(
    Instructions& room, const rpc::Call& call,
    const v1::ListUnreachedRequest& r) {
  ASSIGN_OR_RETURN(const auto city, city::Current(room.city));
  RETURN_IF_ERROR(CheckGrid(*city, r.grid_id()));
  ASSIGN_OR_RETURN(const StoredInstruction stored,
                   room.store.Get(r.instruction_id(), call.deadline));
  ASSIGN_OR_RETURN(const auto page, RecipientPage::Read(r, kRecipientPages));
  const std::string after = page.after ? std::get<0>(*page.after) : "";
  ASSIGN_OR_RETURN(
      auto unreached,
      room.store.ListUnreached(stored, {r.grid_id(), after, page.limit()},
                               call.deadline));
  v1::ListUnreachedResponse response;
  if (page.Cut(&unreached)) {
    response.set_next_page_token(
        RecipientPage::Token(r, unreached.back().recipient_id()));
  }
  for (v1::Unreached& one : unreached) {
    if (const auto* officer = city->FindOfficer(one.recipient_id())) {
      one.set_name(officer->name());
    }
    *response.add_recipients() = std::move(one);
  }
  return response;
}

absl::StatusOr<v1::CapAlert> ExportCap(Instructions& room,
                                       const rpc::Call& call,
                                       const v1::ExportCapRequest& r) {
  ASSIGN_OR_RETURN(const auto city, city::Current(room.city));
  ASSIGN_OR_RETURN(const StoredInstruction stored,
                   room.store.Get(r.instruction_id(), call.deadline));
  const v1::Instruction& i = stored.instruction;
  std::optional<StoredInstruction> reference;
  if (!i.reference_id().empty()) {
    ASSIGN_OR_RETURN(reference,
                     room.store.Get(i.reference_id(), call.deadline));
  }
  const auto* officer = city->FindOfficer(i.author());
  const auto* grid = city->FindGrid(i.audience().subtree_grid_id());
  v1::CapAlert alert;
  alert.set_xml(ToCap(
      i, reference ? &reference->instruction : nullptr,
      absl::StrCat("wangge.", officer == nullptr ? city->root_unit().unit_id()
                                                 : officer->unit_id()),
      grid == nullptr ? i.audience().subtree_grid_id() : grid->name()));
  return alert;
}

absl::StatusOr<std::shared_ptr<ReachWatch::Stream>> WatchReach(
    Instructions& room, const rpc::Call&, const v1::WatchReachRequest& r) {
  return room.reach_watch.Watch({r.instruction_id(), r.level()});
}

}  // namespace wangge::command
