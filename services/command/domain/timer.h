// What becomes of an instruction as time goes by. Pure.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "services/command/domain/instruction.h"

namespace wangge::command {

enum class TimerAction {
  kMeasureReach,  // The promised ten seconds are over.
  kEscalate,      // The silent are taken one stage further.
  kExpire,
  kRepeat,  // A monthly drill.
};

struct Timer {
  absl::Time time;
  TimerAction action;
};

// The escalation stages there are: the second channel, the substitute, the grid
// leader, then three levels of operation centres.
constexpr int kLastEscalationStage = 6;

// The next thing that time brings to an instruction; nothing when there is
// none.
std::optional<Timer> NextTimer(const StoredInstruction& stored);

}  // namespace wangge::command
