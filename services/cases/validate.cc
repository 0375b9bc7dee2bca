#include "services/cases/validate.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/text.h"
#include "base/uuid.h"
#include "errors/errors.h"
#include "geo/coordinates.h"
#include "services/cases/domain/search.h"
#include "services/cases/domain/statistics.h"

namespace wangge::cases {
namespace {

using errors::Violations;

constexpr int kMaxAdmissions = 1000;
constexpr int kMaxParties = 20;
constexpr int kMaxEvidence = 50;
constexpr size_t kName = 200;
constexpr size_t kShort = 500;
constexpr size_t kMedium = 2000;
constexpr size_t kLong = 4000;

// The fields that all changes share.
template <typename Request>
Violations Common(const Request& r) {
  Violations v;
  v.RequireText("case_no", r.case_no(), 1, 64);
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("etag", r.etag(), 0, 40);
  return v;
}

void RequirePageSize(int32_t page_size, Violations* v) {
  v->Require(page_size >= 0, "page_size", "is negative; 0 means 50");
}

void RequireItems(const std::string& field, int count, Violations* v) {
  constexpr int kMost = 10'000;
  v->Require(count >= 1 && count <= kMost, field,
             absl::StrCat("has ", count, " items; 1 to ", kMost));
}

// Empty, or YYYY-MM-DD.
void RequireDay(const std::string& field, const std::string& text,
                Violations* v) {
  absl::CivilDay day;
  v->Require(text.empty() || absl::ParseCivilTime(text, &day), field,
             "is no day; write YYYY-MM-DD");
}

// What a list of cases is searched by.
void RequireWords(const std::string& text, Violations* v) {
  constexpr size_t kMaxWords = 10;
  constexpr size_t kMaxCharacters = 50;
  v->RequireText("text", text, 0, kShort);
  const std::vector<std::string> words = WordsOf(text);
  v->Require(words.size() <= kMaxWords, "text",
             absl::StrCat("has ", words.size(), " words; at most ", kMaxWords));
  for (const std::string& word : words) {
    const size_t length = Utf8Length(word);
    v->Require(length >= 2 && length <= kMaxCharacters, "text",
               absl::StrCat("`", word, "` has ", length, " characters; 2 to ",
                            kMaxCharacters, " can be searched for"));
  }
  v->Require(text.empty() || !words.empty(), "text", "is blank");
}

void RequireCircle(const v1::ListCasesRequest& r, Violations* v) {
  constexpr int kMaxMeters = 5000;
  if (!r.has_near()) {
    v->Require(r.radius_meters() == 0, "radius_meters", "has no `near`");
    return;
  }
  const auto point = geo::ToWgs84(r.near());
  v->Require(point.ok(), "near", std::string(point.status().message()));
  v->Require(r.radius_meters() >= 1 && r.radius_meters() <= kMaxMeters,
             "radius_meters",
             absl::StrCat("is ", r.radius_meters(), "; 1 to ", kMaxMeters));
}

// Those of changes that have a reason besides, and nothing else.
template <typename Request>
absl::Status CommonWithReason(const Request& r) {
  Violations v = Common(r);
  v.RequireText("reason", r.reason(), 1, kMedium);
  return v.ToStatus();
}

template <typename Ids>
void RequireUnits(const std::string& field, const Ids& ids, int least,
                  Violations* v) {
  v->Require(
      ids.size() >= least && ids.size() <= kMaxParties, field,
      absl::StrCat("has ", ids.size(), " units; ", least, " to ", kMaxParties));
  for (int i = 0; i < ids.size(); ++i) {
    v->RequireText(absl::StrCat(field, "[", i, "]"), ids.Get(i), 1, 64);
  }
}

// Those of decisions on who is responsible, and why.
template <typename Request>
absl::Status CommonWithUnits(const Request& r) {
  Violations v = Common(r);
  v.RequireText("lead_unit_id", r.lead_unit_id(), 1, 64);
  RequireUnits("co_handler_unit_ids", r.co_handler_unit_ids(), 0, &v);
  v.RequireText("reason", r.reason(), 1, kMedium);
  return v.ToStatus();
}

template <typename Evidence>
void RequireEvidence(const Evidence& evidence, Violations* v) {
  v->Require(
      evidence.size() <= kMaxEvidence, "evidence",
      absl::StrCat("has ", evidence.size(), " items; at most ", kMaxEvidence));
  for (int i = 0; i < evidence.size(); ++i) {
    v->RequireText(absl::StrCat("evidence[", i, "]"), evidence.Get(i), 1,
                   kShort);
  }
}

}  // namespace

absl::Status Validate(const v1::AdmitReportsRequest& r) {
  Violations v;
  v.Require(
      r.admissions_size() >= 1 && r.admissions_size() <= kMaxAdmissions,
      "admissions",
      absl::StrCat("has ", r.admissions_size(), "; 1 to ", kMaxAdmissions));
  for (int i = 0; i < r.admissions_size(); ++i) {
    const auto& admission = r.admissions(i);
    const std::string at = absl::StrCat("admissions[", i, "].");
    const auto& key = admission.report().key();
    v.RequireUuid(at + "request_id", admission.request_id());
    v.RequireText(at + "report.key.source_id", key.source_id(), 1, 64);
    v.RequireText(at + "report.key.source_ref", key.source_ref(), 1, 128);
    v.RequireUuid(at + "report.key.report_id", key.report_id());
    v.Require(admission.digest().size() == 32, at + "digest",
              "is not a SHA-256 of 32 bytes");
    v.Require(admission.has_plan(), at + "plan", "is missing");
    v.Require(admission.report().has_receive_time(), at + "report.receive_time",
              "is missing");
  }
  return v.ToStatus();
}

absl::Status Validate(const v1::GetCaseRequest& r) {
  Violations v;
  v.RequireText("case_no", r.case_no(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListCasesRequest& r) {
  Violations v;
  RequirePageSize(r.page_size(), &v);
  v.Require(v1::CaseState_IsValid(r.state()), "state", "is no state");
  v.Require(common::v1::Light_IsValid(r.light()), "light", "is no light");
  v.RequireText("lead_unit_id", r.lead_unit_id(), 0, 64);
  v.RequireText("source_id", r.source_id(), 0, 64);
  v.RequireText("page_token", r.page_token(), 0, kShort);
  v.RequireText("grid_id", r.grid_id(), 0, 64);
  RequireWords(r.text(), &v);
  RequireCircle(r, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::AcknowledgeFeedbackRequest& r) {
  Violations v;
  v.RequireText("source_id", r.source_id(), 1, 64);
  v.RequireText("cursor", r.cursor(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListOwedFeedbackRequest& r) {
  Violations v;
  v.RequireText("source_id", r.source_id(), 0, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::RequestVerificationRequest& r) {
  Violations v = Common(r);
  v.RequireText("question", r.question(), 0, kShort);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReportVerificationRequest& r) {
  Violations v = Common(r);
  v.RequireText("text", r.text(), 1, kMedium);
  RequireEvidence(r.evidence(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::RejectCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("reason", r.reason(), 1, kMedium);
  v.RequireText("proper_channel", r.proper_channel(), 1, kShort);
  return v.ToStatus();
}

absl::Status Validate(const v1::DispatchCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("category_code", r.category_code(), 0, 64);
  v.RequireText("lead_unit_id", r.lead_unit_id(), 1, 64);
  RequireUnits("co_handler_unit_ids", r.co_handler_unit_ids(), 0, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::AcceptAssignmentRequest& r) {
  return Common(r).ToStatus();
}

absl::Status Validate(const v1::RequestReturnRequest& r) {
  Violations v = Common(r);
  v.RequireText("legal_basis", r.legal_basis(), 1, kMedium);
  v.RequireText("proposed_unit_id", r.proposed_unit_id(), 0, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::UrgeCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("text", r.text(), 0, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::SubmitResultRequest& r) {
  Violations v = Common(r);
  v.Require(r.outcome() >= v1::OUTCOME_RESOLVED &&
                r.outcome() <= v1::OUTCOME_NOT_FEASIBLE,
            "outcome", "is missing; say what came of it, RESOLVED and so on");
  v.RequireText("text", r.text(), 1, kLong);
  v.RequireText("public_reply", r.public_reply(), 1, kMedium);
  RequireEvidence(r.evidence(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::CheckResultRequest& r) {
  Violations v = Common(r);
  v.RequireText("text", r.text(), r.passed() ? 0 : 1, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::CloseCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("text", r.text(), 0, kMedium);
  v.RequireText("root_cause", r.root_cause(), 0, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::RecordFollowUpRequest& r) {
  Violations v = Common(r);
  v.Require(r.contacted() != v1::ANSWER_UNSPECIFIED, "contacted",
            "is missing; YES or NO");
  return v.ToStatus();
}

absl::Status Validate(const v1::CancelCaseRequest& r) {
  return CommonWithReason(r);
}

absl::Status Validate(const v1::ProposeJointRequest& r) {
  Violations v = Common(r);
  RequireUnits("party_unit_ids", r.party_unit_ids(), 2, &v);
  v.RequireText("cause", r.cause(), 1, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::ConveneJointRequest& r) {
  Violations v = Common(r);
  RequireUnits("party_unit_ids", r.party_unit_ids(), 0, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::RecordPositionRequest& r) {
  Violations v = Common(r);
  v.RequireText("basis", r.basis(), 1, kMedium);
  v.RequireText("proposal", r.proposal(), 0, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::DecideJointRequest& r) {
  return CommonWithUnits(r);
}

absl::Status Validate(const v1::CompleteAssignmentRequest& r) {
  Violations v = Common(r);
  v.RequireText("text", r.text(), 1, kLong);
  return v.ToStatus();
}

absl::Status Validate(const v1::CheckAssignmentRequest& r) {
  Violations v = Common(r);
  v.Require(r.assignment_number() >= 1, "assignment_number",
            "is missing; assignments count from 1");
  v.RequireText("waive_reason", r.waive_reason(), 0, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::MergeCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("master_case_no", r.master_case_no(), 1, 64);
  v.RequireText("reason", r.reason(), 1, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::UnmergeCaseRequest& r) {
  return CommonWithReason(r);
}

absl::Status Validate(const v1::ExtendCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("reason", r.reason(), 1, kMedium);
  v.Require(r.has_due_time(), "due_time",
            "is missing; say when the limit should end");
  return v.ToStatus();
}

absl::Status Validate(const v1::SuspendCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("text", r.text(), 1, kMedium);
  v.Require(r.reason() != v1::SUSPENSION_REASON_UNSPECIFIED &&
                v1::SuspensionReason_IsValid(r.reason()),
            "reason", "is missing; one of the list, MATERIAL and so on");
  v.Require(r.has_review_time(), "review_time",
            "is missing; say when the case goes on");
  return v.ToStatus();
}

absl::Status Validate(const v1::ResumeCaseRequest& r) {
  return Common(r).ToStatus();
}

absl::Status Validate(const v1::DecideApprovalRequest& r) {
  Violations v = Common(r);
  v.Require(r.approval_number() >= 1, "approval_number",
            "is missing; approvals count from 1");
  v.RequireText("reason", r.reason(), 1, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::SuperviseCaseRequest& r) {
  return CommonWithReason(r);
}

absl::Status Validate(const v1::ReplySupervisionRequest& r) {
  Violations v = Common(r);
  v.RequireText("text", r.text(), 1, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReopenCaseRequest& r) {
  return CommonWithReason(r);
}

absl::Status Validate(const v1::TransferCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("outside_body", r.outside_body(), 1, kName);
  v.RequireText("receipt", r.receipt(), 1, kName);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReclassifyCaseRequest& r) {
  Violations v = Common(r);
  v.RequireText("category_code", r.category_code(), 0, 64);
  v.Require(!r.category_code().empty() || r.has_point(), "category_code",
            "and point are both missing; say which is to change");
  v.RequireText("reason", r.reason(), 1, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::AdjudicateJointRequest& r) {
  return CommonWithUnits(r);
}

absl::Status Validate(const v1::ChangeCoHandlersRequest& r) {
  Violations v = Common(r);
  RequireUnits("add_unit_ids", r.add_unit_ids(), 0, &v);
  RequireUnits("remove_unit_ids", r.remove_unit_ids(), 0, &v);
  v.Require(r.add_unit_ids_size() + r.remove_unit_ids_size() > 0,
            "add_unit_ids",
            "and remove_unit_ids are both empty; say who is to come or go");
  v.RequireText("reason", r.reason(), 1, kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::LinkToBatchRequest& r) {
  Violations v = Common(r);
  v.RequireText("batch_id", r.batch_id(), 0, 64);
  v.RequireText("root_cause", r.root_cause(), r.batch_id().empty() ? 1 : 0,
                kMedium);
  return v.ToStatus();
}

absl::Status Validate(const v1::RevealReporterRequest& r) {
  Violations v = Common(r);
  v.RequireText("report_id", r.report_id(), 0, 64);
  v.RequireText("purpose", r.purpose(), 1, kShort);
  return v.ToStatus();
}

absl::Status Validate(const v1::RedactReportRequest& r) {
  return CommonWithReason(r);
}

absl::Status Validate(const v1::GetCaseProofRequest& r) {
  Violations v;
  v.RequireText("case_no", r.case_no(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListDailyRootsRequest& r) {
  Violations v;
  RequireDay("first_day", r.first_day(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetStatisticsRequest& r) {
  Violations v;
  RequireDay("first_day", r.first_day(), &v);
  RequireDay("last_day", r.last_day(), &v);
  v.Require(v1::StatisticsGroup_IsValid(r.group()), "group", "is no group");
  v.Require(AreKept(DimensionsOf(r)), "group",
            "and the filters ask for a combination that figures are not kept "
            "by; name one of district, street, unit, category and source, or a "
            "category with a district or a unit");
  return v.ToStatus();
}

absl::Status Validate(const v1::GetBatchRequest& r) {
  Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListBatchesRequest&) {
  return absl::OkStatus();
}

absl::Status Validate(const v1::StartProgrammeRequest& r) {
  Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  v.RequireText("title", r.title(), 1, kName);
  v.RequireText("unit_id", r.unit_id(), 1, 64);
  v.Require(!r.due_day().empty(), "due_day", "is empty; write YYYY-MM-DD");
  RequireDay("due_day", r.due_day(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ImportInventoryRequest& r) {
  Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  RequireItems("items", r.items_size(), &v);
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < r.items_size(); ++i) {
    const v1::InventoryItem& item = r.items(i);
    const std::string at = absl::StrCat("items[", i, "].");
    v.RequireText(at + "item_id", item.item_id(), 1, 64);
    v.Require(seen.insert(item.item_id()).second, at + "item_id",
              "comes twice: " + item.item_id());
    v.RequireText(at + "name", item.name(), 1, kName);
    v.RequireText(at + "address", item.address(), 0, kShort);
    v.RequireText(at + "district_code", item.district_code(), 0, 64);
  }
  return v.ToStatus();
}

absl::Status Validate(const v1::HandOverTrancheRequest& r) {
  Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("unit_id", r.unit_id(), 1, 64);
  v.RequireText("note", r.note(), 0, kMedium);
  RequireItems("item_ids", r.item_ids_size(), &v);
  for (int i = 0; i < r.item_ids_size(); ++i) {
    v.RequireText(absl::StrCat("item_ids[", i, "]"), r.item_ids(i), 1, 64);
  }
  return v.ToStatus();
}

absl::Status Validate(const v1::ListInventoryRequest& r) {
  Violations v;
  v.RequireText("batch_id", r.batch_id(), 1, 64);
  RequirePageSize(r.page_size(), &v);
  v.RequireText("page_token", r.page_token(), 0, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetReferralRequest& r) {
  Violations v;
  v.RequireText("referral_id", r.referral_id(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListReferralsRequest& r) {
  Violations v;
  v.Require(v1::ReferralState_IsValid(r.state()), "state", "is no state");
  v.RequireText("unit_id", r.unit_id(), 0, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::DecideReferralRequest& r) {
  Violations v;
  v.RequireText("referral_id", r.referral_id(), 1, 64);
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("reason", r.reason(), 0, kMedium);
  return v.ToStatus();
}

}  // namespace wangge::cases
