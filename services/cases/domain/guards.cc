#include "services/cases/domain/guards.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::cases {
namespace {

bool HasPost(const city::Officer& officer,
             std::initializer_list<const char*> posts) {
  return std::any_of(officer.posts().begin(), officer.posts().end(),
                     [&](const std::string& held) {
                       return std::find(posts.begin(), posts.end(), held) !=
                              posts.end();
                     });
}

absl::Status NotYours(const Case& c, const Context& context,
                      const std::string& who) {
  absl::Status status =
      errors::NotYours("case", c.case_no(), context.actor.text);
  absl::Status result(status.code(),
                      absl::StrCat(status.message(), ": only ", who));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& value) {
    result.SetPayload(type, value);
  });
  return result;
}

bool IsDispatcherOf(const city::Officer& officer, const city::City& city) {
  const city::Unit* unit = city.FindUnit(officer.unit_id());
  return unit != nullptr &&
         unit->kind() == registry::v1::UNIT_KIND_OPERATION_CENTRE &&
         HasPost(officer, {"dispatcher", "duty_officer"});
}

bool HandledAnyPart(const Case& c, const city::Officer& officer) {
  if (c.handled_by() == officer.officer_id()) return true;
  return std::any_of(c.assignments().begin(), c.assignments().end(),
                     [&](const Assignment& a) {
                       return a.accepted_by() == officer.officer_id();
                     });
}

}  // namespace

absl::Status Refuse(const Case& c, const std::string& command,
                    const std::string& why) {
  return errors::WrongState(c.case_no(), StateName(c.state()), command, why);
}

absl::Status RequireOfficer(const Case& c, const Context& context) {
  if (context.actor.officer != nullptr) return absl::OkStatus();
  return NotYours(c, context, "officers of the city, with their token");
}

absl::Status RequireDispatcher(const Case& c, const Context& context) {
  const city::Officer* officer = context.actor.officer;
  if (officer != nullptr && IsDispatcherOf(*officer, context.city) &&
      context.city.IsSameOrAbove(officer->unit_id(), c.accountable_unit_id())) {
    return absl::OkStatus();
  }
  return NotYours(
      c, context,
      "a dispatcher of an operation centre above the unit in charge");
}

absl::Status RequireCoordinator(const Case& c, const Context& context) {
  const city::Officer* officer = context.actor.officer;
  if (officer != nullptr && IsDispatcherOf(*officer, context.city) &&
      context.city.IsSameOrAbove(officer->unit_id(),
                                 c.consultation().coordinator_unit_id())) {
    return absl::OkStatus();
  }
  return NotYours(c, context, "the coordinating operation centre");
}

absl::Status RequireUnitOf(const Case& c, const Assignment* assignment,
                           const Context& context) {
  const city::Officer* officer = context.actor.officer;
  if (assignment != nullptr && officer != nullptr &&
      (officer->officer_id() == assignment->officer_id() ||
       officer->unit_id() == assignment->unit_id())) {
    return absl::OkStatus();
  }
  return NotYours(c, context,
                  assignment == nullptr
                      ? std::string("units with an assignment in the case")
                      : "officers of " + assignment->unit_name());
}

absl::Status RequireVerifier(const Case& c, const Context& context) {
  const city::Officer* officer = context.actor.officer;
  if (officer != nullptr && officer->unit_id() == c.verification().unit_id()) {
    return absl::OkStatus();
  }
  return NotYours(c, context, "the grid team that was asked to look");
}

absl::Status RequireChecker(const Case& c, const Context& context) {
  RETURN_IF_ERROR(RequireOfficer(c, context));
  const city::Officer& officer = *context.actor.officer;
  if (!HasPost(officer, {"grid_worker", "grid_leader", "micro_grid_leader",
                         "checker", "dispatcher", "duty_officer"})) {
    return NotYours(c, context, "grid workers, grid leaders and checkers");
  }
  if (HandledAnyPart(c, officer)) {
    return NotYours(c, context, "a person who handled no part of the case");
  }
  return absl::OkStatus();
}

bool IsSourceOf(const Case& c, const Actor& actor) {
  return !actor.source_id.empty() &&
         std::any_of(c.reports().begin(), c.reports().end(),
                     [&](const v1::ReportKey& key) {
                       return key.source_id() == actor.source_id;
                     });
}

absl::StatusOr<const city::Unit*> FindUnit(const Context& context,
                                           const std::string& field,
                                           const std::string& unit_id) {
  const city::Unit* unit = context.city.FindUnit(unit_id);
  if (unit != nullptr) return unit;
  errors::Violations v;
  v.Add(field, absl::StrCat("names the unit `", unit_id,
                            "`, which is not in city version ",
                            context.city.version().version()));
  return v.ToStatus();
}

}  // namespace wangge::cases
