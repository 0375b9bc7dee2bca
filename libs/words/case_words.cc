#include "words/case_words.h"

#include <cmath>
#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"

namespace wangge::words {
namespace {

namespace v1 = cases::v1;
using v1::CaseEvent;

using Words = std::map<std::string, std::string>;

std::string Short(const std::string& name, const std::string& prefix) {
  return absl::StartsWith(name, prefix) ? name.substr(prefix.size()) : name;
}

// "0.43" as "43%".
std::string Percent(const std::string& number) {
  double value = 0;
  return absl::SimpleAtod(number, &value)
             ? absl::StrCat(std::lround(value * 100), "%")
             : number;
}

std::string Unit(const v1::Assignment& a) {
  return absl::StrCat(a.unit_name(), a.officer_name().empty() ? "" : " ",
                      a.officer_name());
}

std::string DescribeAdmitted(const v1::Admitted& body) {
  const auto& plan = body.plan();
  std::string text = absl::StrCat(
      "受理 ", body.report().source_id(), "/", body.report().source_ref(), "：",
      plan.category_name(), "，", plan.place().name(), "，",
      Short(routing::v1::Disposition_Name(plan.disposition()), "DISPOSITION_"));
  if (!plan.operator_reason().empty()) {
    absl::StrAppend(&text, "（", OperatorReason(plan.operator_reason()), "）");
  }
  return text;
}

std::string DescribeDispatched(const v1::Dispatched& body) {
  std::string text = body.redispatch() ? "改派" : "派遣";
  for (const auto& a : body.assignments()) {
    absl::StrAppend(&text,
                    a.role() == v1::ASSIGNMENT_ROLE_LEAD ? " 牵头 " : " 协办 ",
                    Unit(a), " [", a.rule_id(), "]");
  }
  if (body.cross_region()) text += " 跨区域";
  if (body.cross_level()) text += " 跨层级";
  if (body.cross_department()) text += " 跨部门";
  return text;
}

std::string NameOf(v1::ApprovalKind kind) {
  switch (kind) {
    case v1::APPROVAL_KIND_RETURN:
      return "退单";
    case v1::APPROVAL_KIND_EXTENSION:
      return "延期";
    case v1::APPROVAL_KIND_SUSPENSION:
      return "挂账";
    case v1::APPROVAL_KIND_CANCEL:
      return "作废";
    case v1::APPROVAL_KIND_RECLASSIFICATION:
      return "更正";
    case v1::APPROVAL_KIND_CO_HANDLERS:
      return "加派";
    default:
      return "";
  }
}

}  // namespace

std::string OperatorReason(const std::string& reason) {
  static const auto* const codes =
      new Words{{"category_unknown", "未识别出类别"},
                {"category_unsure", "类别不确定"},
                {"place_unknown", "地点不明"},
                {"place_unsure", "地点不确定"},
                {"not_found_on_spot", "现场未发现"},
                {"returned", "承办单位退单"},
                {"reopened", "已重开"},
                {"unmerged", "已拆出"}};
  const std::vector<std::string> parts = absl::StrSplit(reason, ' ');
  const auto code = codes->find(parts[0]);
  if (code == codes->end()) return reason;
  if (parts.size() < 3) return code->second;
  return absl::StrCat(code->second, "：", Percent(parts[1]), "，需 ",
                      Percent(parts[2]));
}

std::string Cause(const v1::ApprovalLapsed& body) {
  switch (body.cause()) {
    case v1::LAPSE_CAUSE_DEADLINE:
      return "逾期未决定";
    case v1::LAPSE_CAUSE_CONSULTATION:
      return "已提请会商";
    case v1::LAPSE_CAUSE_RESULT_SUBMITTED:
      return "已办结";
    case v1::LAPSE_CAUSE_REJECTED:
      return "不予受理";
    case v1::LAPSE_CAUSE_CANCELLED:
      return "已撤销";
    case v1::LAPSE_CAUSE_RECLASSIFIED:
      return "已更正";
    case v1::LAPSE_CAUSE_TRANSFERRED:
      return "已移交";
    case v1::LAPSE_CAUSE_MERGED:
      return "已并案";
    case v1::LAPSE_CAUSE_RECLAIMED:
      return "来源已收回";
    default:
      break;
  }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  return body.reason();
#pragma GCC diagnostic pop
}

std::string Cause(const v1::Supervised& body) {
  switch (body.rule_cause()) {
    case v1::SUPERVISION_CAUSE_OVERDUE:
      return "已超期";
    case v1::SUPERVISION_CAUSE_NO_REPLY:
      return "督办未按时回复";
    case v1::SUPERVISION_CAUSE_REWORK:
      return absl::StrCat("已返工 ", body.rework_count(), " 次");
    default:
      return body.reason();
  }
}

std::string Cause(const v1::JointProposed& body) {
  switch (body.rule_cause()) {
    case v1::CONSULTATION_CAUSE_NO_OWNER:
      return "设施无主";
    case v1::CONSULTATION_CAUSE_RETURNED_TWICE:
      return "第二次退单";
    default:
      return body.cause();
  }
}

std::string Cause(const v1::Verification& verification) {
  return verification.operator_reason().empty()
             ? verification.question()
             : OperatorReason(verification.operator_reason());
}

std::string Cause(const v1::Merged& body) {
  return body.automatic() ? "同一事项" : body.reason();
}

std::string Cause(const v1::Urged& body) {
  static const auto* const kinds =
      new Words{{"file", "待立案派遣"},     {"verify", "待现场核实"},
                {"accept", "签收时限已到"}, {"handle", "办理时限已用 80%"},
                {"check", "待核查"},        {"return", "退单申请待决定"},
                {"reply", "督办待回复"},    {"adjudication", "会商待裁定"}};
  const auto known = kinds->find(body.kind());
  return known == kinds->end() ? body.text() : known->second;
}

std::string Describe(const CaseEvent& event) {
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
                          " 失效：", Cause(event.approval_lapsed()));
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
                          Cause(event.merged()));
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
      return "催办：" + Cause(event.urged());
    case CaseEvent::kSupervised:
      return "督办：" + Cause(event.supervised());
    case CaseEvent::kHandled:
      return absl::StrCat(
          "办结 ",
          Short(v1::Outcome_Name(event.handled().outcome()), "OUTCOME_"), "：",
          event.handled().text());
    case CaseEvent::kCheckPassed:
      return "核查通过 " + event.check_passed().text();
    case CaseEvent::kCheckFailed:
      return "核查不通过：" + event.check_failed().reason();
    case CaseEvent::kClosed:
      return absl::StrCat("结案 ", event.closed().text(),
                          event.closed().root_cause().empty() ? "" : "；根因：",
                          event.closed().root_cause());
    case CaseEvent::kJointProposed:
      return absl::StrCat("提请会商（", Cause(event.joint_proposed()), "），",
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
          Cause(event.verification_requested().verification()), "）");
    case CaseEvent::kVerified:
      return absl::StrCat(event.verified().found() ? "核实属实：" : "未发现：",
                          event.verified().text());
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

}  // namespace wangge::words
