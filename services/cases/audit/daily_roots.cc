#include "services/cases/audit/daily_roots.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "log/log.h"
#include "services/cases/domain/merkle.h"

namespace wangge::cases {
namespace {

constexpr int kHashesPage = 10'000;
constexpr absl::Duration kHashesTime = absl::Seconds(10);

std::string DayBefore(absl::Time now) {
  return absl::FormatCivilTime(absl::ToCivilDay(now, CityTimeZone()) - 1);
}

// Calls `visit` with every hash of a part of the feed.
template <typename Visit>
absl::Status ForEachHash(FeedCursor begin, FeedCursor end, AuditStore* store,
                         const Visit& visit) {
  for (;;) {
    ASSIGN_OR_RETURN(const auto page, store->Hashes(begin, end, kHashesPage,
                                                    absl::Now() + kHashesTime));
    for (const EventHash& one : page) visit(one);
    if (page.size() < kHashesPage) return absl::OkStatus();
    begin = page.back().cursor;
  }
}

bool IsOfDay(FeedCursor cursor, const StoredRoot& root) {
  return root.begin < cursor && !(root.end < cursor);
}

}  // namespace

absl::StatusOr<v1::DailyRoot> DailyRoots::Recompute(const StoredRoot& root) {
  MerkleTree tree;
  RETURN_IF_ERROR(
      ForEachHash(root.begin, root.end, &store_,
                  [&](const EventHash& one) { tree.Add(one.hash); }));
  v1::DailyRoot again;
  again.set_day(root.root.day());
  again.set_leaf_count(tree.size());
  again.set_root(tree.Root());
  again.set_end_cursor(root.end.ToText());
  return again;
}

absl::Status DailyRoots::MakeIfDue(absl::Time now) {
  const absl::Time deadline = now + kHashesTime;
  ASSIGN_OR_RETURN(StoredRoot next, store_.LastRoot(deadline));
  const std::string day = DayBefore(now);
  if (next.root.day() >= day) return absl::OkStatus();
  next.begin = next.end;
  ASSIGN_OR_RETURN(next.end, feed_end_(deadline));
  next.root.set_day(day);
  ASSIGN_OR_RETURN(next.root, Recompute(next));
  ASSIGN_OR_RETURN(const bool first,
                   store_.KeepRoot(next, absl::Now() + kHashesTime));
  if (!first) return absl::OkStatus();
  const std::string hex = ToHex(next.root.root());
  log::Info("daily root", {{"day", day},
                           {"events", absl::StrCat(next.root.leaf_count())},
                           {"root", hex}});
  if (file_.empty()) return absl::OkStatus();
  std::ofstream file(file_, std::ios::app);
  file << day << " " << next.root.leaf_count() << " " << hex << std::endl;
  return file ? absl::OkStatus()
              : absl::InternalError(file_ + ": the root cannot be appended");
}

absl::Status DailyRoots::AddProofs(const std::vector<FeedCursor>& cursors,
                                   absl::Time oldest,
                                   std::vector<v1::StoredEvent>* stored,
                                   absl::Time deadline) {
  // What happens before the root of yesterday is made belongs to yesterday.
  ASSIGN_OR_RETURN(const auto roots, store_.Roots(DayBefore(oldest), deadline));
  for (const StoredRoot& root : roots) {
    const bool has_any =
        std::any_of(cursors.begin(), cursors.end(),
                    [&](FeedCursor cursor) { return IsOfDay(cursor, root); });
    if (!has_any) continue;
    std::vector<std::string> hashes;
    std::vector<FeedCursor> places;
    RETURN_IF_ERROR(
        ForEachHash(root.begin, root.end, &store_, [&](const EventHash& one) {
          hashes.push_back(one.hash);
          places.push_back(one.cursor);
        }));
    for (size_t i = 0; i < cursors.size(); ++i) {
      if (!IsOfDay(cursors[i], root)) continue;
      const auto at =
          std::lower_bound(places.begin(), places.end(), cursors[i]) -
          places.begin();
      auto& proof = *(*stored)[i].mutable_proof();
      proof.set_day(root.root.day());
      proof.set_leaf_index(at);
      proof.set_leaf_count(root.root.leaf_count());
      proof.set_root(root.root.root());
      for (auto& sibling : MerklePath(hashes, static_cast<size_t>(at))) {
        proof.add_siblings(std::move(sibling));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace wangge::cases
