// How a case changes: load, decide, commit; again when somebody was faster. No
// thread waits meanwhile.
#pragma once

#include <atomic>
#include <functional>

#include "exec/executor.h"
#include "services/cases/change/change_store.h"
#include "services/cases/change/recent_cases.h"
#include "services/cases/shared/change.h"

namespace wangge::cases {

// Routes a matter; blocks.
using Router = std::function<absl::StatusOr<RoutePlan>(const Matter& matter,
                                                       absl::Time deadline)>;

// Thread-safe. A case that was seen lately is not loaded: such a snapshot is
// only a proposal, which the commit checks, and nothing is refused because of
// it.
class Engine final : public Changer {
 public:
  // All must outlive the engine, and the engine what it runs. `blocking`
  // carries out what may block: routing and hooks. `committed` is called after
  // every change, on any thread; it must not block.
  Engine(ChangeStore* store, RecentCases* recent, exec::Executor* blocking,
         Router router, std::function<void()> committed);

  exec::Task<absl::StatusOr<Outcome>> Run(Command command) override;
  exec::Task<absl::StatusOr<Case>> Load(std::string case_no,
                                        absl::Time deadline) override;

 private:
  // What the command's cases are, or what was answered before.
  struct Loaded {
    std::vector<Case> cases;
    bool is_repeat = false;
  };

  exec::Task<absl::StatusOr<Loaded>> LoadAll(const Command& command);
  // The events of each case; empty lists when nothing is to do.
  exec::Task<absl::StatusOr<std::vector<Events>>> Decide(
      const Command& command, const std::vector<Case>& cases);
  exec::Task<absl::StatusOr<bool>> Commit(const Command& command,
                                          const ChangeGroup& group);
  exec::Task<absl::StatusOr<RoutePlan>> Route(Matter matter,
                                              absl::Time deadline);

  ChangeStore& store_;
  RecentCases& recent_;
  exec::Executor& blocking_;
  const Router router_;
  const std::function<void()> committed_;
};

}  // namespace wangge::cases
