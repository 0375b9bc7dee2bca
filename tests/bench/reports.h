// Reports as a city has them: from everywhere, so that they do not all look for
// duplicates at the same place.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "base/csv.h"
#include "base/file.h"
#include "tests/suite.h"

namespace wangge::bench {

// A HeatingReport from one of the thousand addresses that the suite's city was
// made with. Thread-safe.
inline intake::v1::SubmitReportRequest ReportFromAnywhere() {
  static const auto* const addresses = [] {
    auto* all = new std::vector<std::string>;
    const std::string path = SuiteSettings().city_folder + "/addresses.csv";
    const auto table =
        CsvTable::Parse(path, ReadFile(path).value_or(""), {"address"});
    if (!table.ok() || table->rows().empty()) {
      std::fprintf(stderr, "bench: %s has no addresses\n", path.c_str());
      std::exit(1);
    }
    for (const auto& row : table->rows()) all->push_back(row.Get("address"));
    return all;
  }();
  thread_local std::minstd_rand random{std::random_device{}()};
  auto request = HeatingReport();
  request.mutable_report()->set_address(
      (*addresses)[random() % addresses->size()]);
  return request;
}

}  // namespace wangge::bench
