// Whether two reports tell of the same matter (并单). Pure.
//
// Reports are compared only within a merge spot: the same category in the same
// compound or deeper grid. Whatever a person would see as a difference keeps
// them apart: another house or room number, east against west, more than 50 m.
#pragma once

#include <string>
#include <vector>

#include "city/city.h"
#include "services/cases/domain/apply.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::cases {

// Duplicates come within a day.
inline constexpr absl::Duration kDuplicateWindow = absl::Hours(24);

// `category@grid`; empty when the plan is not sure of the category, or of the
// place down to a compound.
std::string MergeSpotOf(const routing::v1::RoutePlan& plan,
                        const city::City& city);

// True while further reports may be merged into the case by themselves.
bool TakesDuplicates(const Case& c);

// What the words of a report are compared by.
class Wording {
 public:
  Wording(const std::string& title, const std::string& text,
          const std::string& address);

  // True when both name numbers, or both name directions, and not the same.
  bool Contradicts(const Wording& other) const;
  // Dice coefficient of the pairs of neighbouring characters of title and text,
  // 0 to 1.
  double Similarity(const Wording& other) const;

 private:
  std::vector<uint64_t> pairs_;       // Sorted.
  std::vector<std::string> numbers_;  // Sorted, without repetitions.
  std::string directions_;            // Sorted, without repetitions.
};

// A case that a new report may belong to.
struct Candidate {
  Case snapshot;
  Wording wording;

  explicit Candidate(Case c)
      : snapshot(std::move(c)),
        wording(snapshot.title(), snapshot.text(), snapshot.address()) {}
};

// The candidate that the case is a duplicate of, the most similar one; null
// when it is of none. Asset faults may be told in other words more than
// incidents.
Candidate* FindMaster(const Case& fresh, const Wording& wording,
                      const city::City& city,
                      std::vector<Candidate>* candidates);

}  // namespace wangge::cases
