#include "services/command/domain/task.h"

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "words/case_words.h"

namespace wangge::command {
namespace {

using cases::v1::Assignment;
using cases::v1::CaseEvent;
using cases::v1::FeedEvent;

std::vector<std::string> OfficersOfUnit(const city::City& city,
                                        const std::string& unit_id) {
  std::vector<std::string> ids;
  for (const auto* officer : city.OfficersOf(unit_id)) {
    ids.push_back(officer->officer_id());
  }
  return ids;
}

class TaskMaker {
 public:
  TaskMaker(const FeedEvent& event, const city::City& city)
      : event_(event), city_(city) {}

  std::vector<Task> Make() {
    const CaseEvent& body = event_.event();
    switch (body.body_case()) {
      case CaseEvent::kDispatched:
        for (const Assignment& assignment : body.dispatched().assignments()) {
          Assign(assignment);
        }
        if (!body.dispatched().redispatch() && !tasks_.empty()) {
          tasks_.front().report_time =
              FromProto(body.dispatched().receive_time());
        }
        break;
      case CaseEvent::kVerificationRequested: {
        const auto& verification = body.verification_requested().verification();
        Add(v1::DELIVERY_KIND_ASSIGNED,
            "现场核实：" + words::Cause(verification),
            {verification.officer_id()});
        break;
      }
      case CaseEvent::kReturned:
        Add(v1::DELIVERY_KIND_RETURNED, body.returned().reason(),
            OfficersOfUnit(city_, body.returned().unit_id()));
        break;
      case CaseEvent::kSupervised:
        Add(v1::DELIVERY_KIND_SUPERVISED, words::Cause(body.supervised()),
            InCharge());
        break;
      case CaseEvent::kUrged:
        Add(v1::DELIVERY_KIND_URGED, words::Cause(body.urged()), InCharge());
        break;
      case CaseEvent::kCheckFailed:
        Add(v1::DELIVERY_KIND_REWORK, body.check_failed().reason(), InCharge());
        break;
      case CaseEvent::kCoHandlersChanged:
        for (const Assignment& added : body.co_handlers_changed().added()) {
          Assign(added);
        }
        break;
      case CaseEvent::kApprovalRequested:
        Add(v1::DELIVERY_KIND_ASSIGNED,
            "待审批：" + body.approval_requested().approval().reason(),
            OfficersOfUnit(
                city_, city_.LowestCommonCentre({event_.accountable_unit_id()})
                           .unit_id()));
        break;
      case CaseEvent::kJointProposed:
        for (const auto& unit_id : body.joint_proposed().party_unit_ids()) {
          Add(v1::DELIVERY_KIND_ASSIGNED,
              "会商：" + words::Cause(body.joint_proposed()),
              OfficersOfUnit(city_, unit_id));
        }
        break;
      default:
        break;
    }
    return std::move(tasks_);
  }

 private:
  std::vector<std::string> InCharge() const {
    return OfficersOfUnit(city_, event_.accountable_unit_id());
  }

  void Assign(const Assignment& assignment) {
    const bool lead = assignment.role() == cases::v1::ASSIGNMENT_ROLE_LEAD;
    Add(v1::DELIVERY_KIND_ASSIGNED,
        absl::StrCat(lead ? "牵头" : "协办", "，请于 ",
                     FormatCity(FromProto(assignment.accept_due_time())),
                     " 前签收"),
        assignment.officer_id().empty()
            ? OfficersOfUnit(city_, assignment.unit_id())
            : std::vector<std::string>{assignment.officer_id()});
  }

  void Add(v1::DeliveryKind kind, const std::string& text,
           std::vector<std::string> recipient_ids) {
    if (recipient_ids.empty()) return;
    const CaseEvent& event = event_.event();
    Task& task = tasks_.emplace_back();
    task.origin = absl::StrCat(event.case_no(), "/", event.sequence(), "/",
                               tasks_.size());
    task.recipient_ids = std::move(recipient_ids);
    task.delivery.set_kind(kind);
    task.delivery.set_subject_id(event.case_no());
    task.delivery.set_title(event_.title());
    task.delivery.set_text(text);
    task.delivery.set_mode(v1::INSTRUCTION_MODE_ACTUAL);
    *task.delivery.mutable_create_time() = event.event_time();
  }

  const FeedEvent& event_;
  const city::City& city_;
  std::vector<Task> tasks_;
};

bool IsOver(cases::v1::CaseState state) {
  switch (state) {
    case cases::v1::CASE_STATE_CLOSED:
    case cases::v1::CASE_STATE_REJECTED:
    case cases::v1::CASE_STATE_MERGED:
    case cases::v1::CASE_STATE_CANCELLED:
    case cases::v1::CASE_STATE_TRANSFERRED:
      return true;
    default:
      return false;
  }
}

void EndTasks(const CaseEvent& event, bool all_kinds, TaskPage* page) {
  std::erase_if(page->tasks, [&](const Task& task) {
    return task.delivery.subject_id() == event.case_no() &&
           (all_kinds || task.delivery.kind() != v1::DELIVERY_KIND_RETURNED);
  });
  TaskEnd& end = page->ends[event.case_no()];
  end.time = FromProto(event.event_time());
  end.all_kinds = end.all_kinds || all_kinds;
}

}  // namespace

void AddEvent(const FeedEvent& event, const city::City& city, TaskPage* page) {
  if (IsOver(event.state())) {
    EndTasks(event.event(), true, page);
    return;
  }
  if (event.event().has_dispatched()) EndTasks(event.event(), false, page);
  for (Task& task : TaskMaker(event, city).Make()) {
    page->tasks.push_back(std::move(task));
  }
}

}  // namespace wangge::command
