#include "services/command/backlog_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/status_macros.h"

namespace wangge::command {
namespace {

constexpr int kBacklogLanes = 3;
constexpr size_t kMaxStreams = 100;  // In one statement.
// Rows that a statement reads at most, shared by its recipients.
constexpr size_t kMaxBacklogRows = 4000;
constexpr size_t kMaxMessageBytes = 256 << 10;
constexpr absl::Duration kBacklogTime = absl::Seconds(20);

// For each delivery whom it waits for, of a stream's recipients.
using Recipients = std::map<int64_t, std::vector<absl::string_view>>;

absl::StatusOr<BacklogPage> PageOf(const Recipients& recipients,
                                   const DeliveryCache::Deliveries& bodies) {
  BacklogPage page;
  ResponseWriter writer;
  for (const auto& [number, ids] : recipients) {
    const auto body = bodies.find(number);
    if (body == bodies.end()) {
      return absl::DataLossError("a delivery has recipients but no body");
    }
    writer.Add(body->second, ids);
    if (writer.size() >= kMaxMessageBytes) {
      page.messages.push_back(writer.Take());
    }
    for (const auto id : ids) {
      page.delivery_nos.push_back(number);
      page.recipient_ids.emplace_back(id);
    }
  }
  if (writer.size() > 0) page.messages.push_back(writer.Take());
  return page;
}

}  // namespace

BacklogReader::BacklogReader(InboxStore* store, DeliveryCache* cache,
                             const Clock* clock)
    : store_(*store),
      cache_(*cache),
      clock_(*clock),
      batcher_("backlogs", kBacklogLanes, kMaxStreams,
               [this](const Group& group) { return ReadGroup(group); }) {}

void BacklogReader::Read(std::vector<Wanted> wanted, Done done) {
  batcher_.Add(std::move(wanted), std::move(done));
}

std::vector<absl::StatusOr<BacklogPage>> BacklogReader::ReadGroup(
    const Group& group) {
  auto pages = ReadPages(group);
  std::vector<absl::StatusOr<BacklogPage>> results;
  for (size_t i = 0; i < group.size(); ++i) {
    if (pages.ok()) {
      results.emplace_back(std::move((*pages)[i]));
    } else {
      results.emplace_back(pages.status());
    }
  }
  return results;
}

absl::StatusOr<std::vector<BacklogPage>> BacklogReader::ReadPages(
    const Group& group) {
  const absl::Time deadline = absl::Now() + kBacklogTime;
  std::vector<Wanted> all;
  for (const auto& wanted : group) {
    all.insert(all.end(), wanted.begin(), wanted.end());
  }
  const size_t limit = std::max<size_t>(4, kMaxBacklogRows / all.size());
  ASSIGN_OR_RETURN(
      const auto pending,
      store_.Pending(all, static_cast<int>(limit), clock_.Now(), deadline));
  std::vector<int64_t> numbers;
  for (const auto& of_one : pending) {
    numbers.insert(numbers.end(), of_one.begin(), of_one.end());
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  ASSIGN_OR_RETURN(const auto bodies, cache_.Get(numbers, deadline));

  std::vector<BacklogPage> pages;
  size_t next = 0;
  for (const auto& wanted : group) {
    Recipients recipients;
    std::vector<Wanted> more;
    for (const Wanted& one : wanted) {
      const auto& waiting = pending[next++];
      for (const int64_t number : waiting) {
        recipients[number].push_back(one.recipient_id);
      }
      if (waiting.size() < limit) continue;
      more.push_back(one);
      more.back().after_no = waiting.back();
    }
    ASSIGN_OR_RETURN(BacklogPage page, PageOf(recipients, bodies));
    page.more = std::move(more);
    pages.push_back(std::move(page));
  }
  return pages;
}

}  // namespace wangge::command
