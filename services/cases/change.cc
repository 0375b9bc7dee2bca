#include "services/cases/change.h"

#include <utility>

#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::cases {
namespace {

constexpr int kTries = 5;

}  // namespace

absl::StatusOr<Case> ChangeCase(const std::string& case_no,
                                const RequestKey& key, const Decider& decide,
                                absl::Time deadline, Store* store,
                                bool* changed) {
  *changed = false;
  std::string newest_etag;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    ASSIGN_OR_RETURN(LoadedCase loaded, store->Load(case_no, key.caller,
                                                    key.request_id, deadline));
    if (loaded.request_digest) {
      if (*loaded.request_digest != key.digest) {
        return errors::RequestIdReused(key.request_id);
      }
      return std::move(loaded.folded);
    }
    newest_etag = loaded.folded.etag();
    if (!key.etag.empty() && key.etag != newest_etag) break;
    Change change;
    change.expected_version = loaded.folded.version();
    ASSIGN_OR_RETURN(change.events, decide(loaded.folded));
    if (change.events.empty()) return std::move(loaded.folded);
    change.folded = std::move(loaded.folded);
    for (const CaseEvent& event : change.events) Apply(event, &change.folded);
    change.caller = key.caller;
    change.request_id = key.request_id;
    change.digest = key.digest;
    ASSIGN_OR_RETURN(*changed, store->Commit(change, deadline));
    if (*changed) return std::move(change.folded);
  }
  return errors::EtagMismatch("case", case_no, newest_etag);
}

}  // namespace wangge::cases
