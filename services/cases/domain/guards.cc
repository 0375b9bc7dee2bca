#include "services/cases/domain/guards.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::cases {
namespace {

bool HasAnyPost(const city::Officer& officer,
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

bool IsDispatcher(const Actor& actor, const city::City& city) {
  if (actor.officer == nullptr) return false;
  const city::Unit* unit = city.FindUnit(actor.officer->unit_id());
  return unit != nullptr &&
         unit->kind() == registry::v1::UNIT_KIND_OPERATION_CENTRE &&
         HasAnyPost(*actor.officer, {"dispatcher", "duty_officer"});
}

absl::Status RequireDispatcher(const Case& c, const Context& context) {
  return RequireDispatcherAbove(c, {c.accountable_unit_id()}, context);
}

absl::Status RequireDispatcherAbove(const Case& c,
                                    const std::vector<std::string>& unit_ids,
                                    const Context& context) {
  const city::Officer* officer = context.actor.officer;
  if (IsDispatcher(context.actor, context.city) &&
      std::all_of(
          unit_ids.begin(), unit_ids.end(), [&](const std::string& unit_id) {
            return context.city.IsSameOrAbove(officer->unit_id(), unit_id);
          })) {
    return absl::OkStatus();
  }
  return NotYours(
      c, context,
      unit_ids.size() == 1
          ? "a dispatcher of an operation centre above the unit in charge"
          : "a dispatcher of an operation centre above all units concerned");
}

absl::Status RequireLeader(const Case& c, const Context& context) {
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  if (HasPost(context.actor, "leader")) return absl::OkStatus();
  return NotYours(c, context, "a leader of an operation centre");
}

absl::Status RequireCoordinator(const Case& c, const Context& context) {
  const city::Officer* officer = context.actor.officer;
  if (IsDispatcher(context.actor, context.city) &&
      context.city.IsSameOrAbove(officer->unit_id(),
                                 c.consultation().coordinator_unit_id())) {
    return absl::OkStatus();
  }
  return NotYours(c, context, "the coordinating operation centre");
}

absl::Status RequireAdjudicator(const Case& c, const Context& context) {
  RETURN_IF_ERROR(RequireCoordinator(c, context));
  const std::string& coordinator = c.consultation().coordinator_unit_id();
  if (context.actor.officer->unit_id() != coordinator ||
      coordinator == context.city.root_unit().unit_id()) {
    return absl::OkStatus();
  }
  return NotYours(c, context, "a centre above the coordinating one");
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

absl::Status RequireAccountable(const Case& c, const Context& context) {
  const city::Officer* officer = context.actor.officer;
  if (officer != nullptr && officer->unit_id() == c.accountable_unit_id()) {
    return absl::OkStatus();
  }
  return NotYours(c, context, "officers of the unit in charge");
}

absl::Status RequireChecker(const Case& c, const Context& context) {
  RETURN_IF_ERROR(RequireOfficer(c, context));
  const city::Officer& officer = *context.actor.officer;
  if (!HasAnyPost(officer, {"grid_worker", "grid_leader", "micro_grid_leader",
                            "checker"}) &&
      !IsDispatcher(context.actor, context.city)) {
    return NotYours(c, context, "grid workers, grid leaders and checkers");
  }
  if (HandledAnyPart(c, officer)) {
    return NotYours(c, context, "a person who handled no part of the case");
  }
  return absl::OkStatus();
}

absl::Status CheckAllowed(const Case& c, const std::string& command,
                          const city::Category& category,
                          const city::Unit& unit) {
  if (category.department_only() &&
      unit.kind() == registry::v1::UNIT_KIND_GRID_TEAM) {
    return Refuse(c, command,
                  absl::StrCat(category.name(),
                               " is for departments only, never for a grid"));
  }
  return absl::OkStatus();
}

absl::Status CheckAllowed(const Case& c, const std::string& command,
                          const city::Unit& unit, const Context& context) {
  const auto* category = context.city.FindCategory(c.category_code());
  return category == nullptr ? absl::OkStatus()
                             : CheckAllowed(c, command, *category, unit);
}

absl::Status FieldFault(const std::string& field, const std::string& problem) {
  errors::Violations v;
  v.Add(field, problem);
  return v.ToStatus();
}

bool HasPost(const Actor& actor, const std::string& post) {
  return actor.officer != nullptr && Contains(actor.officer->posts(), post);
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
  return FieldFault(field, absl::StrCat("names the unit `", unit_id,
                                        "`, which is not in city version ",
                                        context.city.version().version()));
}

}  // namespace wangge::cases
