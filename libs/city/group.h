// Rows of one kind by a property, in order of their id: an index whose copies
// share (see SharedMap).
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "base/shared_map.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::city {

inline const std::string& IdOf(const registry::v1::Grid& row) {
  return row.grid_id();
}
inline const std::string& IdOf(const registry::v1::Unit& row) {
  return row.unit_id();
}
inline const std::string& IdOf(const registry::v1::Officer& row) {
  return row.officer_id();
}
inline const std::string& IdOf(const registry::v1::DutyShift& row) {
  return row.shift_id();
}
inline const std::string& IdOf(const registry::v1::Category& row) {
  return row.category_code();
}
inline const std::string& IdOf(const registry::v1::ResponsibilityRule& row) {
  return row.rule_id();
}
inline const std::string& IdOf(const registry::v1::Place& row) {
  return row.place_id();
}
inline const std::string& IdOf(const registry::v1::Asset& row) {
  return row.asset_id();
}

// Holds pointers to rows, which must outlive it. Thread safety as SharedMap.
template <typename T>
class Group {
 public:
  using Members = std::vector<const T*>;

  // Empty when there are none.
  absl::Span<const T* const> At(absl::string_view key) const {
    const Members* members = members_.Find(key);
    return members == nullptr ? absl::Span<const T* const>() : *members;
  }

  // Calls `visit` with every key and its rows, in an order that depends on the
  // keys alone.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    members_.ForEach(visit);
  }

  void Add(absl::string_view key, const T& row) {
    Members& members = members_.Edit(key);
    members.insert(Position(members, row), &row);
  }

  // REQUIRES: a row with this id was added.
  void Remove(absl::string_view key, const T& row) {
    Members& members = members_.Edit(key);
    members.erase(Position(members, row));
    if (members.empty()) members_.Erase(key);
  }

 private:
  static auto Position(Members& members, const T& row) {
    return std::lower_bound(
        members.begin(), members.end(), &row,
        [](const T* a, const T* b) { return IdOf(*a) < IdOf(*b); });
  }

  SharedMap<std::string, Members> members_;
};

}  // namespace wangge::city
