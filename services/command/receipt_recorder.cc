#include "services/command/receipt_recorder.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "services/command/domain/pace.h"

namespace wangge::command {
namespace {

constexpr int kReceiptLanes = 1;
constexpr size_t kMaxMessages = 200;     // Of receipts, in one group.
constexpr size_t kMaxReceiptRows = 500;  // In one statement.
constexpr size_t kMaxSentRows = 5000;    // In one statement.
// So long has a phone to answer before it is recorded that it did not.
constexpr absl::Duration kSilence = absl::Seconds(5);
constexpr absl::Duration kWriteTime = absl::Seconds(20);

bool SaysMoreThanDelivered(const v1::Receipt& receipt) {
  return receipt.kind() != v1::RECEIPT_KIND_DELIVERED;
}

}  // namespace

ReceiptRecorder::ReceiptRecorder(InboxStore* store, const Clock* clock)
    : store_(*store),
      clock_(*clock),
      receipts_(metrics::GetCounter("receipts_total", "Receipts recorded.")),
      batcher_("receipts", kReceiptLanes, kMaxMessages,
               [this](const Group& group) { return RecordGroup(group); }),
      sent_writer_("sent", absl::Seconds(1), [this] { return RecordSent(); }) {}

void ReceiptRecorder::Record(std::vector<v1::Receipt> receipts, Done done) {
  waiting_rows_ += receipts.size();
  batcher_.Add({std::move(receipts), absl::Now()},
               [done = std::move(done)](const absl::StatusOr<bool>& result) {
                 done(result.status());
               });
}

std::vector<absl::StatusOr<bool>> ReceiptRecorder::RecordGroup(
    const Group& group) {
  std::vector<v1::Receipt> all;
  for (const Told& told : group) {
    all.insert(all.end(), told.receipts.begin(), told.receipts.end());
  }
  // The same order everywhere: two processes that record the same receipts wait
  // for each other instead of locking each other out.
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.delivery_id(), a.recipient_id()) <
           std::tie(b.delivery_id(), b.recipient_id());
  });
  const absl::Time now = clock_.Now();
  const bool may_rest =
      std::any_of(all.begin(), all.end(), SaysMoreThanDelivered);
  absl::Status status;
  for (size_t begin = 0; begin < all.size() && status.ok();
       begin += kMaxReceiptRows) {
    // Not longer when the clock is set back.
    if (may_rest) {
      absl::SleepFor(std::min(rest_until_ - absl::Now(), kMaxRest));
    }
    const size_t end = std::min(begin + kMaxReceiptRows, all.size());
    const absl::Time sent = absl::Now();
    status =
        store_.RecordReceipts({all.begin() + static_cast<std::ptrdiff_t>(begin),
                               all.begin() + static_cast<std::ptrdiff_t>(end)},
                              now, sent + kWriteTime);
    const absl::Time written = absl::Now();
    rest_until_ =
        written + RestAfter(written - sent, written - group.front().time,
                            static_cast<int64_t>((waiting_rows_ - end) /
                                                 kMaxReceiptRows));
  }
  waiting_rows_ -= all.size();
  if (status.ok()) receipts_.Increment(static_cast<double>(all.size()));
  std::vector<absl::StatusOr<bool>> results;
  for (size_t i = 0; i < group.size(); ++i) {
    if (status.ok()) {
      results.emplace_back(true);
    } else {
      results.emplace_back(status);
    }
  }
  return results;
}

void ReceiptRecorder::Sent(std::vector<int64_t> delivery_nos,
                           std::vector<std::string> recipient_ids) {
  MutexLock lock(&mutex_);
  sent_.push_back(
      {std::move(delivery_nos), std::move(recipient_ids), clock_.Now()});
}

bool ReceiptRecorder::RecordSent() {
  const absl::Time now = clock_.Now();
  std::vector<int64_t> numbers;
  std::vector<std::string> ids;
  std::vector<absl::Time> times;
  bool more = false;
  {
    MutexLock lock(&mutex_);
    while (!sent_.empty() && sent_.front().time + kSilence <= now && !more) {
      const SentOut& out = sent_.front();
      numbers.insert(numbers.end(), out.delivery_nos.begin(),
                     out.delivery_nos.end());
      ids.insert(ids.end(), out.recipient_ids.begin(), out.recipient_ids.end());
      times.insert(times.end(), out.delivery_nos.size(), out.time);
      sent_.pop_front();
      more = numbers.size() >= kMaxSentRows;
    }
  }
  // Lost at worst: then the cause of a missing receipt reads "offline".
  if (!numbers.empty()) {
    store_.RecordSent(numbers, ids, times, absl::Now() + kWriteTime)
        .IgnoreError();
  }
  return more;
}

}  // namespace wangge::command
