#include "tools/wgctl/print.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "errors/errors.h"
#include "google/protobuf/util/json_util.h"

namespace wangge::wgctl {
namespace {

using cases::v1::CaseEvent;

std::string Unit(const cases::v1::Assignment& a) {
  return absl::StrCat(a.unit_name(), a.officer_name().empty() ? "" : " ",
                      a.officer_name());
}

std::string DescribeTrace(const routing::v1::RoutePlan& plan) {
  std::string text;
  for (const auto& step : plan.trace()) {
    absl::StrAppend(&text, "\n        why  ", step.stage(), ": ",
                    step.subject(), " – ", step.finding());
  }
  return text;
}

std::string DescribeAdmitted(const cases::v1::Admitted& body) {
  const auto& plan = body.plan();
  std::string text = absl::StrCat(
      "受理 ", body.report().source_id(), "/", body.report().source_ref(), "：",
      plan.category_name(), "，", plan.place().name(), "，",
      Short(routing::v1::Disposition_Name(plan.disposition()), "DISPOSITION_"));
  if (!plan.operator_reason().empty()) {
    absl::StrAppend(&text, "（", plan.operator_reason(), "）");
  }
  return text + DescribeTrace(plan);
}

std::string DescribeDispatched(const cases::v1::Dispatched& body) {
  std::string text = body.redispatch() ? "改派" : "派遣";
  for (const auto& a : body.assignments()) {
    absl::StrAppend(
        &text,
        a.role() == cases::v1::ASSIGNMENT_ROLE_LEAD ? " 牵头 " : " 协办 ",
        Unit(a), " [", a.rule_id(), "]");
  }
  if (body.cross_region()) text += " 跨区域";
  if (body.cross_level()) text += " 跨层级";
  if (body.cross_department()) text += " 跨部门";
  return text;
}

std::string NameOf(cases::v1::ApprovalKind kind) {
  switch (kind) {
    case cases::v1::APPROVAL_KIND_RETURN:
      return "退单";
    case cases::v1::APPROVAL_KIND_EXTENSION:
      return "延期";
    case cases::v1::APPROVAL_KIND_SUSPENSION:
      return "挂账";
    case cases::v1::APPROVAL_KIND_CANCEL:
      return "作废";
    case cases::v1::APPROVAL_KIND_RECLASSIFICATION:
      return "更正";
    case cases::v1::APPROVAL_KIND_CO_HANDLERS:
      return "加派";
    default:
      return "";
  }
}

std::string DescribeBody(const CaseEvent& event) {
  switch (event.body_case()) {
    case CaseEvent::kAdmitted:
      return DescribeAdmitted(event.admitted());
    case CaseEvent::kFiled:
      return absl::StrCat("立案 ", event.filed().category_name(), "，限 ",
                          FormatCity(FromProto(event.filed().due_time())));
    case CaseEvent::kDispatched:
      return DescribeDispatched(event.dispatched());
    case CaseEvent::kAccepted:
      return "签收 " + event.accepted().officer_name();
    case CaseEvent::kApprovalRequested: {
      const auto& wish = event.approval_requested().approval();
      return absl::StrCat("申请#", wish.approval_number(), " ",
                          NameOf(wish.kind()), "：", wish.reason());
    }
    case CaseEvent::kApprovalDecided:
      return absl::StrCat(
          event.approval_decided().approved() ? "同意" : "不同意", "申请#",
          event.approval_decided().approval_number(), "：",
          event.approval_decided().reason());
    case CaseEvent::kApprovalLapsed:
      return absl::StrCat("申请#", event.approval_lapsed().approval_number(),
                          " 失效：", event.approval_lapsed().reason());
    case CaseEvent::kReturned:
      return "退单：" + event.returned().reason();
    case CaseEvent::kExtended:
      return "延期至 " + FormatCity(FromProto(event.extended().due_time()));
    case CaseEvent::kSuspended:
      return absl::StrCat(
          "挂账至 ", FormatCity(FromProto(event.suspended().review_time())),
          "：", event.suspended().text());
    case CaseEvent::kResumed:
      return "恢复，限 " + FormatCity(FromProto(event.resumed().due_time()));
    case CaseEvent::kSupervisionReplied:
      return "督办回复：" + event.supervision_replied().text();
    case CaseEvent::kReopened:
      return absl::StrCat("重开，第 ", event.reopened().round(), " 轮：",
                          event.reopened().reason());
    case CaseEvent::kTransferred:
      return absl::StrCat("移交 ", event.transferred().outside_body(),
                          "，回执 ", event.transferred().receipt());
    case CaseEvent::kReclassified:
      return absl::StrCat("更正为 ",
                          event.reclassified().plan().category_name(), "：",
                          event.reclassified().reason());
    case CaseEvent::kMerged:
      return absl::StrCat(event.merged().automatic() ? "自动并入 " : "并入 ",
                          event.merged().master_case_no(), "：",
                          event.merged().reason());
    case CaseEvent::kReportsJoined:
      return absl::StrCat("并入 ", event.reports_joined().case_no(), " 的 ",
                          event.reports_joined().reports_size(), " 件诉求");
    case CaseEvent::kUnmerged:
      return absl::StrCat("从 ", event.unmerged().master_case_no(), " 拆出：",
                          event.unmerged().reason());
    case CaseEvent::kReportsParted:
      return absl::StrCat("拆出 ", event.reports_parted().case_no(), "：",
                          event.reports_parted().reason());
    case CaseEvent::kCoHandlersChanged:
      return absl::StrCat("加派 ", event.co_handlers_changed().added_size(),
                          "，撤回 ",
                          event.co_handlers_changed().withdrawn_numbers_size());
    case CaseEvent::kConsultationElevated:
      return "会商提级至 " +
             event.consultation_elevated().coordinator_unit_id();
    case CaseEvent::kAdjudicated:
      return "裁定：" + event.adjudicated().reason();
    case CaseEvent::kLinkedToBatch:
      return absl::StrCat("列入类案 ", event.linked_to_batch().batch_id(), " ",
                          event.linked_to_batch().root_cause());
    case CaseEvent::kReporterRevealed:
      return absl::StrCat("查看诉求人信息 ",
                          event.reporter_revealed().officer_id(), "：",
                          event.reporter_revealed().purpose());
    case CaseEvent::kReporterErased:
      return "诉求人信息保存期满，已删除";
    case CaseEvent::kRedacted:
      return "删除诉求内容：" + event.redacted().reason();
    case CaseEvent::kUrged:
      return absl::StrCat("催办 ", event.urged().kind(), " ",
                          event.urged().text());
    case CaseEvent::kSupervised:
      return "督办：" + event.supervised().reason();
    case CaseEvent::kHandled:
      return absl::StrCat(
          "办结 ",
          Short(cases::v1::Outcome_Name(event.handled().outcome()), "OUTCOME_"),
          "：", event.handled().text());
    case CaseEvent::kCheckPassed:
      return "核查通过 " + event.check_passed().text();
    case CaseEvent::kCheckFailed:
      return "核查不通过：" + event.check_failed().reason();
    case CaseEvent::kClosed:
      return absl::StrCat("结案 ", event.closed().text(),
                          event.closed().root_cause().empty() ? "" : "；根因：",
                          event.closed().root_cause());
    case CaseEvent::kJointProposed:
      return absl::StrCat("提请会商（", event.joint_proposed().cause(), "），",
                          event.joint_proposed().party_unit_ids_size(), " 方");
    case CaseEvent::kConvened:
      return "召集各方";
    case CaseEvent::kPositionRecorded: {
      const auto& position = event.position_recorded().position();
      return absl::StrCat("表态 ", position.unit_id(),
                          position.accepts() ? " 认领：" : " 不认领：",
                          position.basis());
    }
    case CaseEvent::kJointDecided:
      return "会商决定：" + event.joint_decided().reason();
    case CaseEvent::kAssignmentDone:
      return absl::StrCat("协办完成 #",
                          event.assignment_done().assignment_number(), "：",
                          event.assignment_done().text());
    case CaseEvent::kAssignmentChecked:
      return absl::StrCat("协办核查通过 #",
                          event.assignment_checked().assignment_number());
    case CaseEvent::kAssignmentWaived:
      return absl::StrCat("协办免除 #",
                          event.assignment_waived().assignment_number(), "：",
                          event.assignment_waived().reason());
    case CaseEvent::kVerificationRequested:
      return absl::StrCat(
          "现场核实：",
          event.verification_requested().verification().officer_name(), "（",
          event.verification_requested().verification().question(), "）");
    case CaseEvent::kVerified:
      return absl::StrCat(event.verified().found() ? "核实属实：" : "未发现：",
                          event.verified().text(),
                          DescribeTrace(event.verified().plan()));
    case CaseEvent::kRejected:
      return "不予受理：" + event.rejected().reason();
    case CaseEvent::kCancelled:
      return "撤销：" + event.cancelled().reason();
    case CaseEvent::kFollowedUp:
      return "回访";
    case CaseEvent::BODY_NOT_SET:
      break;
  }
  return "?";
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options)
           .ok()) {
    return "{}";
  }
  return json;
}

std::string Explain(const absl::Status& status) {
  std::string text =
      absl::StrCat("error: ", absl::StatusCodeToString(status.code()), ": ",
                   std::string(status.message()));
  for (const std::string& violation : errors::ViolationsOf(status)) {
    absl::StrAppend(&text, "\n  - ", violation);
  }
  // Whoever waits for a connection gets no other answer than the deadline.
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
    text += "\nIs the suite running? Start it with deploy/up.";
  }
  return text;
}

std::string Short(const std::string& name, const std::string& prefix) {
  return absl::StartsWith(name, prefix) ? name.substr(prefix.size()) : name;
}

std::string DescribeEvent(const CaseEvent& event) {
  return absl::StrFormat("%3d  %s  %-16s %s", event.sequence(),
                         FormatCity(FromProto(event.event_time())),
                         event.actor(), DescribeBody(event));
}

std::string DescribeCase(const cases::v1::Case& c) {
  std::string text = absl::StrFormat(
      "案件 %s  %s%s  %s  %s\n  %s\n", c.case_no(),
      Short(cases::v1::CaseState_Name(c.state()), "CASE_STATE_"),
      c.outcome() == 0
          ? ""
          : "/" + Short(cases::v1::Outcome_Name(c.outcome()), "OUTCOME_"),
      c.category_name(), c.title(), c.text());
  for (const auto& a : c.assignments()) {
    absl::StrAppend(
        &text, "  #", a.assignment_number(),
        a.role() == cases::v1::ASSIGNMENT_ROLE_LEAD ? " 牵头 " : " 协办 ",
        Unit(a), "  ",
        Short(cases::v1::AssignmentState_Name(a.state()), "ASSIGNMENT_STATE_"),
        "\n");
  }
  return text;
}

std::string DescribeReporter(const cases::v1::MaskedReporter& reporter) {
  return absl::StrCat("  诉求人 ", reporter.erased()
                                       ? "信息已删除"
                                       : reporter.reporter().name() + " " +
                                             reporter.reporter().phone());
}

std::string DescribeFeedback(const cases::v1::Feedback& item) {
  return absl::StrCat(
      FormatCity(FromProto(item.event_time())), "  ", item.source_ref(), "  ",
      item.case_no(), "  ",
      Short(cases::v1::FeedbackKind_Name(item.kind()), "FEEDBACK_KIND_"), "  ",
      item.unit_name(), " ", item.officer_name(), " ", item.text());
}

Progress::Progress(std::string what, size_t total)
    : what_(std::move(what)),
      total_(total),
      visible_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (visible_) std::fputs("\n", stderr);
}

void Progress::Set(size_t done) {
  if (!visible_) return;
  constexpr size_t kWidth = 40;
  const size_t filled = total_ == 0 ? kWidth : done * kWidth / total_;
  std::fprintf(stderr, "\r%s [%s%s] %zu/%zu", what_.c_str(),
               std::string(filled, '#').c_str(),
               std::string(kWidth - filled, '.').c_str(), done, total_);
  std::fflush(stderr);
}

}  // namespace wangge::wgctl
