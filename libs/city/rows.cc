#include "city/rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"

namespace wangge::city {
namespace {

template <typename Digest>
Digest Sha256Of(const std::string& text) {
  const std::string bytes = Sha256(text);
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace

void AddRow(const CityRow& row, RowMap* rows) {
  (*rows)[KeyText(KeyOf(row))] = std::make_shared<const CityRow>(row);
}

Changes ChangesOf(
    const google::protobuf::RepeatedPtrField<CityRow>& rows,
    const google::protobuf::RepeatedPtrField<CityRowKey>& removed_rows) {
  Changes changes;
  for (const CityRow& row : rows) AddRow(row, &changes.upserts);
  for (const CityRowKey& key : removed_rows) {
    changes.removals.push_back(KeyText(key));
  }
  return changes;
}

RowSet::RowSet(const RowMap& rows) {
  Changes changes;
  changes.upserts = rows;
  Apply(changes);
}

const CityRow* RowSet::Find(absl::string_view key) const {
  const Item* item = rows_.Find(key);
  return item == nullptr ? nullptr : item->row.get();
}

void RowSet::Apply(const Changes& changes) {
  std::vector<size_t> touched;
  for (const std::string& key : changes.removals) {
    rows_.Erase(key);
    touched.push_back(Items::IndexOf(key));
  }
  std::vector<Digest> digests(changes.upserts.size());
  ForEachUpsert(
      changes, [&](size_t i, const std::string& key, const CityRow& row) {
        digests[i] =
            Sha256Of<Digest>(absl::StrCat(key, "\n", row.SerializeAsString()));
      });
  auto digest = digests.begin();
  for (const auto& [key, row] : changes.upserts) {
    rows_.Edit(key) = {row, *digest++};
    touched.push_back(Items::IndexOf(key));
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  DigestBuckets(touched);
}

void RowSet::DigestBuckets(const std::vector<size_t>& buckets) {
  bucket_digests_.resize(Items::kBuckets);
  std::string text;
  std::vector<const Items::Entry*> ordered;
  for (const size_t index : buckets) {
    text.clear();
    const Items::Bucket* bucket = rows_.BucketAt(index);
    if (bucket == nullptr || bucket->empty()) {
      bucket_digests_[index] = {};
      continue;
    }
    ordered.clear();
    bucket->ForEach(
        [&](const Items::Entry& entry) { ordered.push_back(&entry); });
    std::sort(ordered.begin(), ordered.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    for (const auto* entry : ordered) {
      const Digest& digest = entry->second.digest;
      text.append(digest.data(), digest.size());
    }
    bucket_digests_[index] = Sha256Of<Digest>(text);
  }
}

std::string RowSet::ContentHash() const {
  std::string text;
  for (const Digest& digest : bucket_digests_) {
    text.append(digest.data(), digest.size());
  }
  return ToHex(Sha256(text));
}

RowMap RowSet::Sorted() const {
  RowMap sorted;
  ForEach([&](const std::string& key, const RowPtr& row) {
    sorted.emplace(key, row);
  });
  return sorted;
}

Changes Difference(const RowSet& from, const RowSet& to) {
  using Items = RowSet::Items;
  static const auto* const none = new Items::Bucket;
  Changes changes;
  for (size_t i = 0; i < Items::kBuckets; ++i) {
    const Items::Bucket* before = from.rows_.BucketAt(i);
    const Items::Bucket* after = to.rows_.BucketAt(i);
    if (before == after) continue;
    (after == nullptr ? none : after)->ForEach([&](const Items::Entry& entry) {
      const auto* old = from.rows_.Find(entry.first);
      if (old == nullptr || old->digest != entry.second.digest) {
        changes.upserts[entry.first] = entry.second.row;
      }
    });
    (before == nullptr ? none : before)
        ->ForEach([&](const Items::Entry& entry) {
          if (to.rows_.Find(entry.first) == nullptr) {
            changes.removals.push_back(entry.first);
          }
        });
  }
  return changes;
}

}  // namespace wangge::city
