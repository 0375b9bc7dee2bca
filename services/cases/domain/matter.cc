#include "services/cases/domain/matter.h"

#include "base/clock.h"

namespace wangge::cases {
namespace {

// The case as routing is asked about it, without the units that returned it.
Matter MatterOf(const Case& c, absl::Time now) {
  Matter matter;
  matter.set_title(c.title());
  matter.set_text(c.text());
  matter.set_address(c.address());
  if (c.has_point()) *matter.mutable_point() = c.point();
  matter.set_category_code(c.category_code());
  if (!c.grid_ids().empty()) {
    matter.set_reporter_grid_id(c.grid_ids(c.grid_ids_size() - 1));
  }
  *matter.mutable_time() = ToProto(now);
  *matter.mutable_excluded_unit_ids() = c.excluded_unit_ids();
  return matter;
}

// The same with another category or another point, where they are given.
template <typename Wish>
Matter CorrectedMatterOf(const Case& c, const Wish& wish, absl::Time now) {
  Matter matter = MatterOf(c, now);
  if (!wish.category_code().empty()) {
    matter.set_chosen_category_code(wish.category_code());
  }
  if (wish.has_point()) {
    *matter.mutable_point() = wish.point();
    matter.clear_reporter_grid_id();
  }
  return matter;
}

}  // namespace

Matter MatterOfReport(const v1::Admission& admission, absl::Time now) {
  const v1::Report& report = admission.report();
  Matter matter;
  matter.set_title(report.title());
  matter.set_text(report.text());
  matter.set_address(report.address());
  if (report.has_point()) *matter.mutable_point() = report.point();
  matter.set_category_code(admission.plan().category_code());
  matter.set_reporter_grid_id(report.reporter_grid_id());
  *matter.mutable_time() = ToProto(now);
  return matter;
}

std::optional<Matter> MatterFor(const Case& c,
                                const v1::ReportVerificationRequest& r,
                                absl::Time now) {
  if (!r.found()) return std::nullopt;
  Matter matter = MatterOf(c, now);
  matter.set_title(r.text());
  return matter;
}

std::optional<Matter> MatterFor(const Case& c,
                                const v1::DecideApprovalRequest& r,
                                absl::Time now) {
  const v1::Approval* pending = PendingApproval(c);
  if (pending == nullptr || !r.approved()) return std::nullopt;
  if (pending->kind() == v1::APPROVAL_KIND_RECLASSIFICATION) {
    return CorrectedMatterOf(c, *pending, now);
  }
  if (pending->kind() != v1::APPROVAL_KIND_RETURN || LeadOf(c) == nullptr) {
    return std::nullopt;
  }
  Matter matter = MatterOf(c, now);
  matter.add_excluded_unit_ids(LeadOf(c)->unit_id());
  return matter;
}

std::optional<Matter> MatterFor(const Case& c,
                                const v1::ReclassifyCaseRequest& r,
                                absl::Time now) {
  return CorrectedMatterOf(c, r, now);
}

std::optional<Matter> MatterFor(const Case& c, const v1::UnmergeCaseRequest&,
                                absl::Time now) {
  return MatterOf(c, now);
}

}  // namespace wangge::cases
