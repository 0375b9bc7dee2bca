// Checks a new city: the rows that changed, and references to removed rows.
#pragma once

#include <string>
#include <vector>

#include "city/city.h"

namespace wangge::city {

class CityCheck {
 public:
  // `faults` is added to. Both cities must outlive the check.
  CityCheck(const City& before, const City& after, std::vector<Fault>* faults)
      : before_(before), after_(after), faults_(*faults) {}

  // Fields, references, trees: needs rows and groups of the new city.
  void CheckRows(const Changes& changes);
  // Places that the changes leave outside the city: needs its boundaries.
  void CheckPlaces(const Changes& changes);

 private:
  void CheckUpserts(const Changes& changes);
  void CheckRow(const std::string& key, const CityRow& row);
  void CheckRemoved(const std::string& key);
  void CheckReferences(const std::string& key, const CityRow& row);
  void CheckGrid(const std::string& key, const Grid& grid);
  void CheckUnit(const std::string& key, const Unit& unit);
  void CheckShift(const std::string& key, const DutyShift& shift);
  void CheckCategory(const std::string& key, const Category& category);
  void CheckPlace(const std::string& key, const Place& place);
  void CheckRoots();
  // True when the row is in the new city, or a unit has the function.
  bool Exists(const std::string& key) const;
  void Require(bool ok, const std::string& key, const std::string& problem);

  const City& before_;
  const City& after_;
  std::vector<Fault>& faults_;
};

}  // namespace wangge::city
