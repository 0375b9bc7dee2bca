#include "services/cases/change.h"

#include <utility>

#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::cases {
namespace {

constexpr int kCaseTries = 5;

// Each case with the events decided for it; none when there are no events.
ChangeGroup Prepare(std::vector<Case> cases, std::vector<Events> events,
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

absl::StatusOr<bool> Write(ChangeGroup group, const Companion& companion,
                           absl::Time deadline, Store* store) {
  if (companion == nullptr) return store->Commit(std::move(group));
  return store->CommitWith(
      group,
      [&](db::Transaction& transaction) {
        return companion(group[0].folded, transaction);
      },
      deadline);
}

}  // namespace

absl::StatusOr<Changed> ChangeCases(const std::vector<std::string>& case_nos,
                                    const RequestKey& key,
                                    const Decider& decide,
                                    const Companion& companion,
                                    absl::Time deadline, Store* store) {
  std::string newest_etag;
  for (int attempt = 0; attempt < kCaseTries; ++attempt) {
    std::vector<Case> cases;
    for (const std::string& case_no : case_nos) {
      ASSIGN_OR_RETURN(LoadedCase loaded,
                       store->Load(case_no, key.caller, key.request_id));
      if (loaded.request_digest && cases.empty()) {
        if (*loaded.request_digest != key.digest) {
          return errors::RequestIdReused(key.request_id);
        }
        return Changed{std::move(loaded.folded), false};
      }
      cases.push_back(std::move(loaded.folded));
    }
    newest_etag = cases[0].etag();
    if (!key.etag.empty() && key.etag != newest_etag) break;
    ASSIGN_OR_RETURN(std::vector<Events> events, decide(cases));
    if (events[0].empty()) return Changed{std::move(cases[0]), false};
    ChangeGroup group = Prepare(std::move(cases), std::move(events), key);
    Case folded = group[0].folded;
    ASSIGN_OR_RETURN(const bool written,
                     Write(std::move(group), companion, deadline, store));
    if (written) return Changed{std::move(folded), true};
  }
  return errors::EtagMismatch("case", case_nos[0], newest_etag);
}

absl::StatusOr<Changed> ChangeCase(const std::string& case_no,
                                   const RequestKey& key,
                                   const CaseDecider& decide,
                                   const Companion& companion,
                                   absl::Time deadline, Store* store) {
  return ChangeCases(
      {case_no}, key,
      [&](const std::vector<Case>& cases)
          -> absl::StatusOr<std::vector<Events>> {
        ASSIGN_OR_RETURN(Events events, decide(cases[0]));
        return std::vector<Events>{std::move(events)};
      },
      companion, deadline, store);
}

}  // namespace wangge::cases
