#include "services/cases/change/engine.h"

#include <exception>
#include <optional>
#include <utility>

#include "errors/errors.h"
#include "rpc/unary.h"

namespace wangge::cases {
namespace {

constexpr int kMaxAttempts = 5;
constexpr absl::Duration kRetryDelay = absl::Milliseconds(200);

// Each case with the events decided for it; none when there are no events.
ChangeGroup GroupOf(std::vector<Case> cases, std::vector<Events> events,
                    const RequestKey& key) {
  ChangeGroup group;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (events[i].empty()) continue;
    Change& change =
        group.emplace_back(ChangeOf(std::move(cases[i]), std::move(events[i])));
    if (i > 0) continue;
    change.caller = key.caller;
    change.request_id = key.request_id;
    change.digest = key.digest;
  }
  return group;
}

absl::Status Mismatch(const Command& command, const std::string& etag) {
  return errors::EtagMismatch("case", command.case_nos[0], etag);
}

// A fault of a decision is its caller's alone.
absl::StatusOr<std::vector<Events>> DecideOrFault(
    const Command& command, const std::vector<Case>& cases,
    const RoutePlan* plan) {
  try {
    return command.decide(cases, plan);
  } catch (const std::exception& fault) {
    return rpc::HandlerThrew("a change of cases", fault);
  }
}

}  // namespace

Engine::Engine(ChangeStore* store, RecentCases* recent,
               exec::Executor* blocking, Router router,
               std::function<void()> committed)
    : store_(*store),
      recent_(*recent),
      blocking_(*blocking),
      router_(std::move(router)),
      committed_(std::move(committed)) {}

exec::Task<absl::StatusOr<Outcome>> Engine::Run(Command command) {
  std::vector<Case> cases;
  if (command.case_nos.size() == 1) {
    if (auto seen = recent_.Find(command.case_nos[0])) {
      cases.push_back(*std::move(seen));
    }
  }
  // A snapshot of a case that was seen lately may be old.
  bool is_recent = !cases.empty();
  std::string etag;
  for (int attempts = 0; attempts < kMaxAttempts;) {
    if (!is_recent) {
      ++attempts;
      auto loaded = co_await LoadAll(command);
      if (!loaded.ok()) co_return loaded.status();
      if (loaded->is_repeat) co_return Outcome{loaded->cases[0], false};
      cases = std::move(loaded->cases);
    }
    etag = cases[0].etag();
    auto events = co_await Decide(command, cases);
    const bool changes = events.ok() && !(*events)[0].empty();
    if (is_recent && !changes) {  // Only what is true now is a reason.
      is_recent = false;
      continue;
    }
    if (!events.ok()) co_return events.status();
    if (!changes) co_return Outcome{std::move(cases[0]), false};
    ChangeGroup group =
        GroupOf(std::exchange(cases, {}), *std::move(events), command.key);
    const auto committed = co_await Commit(command, group);
    if (!committed.ok()) co_return committed.status();
    if (*committed) {
      recent_.Put(group[0].snapshot);
      committed_();
      co_return Outcome{std::move(group[0].snapshot), true};
    }
    is_recent = false;
  }
  co_return Mismatch(command, etag);
}

exec::Task<absl::StatusOr<Case>> Engine::Load(std::string case_no,
                                              absl::Time deadline) {
  auto loaded = co_await store_.Load(std::move(case_no), "", "", deadline);
  if (!loaded.ok()) co_return loaded.status();
  co_return std::move(loaded->snapshot);
}

exec::Task<absl::StatusOr<Engine::Loaded>> Engine::LoadAll(
    const Command& command) {
  const RequestKey& key = command.key;
  Loaded all;
  for (const std::string& case_no : command.case_nos) {
    auto loaded = co_await store_.Load(case_no, key.caller, key.request_id,
                                       command.deadline);
    if (!loaded.ok()) co_return loaded.status();
    all.cases.push_back(std::move(loaded->snapshot));
    if (!loaded->request_digest || all.cases.size() > 1) continue;
    if (*loaded->request_digest != key.digest) {
      co_return errors::RequestIdReused(key.request_id);
    }
    all.is_repeat = true;
    break;
  }
  co_return all;
}

exec::Task<absl::StatusOr<std::vector<Events>>> Engine::Decide(
    const Command& command, const std::vector<Case>& cases) {
  const std::string& etag = command.key.etag;
  if (!etag.empty() && etag != cases[0].etag()) {
    co_return Mismatch(command, cases[0].etag());
  }
  std::optional<Matter> matter;
  if (command.matter != nullptr) matter = command.matter(cases[0]);
  if (!matter) co_return DecideOrFault(command, cases, nullptr);
  const auto plan = co_await Route(*std::move(matter), command.deadline);
  if (!plan.ok()) co_return plan.status();
  co_return DecideOrFault(command, cases, &*plan);
}

exec::Task<absl::StatusOr<bool>> Engine::Commit(const Command& command,
                                                const ChangeGroup& group) {
  if (command.hook == nullptr) {
    co_return co_await store_.Commit(group, command.deadline);
  }
  exec::Callback<absl::StatusOr<bool>> committed([&](auto done) {
    if (!blocking_.TryPost([this, &command, &group, done] {
          done(store_.CommitWith(group, command.hook, command.deadline));
        })) {
      done(errors::Overloaded(kRetryDelay));
    }
  });
  co_return co_await committed;
}

exec::Task<absl::StatusOr<RoutePlan>> Engine::Route(Matter matter,
                                                    absl::Time deadline) {
  exec::Callback<absl::StatusOr<RoutePlan>> routed([&](auto done) {
    if (!blocking_.TryPost([this, &matter, deadline, done] {
          done(router_(matter, deadline));
        })) {
      done(errors::Overloaded(kRetryDelay));
    }
  });
  co_return co_await routed;
}

}  // namespace wangge::cases
