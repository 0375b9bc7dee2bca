// Fires the timers of instructions: the measure of their reach, the escalation
// of silence, their end, and monthly drills. Any number of processes may do so
// at the same time.
#pragma once

#include <map>
#include <string>

#include "city/watch.h"
#include "metrics/metrics.h"
#include "services/command/instruction/instruction_store.h"

namespace wangge::command {

// What a timer that is due makes of an instruction. Pure; the id is for the
// repetition of a drill.
InstructionStore::TimerWork DecideTimer(
    const StoredInstruction& stored, const std::vector<std::string>& silent_ids,
    const city::City& city, const std::string& new_id, absl::Time now);

// Thread-safe.
class InstructionTimers {
 public:
  explicit InstructionTimers(InstructionStore* store);

  // Fires one timer that is due at `now`. False when none was.
  absl::StatusOr<bool> FireOne(const city::City& city, absl::Time now);

 private:
  void Measure(const StoredInstruction& stored, absl::Time deadline);

  // Of all instructions of a mode.
  struct ReachMetrics {
    metrics::Gauge* share;
    metrics::Counter* recipients;
    metrics::Counter* within;
  };

  InstructionStore& store_;
  metrics::Counter& fired_;
  std::map<v1::InstructionMode, ReachMetrics> by_mode_;
};

}  // namespace wangge::command
