#include "citysim/workers.h"

#include <algorithm>
#include <functional>
#include <random>

#include "absl/time/clock.h"

namespace wangge::citysim {

using command::v1::AttachRequest;
using command::v1::AttachResponse;
using command::v1::CommandService;
using command::v1::Receipt;

namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kMaxPause = absl::Seconds(5);
constexpr int kMaxItems = 10'000;  // A message.

absl::Duration PauseAfter(int failures) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const absl::Duration pause =
      std::min(kFirstPause * (1 << std::min(failures, 6)), kMaxPause);
  return pause * std::uniform_real_distribution<>(0.5, 1.5)(random);
}

Receipt Acknowledgement(const std::string& delivery_id,
                        const std::string& recipient_id) {
  Receipt receipt;
  receipt.set_delivery_id(delivery_id);
  receipt.set_recipient_id(recipient_id);
  receipt.set_kind(command::v1::RECEIPT_KIND_ACKNOWLEDGED);
  return receipt;
}

}  // namespace

// One call. Lives until gRPC is done with it, and not longer than its channel's
// other owners: its context owns the channel too, and a channel that ends on
// one of gRPC's own threads would wait for that thread.
class Workers::Stream
    : public grpc::ClientBidiReactor<AttachRequest, AttachResponse> {
 public:
  Stream(Workers* workers, size_t line, const Line& of)
      : workers_(*workers), line_(line), stub_(*of.stub) {
    AttachRequest join;
    join.set_resume_cursor(of.cursor);
    for (const std::string& id : of.recipient_ids) {
      join.add_join_recipient_ids(id);
      if (join.join_recipient_ids_size() < kMaxItems) continue;
      outbox_.push_back(join);
      join.clear_join_recipient_ids();
    }
    if (!join.join_recipient_ids().empty()) outbox_.push_back(join);
    AttachRequest again;
    for (const Receipt& receipt : of.unrecorded) {
      *again.add_receipts() = receipt;
      if (again.receipts_size() < kMaxItems) continue;
      outbox_.push_back(std::move(again));
      again.Clear();
    }
    if (!again.receipts().empty()) outbox_.push_back(std::move(again));
  }

  void Begin() {
    stub_.async()->Attach(&context_, this);
    StartRead(&response_);
    writing_ = true;
    StartWrite(&outbox_.front());
    // Who sends receipts does so from other threads.
    AddHold();
    StartCall();
  }

  void Send(AttachRequest request) {
    MutexLock lock(&mutex_);
    if (ended_) return;
    outbox_.push_back(std::move(request));
    if (!writing_) {
      writing_ = true;
      StartWrite(&outbox_.front());
    }
  }

  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) {
      End();
      return;
    }
    if (response_.joined_recipient_ids_size() > 0) {
      attached_ += response_.joined_recipient_ids_size();
      workers_.Joined(line_, response_.joined_recipient_ids_size());
    }
    workers_.Took(line_, response_);
    StartRead(&response_);
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&mutex_);
    writing_ = false;
    outbox_.pop_front();
    if (!ok || ended_ || outbox_.empty()) return;
    writing_ = true;
    StartWrite(&outbox_.front());
  }

  // Ends this stream.
  void OnDone(const grpc::Status& status) override {
    workers_.Ended(line_, attached_, status);
  }

 private:
  void End() {
    {
      MutexLock lock(&mutex_);
      if (std::exchange(ended_, true)) return;
    }
    RemoveHold();
  }

  Workers& workers_;
  const size_t line_;
  CommandService::Stub& stub_;
  grpc::ClientContext context_;
  AttachResponse response_;
  int attached_ = 0;
  Mutex mutex_;
  std::deque<AttachRequest> outbox_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

Workers::Workers(std::vector<std::shared_ptr<grpc::Channel>> channels,
                 std::vector<std::string> recipient_ids, int streams,
                 const WorkerHabits& habits)
    : habits_(habits) {
  lines_.resize(static_cast<size_t>(streams));
  for (size_t i = 0; i < recipient_ids.size(); ++i) {
    lines_[i % lines_.size()].recipient_ids.push_back(
        std::move(recipient_ids[i]));
  }
  for (size_t i = 0; i < lines_.size(); ++i) {
    lines_[i].stub = CommandService::NewStub(channels[i % channels.size()]);
    if (lines_[i].recipient_ids.empty()) continue;
    plans_.insert({absl::Now(), {i, {}}});
  }
  thread_ = std::thread([this] { RunPlans(); });
}

Workers::~Workers() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
    for (const Line& line : lines_) {
      if (line.stream != nullptr) line.stream->Cancel();
    }
    while (open_ > 0) changed_.Wait(&mutex_);
  }
  thread_.join();
}

WorkerCount Workers::Count() {
  MutexLock lock(&mutex_);
  return count_;
}

bool Workers::WaitUntil(absl::Time deadline,
                        const std::function<bool()>& reached) {
  const auto end = std::chrono::steady_clock::now() +
                   absl::ToChronoNanoseconds(deadline - absl::Now());
  MutexLock lock(&mutex_);
  while (!reached()) {
    if (!changed_.WaitUntil(&mutex_, end)) return reached();
  }
  return true;
}

bool Workers::WaitForAttached(int64_t recipients, absl::Time deadline) {
  return WaitUntil(deadline, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return count_.attached >= recipients;
  });
}

std::pair<int64_t, int64_t> Workers::About(const std::string& subject_id) {
  MutexLock lock(&mutex_);
  const auto found = received_.find(subject_id);
  if (found == received_.end()) return {0, 0};
  int64_t deliveries = 0;
  for (const auto& [id, ids] : found->second) {
    deliveries += static_cast<int64_t>(ids.size());
  }
  return {static_cast<int64_t>(found->second.size()), deliveries};
}

bool Workers::WaitForAbout(const std::string& subject_id, int64_t recipients,
                           absl::Time deadline) {
  return WaitUntil(deadline, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return static_cast<int64_t>(received_[subject_id].size()) >= recipients;
  });
}

bool Workers::WaitForRecorded(int64_t receipts, absl::Time deadline) {
  return WaitUntil(deadline, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return count_.recorded >= receipts;
  });
}

void Workers::Acknowledge(const std::string& subject_id,
                          absl::Duration within) {
  MutexLock lock(&mutex_);
  const auto& by_recipient = received_[subject_id];
  const absl::Time begin = absl::Now();
  const size_t bundles = kBundles * lines_.size();
  for (size_t i = 0; i < bundles; ++i) {
    Plan plan{i % lines_.size(), {}};
    const auto& ids = lines_[plan.line].recipient_ids;
    for (size_t of = i / lines_.size(); of < ids.size(); of += kBundles) {
      const auto received = by_recipient.find(ids[of]);
      if (received == by_recipient.end()) continue;
      for (const std::string& delivery_id : received->second) {
        plan.receipts.push_back(Acknowledgement(delivery_id, ids[of]));
      }
    }
    if (plan.receipts.empty()) continue;
    plans_.insert(
        {begin + within * static_cast<double>(i) / static_cast<double>(bundles),
         std::move(plan)});
  }
  changed_.SignalAll();
}

void Workers::CutAll() { Cut(static_cast<int>(lines_.size())); }

void Workers::Cut(int streams) {
  thread_local std::minstd_rand random{std::random_device{}()};
  MutexLock lock(&mutex_);
  const size_t first = random() % lines_.size();
  for (size_t i = 0; i < static_cast<size_t>(streams); ++i) {
    const Line& line = lines_[(first + i) % lines_.size()];
    if (line.stream != nullptr) line.stream->Cancel();
  }
}

void Workers::RunPlans() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    if (plans_.empty() || plans_.begin()->first > absl::Now()) {
      const absl::Duration wait = plans_.empty()
                                      ? absl::Seconds(1)
                                      : plans_.begin()->first - absl::Now();
      changed_.WaitUntil(&mutex_, std::chrono::steady_clock::now() +
                                      absl::ToChronoNanoseconds(wait));
      continue;
    }
    const Plan plan = std::move(plans_.begin()->second);
    plans_.erase(plans_.begin());
    if (plan.receipts.empty()) {
      Line& line = lines_[plan.line];
      line.recorded = 0;
      line.stream = std::make_unique<Stream>(this, plan.line, line);
      ++open_;
      line.stream->Begin();
    } else {
      SendReceipts(&lines_[plan.line], plan.receipts);
    }
  }
}

void Workers::SendReceipts(Line* line, std::vector<Receipt> receipts) {
  if (receipts.empty()) return;
  count_.receipts += static_cast<int64_t>(receipts.size());
  AttachRequest request;
  for (Receipt& receipt : receipts) {
    line->unrecorded.push_back(receipt);
    *request.add_receipts() = std::move(receipt);
  }
  if (line->stream != nullptr) line->stream->Send(std::move(request));
}

void Workers::Joined(size_t line, int recipients) {
  MutexLock lock(&mutex_);
  count_.attached += recipients;
  lines_[line].failures = 0;
  changed_.SignalAll();
}

void Workers::Took(size_t line_no, const AttachResponse& response) {
  std::vector<Receipt> at_once;
  Plan later{line_no, {}};
  MutexLock lock(&mutex_);
  Line& line = lines_[line_no];
  if (!response.cursor().empty()) line.cursor = response.cursor();
  for (; line.recorded < response.recorded_receipt_count(); ++line.recorded) {
    line.unrecorded.pop_front();
    ++count_.recorded;
  }
  for (const auto& delivery : response.deliveries()) {
    auto& by_recipient = received_[delivery.subject_id()];
    for (const std::string& id : delivery.recipient_ids()) {
      const Habit habit = HabitOf(id);
      Receipt receipt = Acknowledgement(delivery.delivery_id(), id);
      if (habit.dead) {
        receipt.set_kind(command::v1::RECEIPT_KIND_UNREACHABLE);
        receipt.set_reason("关机");
        at_once.push_back(receipt);
        continue;
      }
      auto& ids = by_recipient[id];
      if (std::find(ids.begin(), ids.end(), delivery.delivery_id()) ==
          ids.end()) {
        ids.push_back(delivery.delivery_id());
        ++count_.delivered;
      } else {
        ++count_.repeated;
      }
      if (habit.late) later.receipts.push_back(receipt);
      if (habit.late || habit.silent) {
        receipt.set_kind(command::v1::RECEIPT_KIND_DELIVERED);
      }
      at_once.push_back(receipt);
    }
  }
  SendReceipts(&line, std::move(at_once));
  if (!later.receipts.empty()) {
    plans_.insert({absl::Now() + habits_.late_by, std::move(later)});
  }
  changed_.SignalAll();
}

void Workers::Ended(size_t line_no, int attached, const grpc::Status& status) {
  MutexLock lock(&mutex_);
  Line& line = lines_[line_no];
  line.stream.reset();
  count_.attached -= attached;
  if (!status.ok() && status.error_code() != grpc::StatusCode::CANCELLED) {
    ++count_.refused;
  }
  if (!stopping_) {
    plans_.insert({absl::Now() + PauseAfter(line.failures++), {line_no, {}}});
  }
  --open_;
  changed_.SignalAll();
}

Workers::Habit Workers::HabitOf(const std::string& recipient_id) const {
  // Different digits of the same hash: the habits are independent.
  const size_t hash = std::hash<std::string>()(recipient_id);
  const auto share = [&](int digit) {
    return static_cast<double>(hash >> (16 * digit) & 0xffff) / 65536.0;
  };
  return {share(0) < habits_.dead, share(1) < habits_.silent,
          share(2) < habits_.late};
}

}  // namespace wangge::citysim
