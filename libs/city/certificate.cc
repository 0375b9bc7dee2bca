#include "city/certificate.h"

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "city/duty_check.h"
#include "city/ground_check.h"

namespace wangge::city {
namespace {

using registry::v1::CityCertificate;
using registry::v1::CityFault;

// Lists faults, most of a kind first, and counts them by district.
class Writer {
 public:
  Writer(const City& city, CityCertificate* certificate)
      : certificate_(*certificate) {
    for (const Grid* grid : city.ChildrenOf(city.root_grid().grid_id())) {
      if (grid->level() != common::v1::GRID_LEVEL_DISTRICT) continue;
      auto& summary = summaries_[grid->grid_id()];
      summary.set_district_grid_id(grid->grid_id());
      summary.set_district_name(grid->name());
    }
  }

  CityCertificate::Summary& SummaryOf(const std::string& district_grid_id) {
    return summaries_[district_grid_id];
  }

  void Add(CityFault fault) {
    auto& summary = summaries_[fault.district_grid_id()];
    ++(*summary.mutable_fault_counts())[fault.kind()];
    if (fault.kind() == registry::v1::CITY_FAULT_KIND_GAP) {
      summary.set_gap_square_meters(summary.gap_square_meters() +
                                    fault.area_square_meters());
    } else if (fault.kind() == registry::v1::CITY_FAULT_KIND_OVERLAP) {
      summary.set_overlap_square_meters(summary.overlap_square_meters() +
                                        fault.area_square_meters());
    }
    faults_.push_back(std::move(fault));
  }

  void Finish() {
    std::sort(faults_.begin(), faults_.end(),
              [](const CityFault& a, const CityFault& b) {
                if (a.kind() != b.kind()) return a.kind() < b.kind();
                if (a.area_square_meters() != b.area_square_meters()) {
                  return a.area_square_meters() > b.area_square_meters();
                }
                return std::tie(a.row().id(), a.description()) <
                       std::tie(b.row().id(), b.description());
              });
    std::map<int, int> listed;
    for (CityFault& fault : faults_) {
      if (++listed[fault.kind()] <= kMaxFaultsPerKind) {
        *certificate_.add_faults() = std::move(fault);
      }
    }
    for (auto& [id, summary] : summaries_) {
      Sum(summary, certificate_.mutable_total());
      *certificate_.add_districts() = std::move(summary);
    }
    certificate_.set_certified(faults_.empty());
  }

 private:
  static void Sum(const CityCertificate::Summary& part,
                  CityCertificate::Summary* total) {
    total->set_grid_count(total->grid_count() + part.grid_count());
    total->set_leaf_count(total->leaf_count() + part.leaf_count());
    total->set_cell_count(total->cell_count() + part.cell_count());
    total->set_fallback_cell_count(total->fallback_cell_count() +
                                   part.fallback_cell_count());
    total->set_unmanned_cell_count(total->unmanned_cell_count() +
                                   part.unmanned_cell_count());
    total->set_gap_square_meters(total->gap_square_meters() +
                                 part.gap_square_meters());
    total->set_overlap_square_meters(total->overlap_square_meters() +
                                     part.overlap_square_meters());
    for (const auto& [kind, count] : part.fault_counts()) {
      (*total->mutable_fault_counts())[kind] += count;
    }
  }

  CityCertificate& certificate_;
  std::vector<CityFault> faults_;
  std::map<std::string, CityCertificate::Summary> summaries_;
};

}  // namespace

CityCertificate Certify(const City& city, absl::Time now) {
  const absl::Time start = absl::Now();
  CityCertificate certificate;
  *certificate.mutable_version() = city.version();
  *certificate.mutable_check_time() = ToProto(now);
  Writer writer(city, &certificate);
  auto on_duty =
      std::async(std::launch::async, [&] { return CheckDuty(city, now); });
  const GroundFindings ground = CheckGround(city);
  for (const CityFault& fault : ground.faults) writer.Add(fault);
  certificate.set_sliver_width_meters(geo::kSliverWidthMeters);
  certificate.set_sliver_count(ground.sliver_count);
  certificate.set_sliver_square_meters(ground.sliver_square_meters);
  certificate.set_parent_count(ground.parent_count);
  certificate.set_proved_parent_count(ground.proved_parent_count);
  const DutyFindings duty = on_duty.get();
  for (const CityFault& fault : duty.faults) writer.Add(fault);
  for (const auto& [district, counts] : duty.cells_by_district) {
    auto& summary = writer.SummaryOf(district);
    summary.set_grid_count(counts.grids);
    summary.set_leaf_count(counts.leaves);
    summary.set_cell_count(counts.cells);
    summary.set_fallback_cell_count(counts.fallbacks);
    summary.set_unmanned_cell_count(counts.unmanned);
  }
  writer.Finish();
  certificate.set_duration_seconds(absl::ToDoubleSeconds(absl::Now() - start));
  return certificate;
}

std::vector<CityFault> NewFaults(const CityCertificate& before,
                                 const CityCertificate& after) {
  const auto name = [](const CityFault& fault) {
    return absl::StrCat(fault.kind(), "\n", KeyText(fault.row()), "\n",
                        fault.description());
  };
  std::set<std::string> known;
  for (const CityFault& fault : before.faults()) known.insert(name(fault));
  std::vector<CityFault> faults;
  for (const CityFault& fault : after.faults()) {
    if (!known.contains(name(fault))) faults.push_back(fault);
  }
  return faults;
}

}  // namespace wangge::city
