#include "services/command/instruction/instruction_timers.h"

#include "base/clock.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "services/command/domain/release.h"

namespace wangge::command {
namespace {

constexpr absl::Duration kFireTime = absl::Seconds(60);

// The label of a mode: a closed set.
std::string LabelOf(v1::InstructionMode mode) {
  switch (mode) {
    case v1::INSTRUCTION_MODE_EXERCISE:
      return "exercise";
    case v1::INSTRUCTION_MODE_TEST:
      return "test";
    default:
      return "actual";
  }
}

}  // namespace

InstructionStore::TimerWork DecideTimer(
    const StoredInstruction& stored, const std::vector<std::string>& silent_ids,
    const city::City& city, const std::string& new_id, absl::Time now) {
  InstructionStore::TimerWork work{stored, {}, std::nullopt};
  v1::Instruction& i = work.changed.instruction;
  const auto timer = NextTimer(stored);
  if (!timer || timer->time > now) return work;
  switch (timer->action) {
    case TimerAction::kMeasureReach:
      work.changed.reach_measured = true;
      break;
    case TimerAction::kEscalate: {
      const int stage = i.escalation_stage() + 1;
      work.escalations = Escalate(DeliveryOf(i), stage, silent_ids, city, now);
      // Nothing is left to escalate when nobody is silent.
      i.set_escalation_stage(silent_ids.empty() ? kLastEscalationStage : stage);
      break;
    }
    case TimerAction::kExpire:
      i.set_state(v1::INSTRUCTION_STATE_EXPIRED);
      *i.mutable_end_time() = ToProto(now);
      break;
    case TimerAction::kRepeat: {
      StoredInstruction next{NextDrill(stored.instruction, now), 0, false, ""};
      next.instruction.set_instruction_id(new_id);
      work.successor = ReleaseOf(std::move(next), nullptr,
                                 stored.instruction.releaser(), city, now);
      work.changed.successor_id = new_id;
      break;
    }
  }
  return work;
}

InstructionTimers::InstructionTimers(InstructionStore* store)
    : store_(*store),
      fired_(metrics::GetCounter("instruction_timers_fired_total",
                                 "Timers of instructions that fired.")) {
  for (const auto mode :
       {v1::INSTRUCTION_MODE_ACTUAL, v1::INSTRUCTION_MODE_EXERCISE,
        v1::INSTRUCTION_MODE_TEST}) {
    const metrics::Labels labels = {{"mode", LabelOf(mode)}};
    by_mode_[mode] = {
        &metrics::GetGauge("instruction_reach_10s_ratio",
                           "Share of the last instruction's audience that had "
                           "it within 10 s of its release.",
                           labels),
        &metrics::GetCounter("instruction_recipients_total",
                             "Recipients of released instructions.", labels),
        &metrics::GetCounter("instruction_recipients_within_10s_total",
                             "Those of them that had it within 10 s.", labels)};
  }
}

absl::StatusOr<bool> InstructionTimers::FireOne(const city::City& city,
                                                absl::Time now) {
  const std::string new_id = NewUuid();
  std::optional<TimerAction> action;
  const auto decide = [&](const StoredInstruction& stored,
                          const std::vector<std::string>& silent_ids) {
    const auto timer = NextTimer(stored);
    action = timer ? std::optional(timer->action) : std::nullopt;
    return DecideTimer(stored, silent_ids, city, new_id, now);
  };
  const absl::Time deadline = absl::Now() + kFireTime;
  ASSIGN_OR_RETURN(const auto fired, store_.FireTimer(now, decide, deadline));
  if (!fired) return false;
  fired_.Increment();
  if (action == TimerAction::kMeasureReach) Measure(*fired, deadline);
  return true;
}

void InstructionTimers::Measure(const StoredInstruction& stored,
                                absl::Time deadline) {
  const auto reach =
      store_.GetReach(stored, common::v1::GRID_LEVEL_UNSPECIFIED, deadline);
  const auto metrics = by_mode_.find(stored.instruction.mode());
  if (!reach.ok() || reach->audience_count() == 0 ||
      metrics == by_mode_.end()) {
    return;
  }
  const auto audience = static_cast<double>(reach->audience_count());
  const auto within = static_cast<double>(reach->delivered_within_10s_count());
  metrics->second.share->Set(within / audience);
  metrics->second.recipients->Increment(audience);
  metrics->second.within->Increment(within);
}

}  // namespace wangge::command
