#include "services/cases/change/change.h"

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "base/mutex.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "rpc/unary.h"

namespace wangge::cases {
namespace {

constexpr int kCaseTries = 5;

// What is asked for.
struct Order {
  std::vector<std::string> case_nos;
  RequestKey key;
  Decider decide;
  Companion companion;  // May be null.
  absl::Time deadline;  // Of the companion.
};

// Carries out a step that may block, now or later.
using Runner = std::function<void(std::function<void()> step)>;

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

// An order on its way. One step at a time, each of which keeps it alive.
class Changing : public std::enable_shared_from_this<Changing> {
 public:
  Changing(Order order, Runner runner, Store* store, ChangeDone done)
      : order_(std::move(order)),
        runner_(std::move(runner)),
        store_(*store),
        done_(std::move(done)) {}

  void Begin() {
    if (order_.case_nos.size() == 1) {
      if (auto recent = store_.recent().Find(order_.case_nos[0])) {
        is_recent_ = true;
        cases_.push_back(*std::move(recent));
        return DecideByRunner();
      }
    }
    Load();
  }

 private:
  void Load() {
    store_.LoadLater(
        order_.case_nos[cases_.size()], order_.key.caller,
        order_.key.request_id,
        [self = shared_from_this()](absl::StatusOr<LoadedCase> loaded) {
          self->Loaded(std::move(loaded));
        });
  }

  void Loaded(absl::StatusOr<LoadedCase> loaded) {
    if (!loaded.ok()) return done_(loaded.status());
    if (loaded->request_digest && cases_.empty()) {
      if (*loaded->request_digest != order_.key.digest) {
        return done_(errors::RequestIdReused(order_.key.request_id));
      }
      return done_(Changed{std::move(loaded->folded), false});
    }
    cases_.push_back(std::move(loaded->folded));
    if (cases_.size() < order_.case_nos.size()) return Load();
    DecideByRunner();
  }

  void DecideByRunner() {
    runner_([self = shared_from_this()] { self->Decide(); });
  }

  void Decide() {
    newest_etag_ = cases_[0].etag();
    const bool fits =
        order_.key.etag.empty() || order_.key.etag == newest_etag_;
    auto events = fits ? Decided() : Mismatch();
    if (is_recent_ && (!events.ok() || (*events)[0].empty())) {
      return LoadNewest();  // Only what is true now is a reason.
    }
    if (!events.ok()) return done_(events.status());
    if ((*events)[0].empty()) {
      return done_(Changed{std::move(cases_[0]), false});
    }
    group_ = Prepare(std::exchange(cases_, {}), *std::move(events), order_.key);
    Write();
  }

  // A fault of the decision is this caller's alone.
  absl::StatusOr<std::vector<Events>> Decided() const {
    try {
      return order_.decide(cases_);
    } catch (const std::exception& fault) {
      return rpc::HandlerThrew("a change of cases", fault);
    }
  }

  void Write() {
    if (order_.companion == nullptr) {
      return store_.CommitLater(
          &group_, [self = shared_from_this()](absl::StatusOr<bool> written) {
            self->Written(written);
          });
    }
    Written(store_.CommitWith(
        group_,
        [&](db::Transaction& transaction) {
          return order_.companion(group_[0].folded, transaction);
        },
        order_.deadline));
  }

  void Written(const absl::StatusOr<bool>& written) {
    if (!written.ok()) return done_(written.status());
    if (*written) {
      Case& folded = group_[0].folded;
      store_.recent().Put(folded);
      return done_(Changed{std::move(folded), true});
    }
    if (!is_recent_ && ++tries_ == kCaseTries) return done_(Mismatch());
    LoadNewest();
  }

  void LoadNewest() {
    is_recent_ = false;
    cases_.clear();
    Load();
  }

  absl::Status Mismatch() const {
    return errors::EtagMismatch("case", order_.case_nos[0], newest_etag_);
  }

  const Order order_;
  const Runner runner_;
  Store& store_;
  const ChangeDone done_;
  int tries_ = 0;
  bool is_recent_ = false;  // Not loaded: it may be old.
  std::string newest_etag_;
  std::vector<Case> cases_;  // As they are before the change.
  ChangeGroup group_;        // What is written.
};

// Steps that are carried out by the thread that waits for the end of them all.
class Waiting {
 public:
  void Run(std::function<void()> step) {
    MutexLock lock(&mutex_);
    step_ = std::move(step);
    changed_.Signal();
  }
  void End(absl::StatusOr<Changed> result) {
    MutexLock lock(&mutex_);
    result_ = std::move(result);
    changed_.Signal();
  }
  absl::StatusOr<Changed> Wait() {
    while (const auto step = NextStep()) step();
    MutexLock lock(&mutex_);
    return *std::move(result_);
  }

 private:
  // Null when there is a result.
  std::function<void()> NextStep() {
    MutexLock lock(&mutex_);
    while (step_ == nullptr && !result_) changed_.Wait(&mutex_);
    return std::exchange(step_, nullptr);
  }

  Mutex mutex_;
  CondVar changed_;
  std::function<void()> step_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::StatusOr<Changed>> result_ ABSL_GUARDED_BY(mutex_);
};

// The same for one case.
Decider OfOne(CaseDecider decide) {
  return [decide = std::move(decide)](const std::vector<Case>& cases)
             -> absl::StatusOr<std::vector<Events>> {
    ASSIGN_OR_RETURN(Events events, decide(cases[0]));
    return std::vector<Events>{std::move(events)};
  };
}

}  // namespace

absl::StatusOr<Changed> ChangeCases(const std::vector<std::string>& case_nos,
                                    const RequestKey& key,
                                    const Decider& decide,
                                    const Companion& companion,
                                    absl::Time deadline, Store* store) {
  // Shared: a thread of the store may still be inside End when we go on.
  const auto waiting = std::make_shared<Waiting>();
  std::make_shared<Changing>(
      Order{case_nos, key, decide, companion, deadline},
      [waiting](std::function<void()> step) { waiting->Run(std::move(step)); },
      store,
      [waiting](absl::StatusOr<Changed> result) {
        waiting->End(std::move(result));
      })
      ->Begin();
  return waiting->Wait();
}

absl::StatusOr<Changed> ChangeCase(const std::string& case_no,
                                   const RequestKey& key,
                                   const CaseDecider& decide,
                                   const Companion& companion,
                                   absl::Time deadline, Store* store) {
  return ChangeCases({case_no}, key, OfOne(decide), companion, deadline, store);
}

void ChangeCaseLater(const std::string& case_no, RequestKey key,
                     CaseDecider decide, Store* store, ChangeDone done) {
  std::make_shared<Changing>(
      Order{{case_no}, std::move(key), OfOne(std::move(decide)), nullptr, {}},
      [](const std::function<void()>& step) { step(); }, store, std::move(done))
      ->Begin();
}

}  // namespace wangge::cases
