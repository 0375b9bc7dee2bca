// The rows of a city as a value: versions share what they have in common, and
// computing a content hash costs what changed.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/parallel.h"
#include "base/shared_map.h"
#include "city/row.h"

namespace wangge::city {

using RowPtr = std::shared_ptr<const CityRow>;

// Rows by KeyText, in order: the input from which a city is built.
using RowMap = std::map<std::string, RowPtr>;

// Adds a row, or replaces the row that has the same key.
void AddRow(const CityRow& row, RowMap* rows);

// The difference between two versions. Keys are KeyText.
struct Changes {
  RowMap upserts;
  std::vector<std::string> removals;

  bool empty() const { return upserts.empty() && removals.empty(); }
};

// Calls `work(i, key, row)` for every upsert, `i` being its position, on all
// cores; kUpsertsPerRange consecutive ones are handled by one thread.
inline constexpr size_t kUpsertsPerRange = 1000;
template <typename Work>
void ForEachUpsert(const Changes& changes, const Work& work) {
  std::vector<const RowMap::value_type*> upserts;
  for (const auto& upsert : changes.upserts) upserts.push_back(&upsert);
  ForEachRange(upserts.size(), kUpsertsPerRange, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      work(i, upserts[i]->first, *upserts[i]->second);
    }
  });
}

// From rows and keys as messages carry them.
Changes ChangesOf(
    const google::protobuf::RepeatedPtrField<CityRow>& rows,
    const google::protobuf::RepeatedPtrField<CityRowKey>& removed_rows);

// Thread safety as SharedMap.
class RowSet {
 public:
  RowSet() = default;
  explicit RowSet(const RowMap& rows);

  // Null when there is none.
  const CityRow* Find(absl::string_view key) const;
  size_t size() const { return rows_.size(); }

  void Apply(const Changes& changes);

  // SHA-256 over the rows, hex: for each bucket of SharedMap the SHA-256 over
  // key and SHA-256 of its rows, over all buckets; what is equal in two
  // processes has equal hashes.
  std::string ContentHash() const;

  // In an order that depends on the keys alone.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    rows_.ForEach([&](const std::string& key, const Item& item) {
      visit(key, item.row);
    });
  }
  // In order of the key.
  RowMap Sorted() const;

 private:
  friend Changes Difference(const RowSet& from, const RowSet& to);

  using Digest = std::array<char, 32>;
  struct Item {
    RowPtr row;
    Digest digest;
  };
  using Items = SharedMap<std::string, Item>;

  void DigestBuckets(const std::vector<size_t>& buckets);

  Items rows_;
  std::vector<Digest> bucket_digests_;  // Empty without rows.
};

// The changes that lead from one set to another. When one was made from the
// other, this costs only what differs.
Changes Difference(const RowSet& from, const RowSet& to);

}  // namespace wangge::city
