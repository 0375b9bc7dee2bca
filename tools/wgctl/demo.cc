// The article's stories, replayed through the public API as the source systems,
// officers and checkers would. Fails loudly when anything else happens.
#include <algorithm>
#include <iostream>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "city/format/folder.h"
#include "errors/errors.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "wangge/cases/v1/cases.grpc.pb.h"
#include "wangge/intake/v1/intake.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using cases::v1::Assignment;
using cases::v1::Case;
using cases::v1::CaseService;
using intake::v1::IntakeService;
using intake::v1::SourceReport;

// As the contract says of ReviewAttestation.signature, written here again: a
// police system has nothing but the contract.
std::string TextToSign(const SourceReport& report,
                       const intake::v1::ReviewAttestation& attestation) {
  using intake::v1::ReviewAttestation;
  return absl::StrCat(
      report.source_id(), "\n", report.source_ref(), "\n",
      Short(ReviewAttestation::Level_Name(attestation.level()), "LEVEL_"), "\n",
      attestation.reviewer_officer_id(), "\n", attestation.unit_id(), "\n",
      attestation.review_time().seconds(), "\n", ToHex(Sha256(report.text())));
}

// A story as data: what is reported, what must come of it, how it ends.
struct Story {
  const char* name;
  const char* source;
  const char* title;
  const char* text;
  const char* address;
  const char* place_id;  // Send its point; empty: by words alone.
  common::v1::CoordinateSystem system;
  const char* expected_function;  // Of the lead at the end.
  int expected_parties;
  const char* finding;  // Of the grid leader, when the report is verified.
  const char* result;
  const char* root_cause;  // For joint cases.
};

constexpr Story kStories[] = {
    {"变质牛肉（110，两级审核）", "110", "购买牛肉纠纷",
     "在银莺路金色港湾西门卤食铺买的牛肉变质有异味，民警调解未果，要求退款",
     "银莺路金色港湾西门卤食铺", "", common::v1::COORDINATE_SYSTEM_UNSPECIFIED,
     "market_supervision", 1, "", "现场检查并调解，商家退还全部货款", ""},
    {"人行道破损（微信，网格长核实）", "wechat", "", "这里坏了好几天，请来看看",
     "经三路农科路口", "story-2", common::v1::COORDINATE_SYSTEM_GCJ02,
     "urban_management", 1, "人行道路面破损，地砖松动，老人差点绊倒",
     "次日下午完成地砖更换", ""},
    {"热力管道漏水（只有地址）", "grid_worker", "热力管道漏水",
     "诗圣大道开普西一区5号楼3单元热力管道漏水", "", "",
     common::v1::COORDINATE_SYSTEM_UNSPECIFIED, "urban_management", 2, "",
     "更换破损管段并恢复供热", "管道老化，列入更新计划"},
    {"僵尸车（网格内解决）", "grid_worker", "车棚僵尸车",
     "西里路2号院小区车棚僵尸车太多，居民没地方停车", "西里路2号院小区车棚", "",
     common::v1::COORDINATE_SYSTEM_UNSPECIFIED, "grid_team", 1, "",
     "网格长、保洁员、微网格长和志愿者清理僵尸车四十余辆", ""},
    {"电梯供电（三方会商）", "12345", "电梯没有专用电源",
     "桐柏南路锦绣苑3号楼电梯没有独立供电线路，物业和供电公司互相推，老人上不去"
     "楼",
     "桐柏南路锦绣苑", "", common::v1::COORDINATE_SYSTEM_UNSPECIFIED,
     "property", 3, "", "三方到场，敷设电梯专用供电线路并通电",
     "加装电梯时未同步报装专用电源"},
    {"信号灯不亮（无主设施）", "wechat", "路口信号灯又灭了",
     "紫荆山路与东大街交叉口信号灯又灭了，红绿灯不亮没人管",
     "紫荆山路东大街路口", "story-6", common::v1::COORDINATE_SYSTEM_GCJ02,
     "traffic_police", 2, "", "抢修恢复，并补办移交手续",
     "信号灯建成后从未移交交警"},
};

class Demo {
 public:
  explicit Demo(Client* client) : client_(*client) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(city_, city::LoadFolder(client_.settings().city_folder));
    RETURN_IF_ERROR(ReadReviewerKeys());
    RETURN_IF_ERROR(ShowDangerGuard());
    for (const Story& story : kStories) {
      const absl::Status status = Play(story);
      if (!status.ok()) {
        return absl::Status(status.code(),
                            absl::StrCat("story ", story.name, ": ",
                                         std::string(status.message())));
      }
    }
    if (!client_.settings().json) {
      std::cout << "\n"
                << std::size(kStories)
                << " stories, each CLOSED with an outcome.\n";
    }
    return absl::OkStatus();
  }

 private:
  void Say(const std::string& text) const {
    if (!client_.settings().json) std::cout << text << "\n";
  }

  static absl::Status Unexpected(const std::string& what) {
    return absl::InternalError(what);
  }

  absl::Status ReadReviewerKeys() {
    const std::string path =
        client_.settings().city_folder + "/secrets/reviewer_keys.csv";
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    ASSIGN_OR_RETURN(
        const CsvTable table,
        CsvTable::Parse(path, text, {"officer_id", "private_key"}));
    for (const auto& row : table.rows()) {
      ASSIGN_OR_RETURN(reviewer_keys_[row.Get("officer_id")],
                       FromHex(row.Get("private_key")));
    }
    return absl::OkStatus();
  }

  // ---- Sources

  // The two reviews that the police made of an incident at a place.
  absl::Status Attest(SourceReport* report) {
    const auto places = city_->FindPlaces(report->address());
    if (places.empty()) return Unexpected("the story's place is unknown");
    for (const auto& [function, level] :
         {std::pair{"police_station",
                    intake::v1::ReviewAttestation::LEVEL_STATION},
          std::pair{"police_branch",
                    intake::v1::ReviewAttestation::LEVEL_BRANCH}}) {
      const auto units = city_->UnitsFor(
          function, common::v1::UNIT_LEVEL_UNSPECIFIED, places[0].chain);
      if (units.empty()) return Unexpected("no police unit at the place");
      const auto* officer = city_->OfficersOf(units[0]->unit_id())[0];
      auto& attestation = *report->add_review_attestations();
      attestation.set_reviewer_officer_id(officer->officer_id());
      attestation.set_unit_id(units[0]->unit_id());
      attestation.set_level(level);
      *attestation.mutable_review_time() = ToProto(absl::Now());
      ASSIGN_OR_RETURN(*attestation.mutable_signature(),
                       Ed25519Sign(reviewer_keys_[officer->officer_id()],
                                   TextToSign(*report, attestation)));
      Say(absl::StrCat("  ", units[0]->name(), " ", officer->name(),
                       " 审核通过"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<intake::v1::SubmitReportResponse> Submit(
      const SourceReport& report) {
    intake::v1::SubmitReportRequest request;
    request.set_request_id(NewUuid());
    *request.mutable_report() = report;
    return CallAs<IntakeService>(client_, "intake",
                                 "source/" + report.source_id(), "",
                                 &IntakeService::Stub::SubmitReport, request);
  }

  absl::StatusOr<SourceReport> ReportOf(const Story& story) {
    SourceReport report;
    report.set_source_id(story.source);
    report.set_source_ref("demo-" + NewUuid());
    report.set_title(story.title);
    report.set_text(story.text);
    report.set_address(story.address);
    report.mutable_reporter()->set_name("演示诉求人");
    if (const auto* place = city_->FindPlace(story.place_id)) {
      const geo::Point point = geo::Wgs84ToGcj02(
          {place->latitude_e7() / 1e7, place->longitude_e7() / 1e7});
      report.mutable_location()->set_latitude_deg(point.latitude_deg);
      report.mutable_location()->set_longitude_deg(point.longitude_deg);
      report.mutable_location()->set_coordinate_system(story.system);
    }
    if (report.source_id() == "110") RETURN_IF_ERROR(Attest(&report));
    return report;
  }

  absl::Status ShowDangerGuard() {
    SourceReport report;
    report.set_source_id("110");
    report.set_source_ref("demo-" + NewUuid());
    report.set_text("三楼着火了，有人被困");
    report.set_address("西里路2号院");
    RETURN_IF_ERROR(Attest(&report));
    absl::Status status = Submit(report).status();
    // No service has said anything: none was reached.
    if (!status.ok() &&
        errors::ReasonOf(status) == common::v1::ERROR_REASON_UNSPECIFIED) {
      return status;
    }
    if (errors::ReasonOf(status) != common::v1::ERROR_REASON_DANGER) {
      return Unexpected("a fire was not refused back to 110: " +
                        status.ToString());
    }
    Say("危险警情退回 110：" + std::string(status.message()));
    return absl::OkStatus();
  }

  // ---- Officers

  template <typename Request>
  absl::Status As(const std::string& officer_id, Case* c,
                  grpc::Status (CaseService::Stub::*method)(
                      grpc::ClientContext*, const Request&, Case*),
                  Request request) {
    request.set_case_no(c->case_no());
    request.set_request_id(NewUuid());
    ASSIGN_OR_RETURN(*c, (CallAs<CaseService>(client_, "cases", "gateway/app",
                                              officer_id, method, request)));
    return absl::OkStatus();
  }

  // A dispatcher of the operation centre above all units of the case, who
  // handled no part of it.
  const std::string& DispatcherOf(const Case& c) const {
    std::vector<std::string> units = {c.accountable_unit_id()};
    for (const Assignment& a : c.assignments()) units.push_back(a.unit_id());
    const auto& centre = city_->LowestCommonCentre(units);
    return city_->OfficersOf(centre.unit_id())[0]->officer_id();
  }

  // Lets the parties of an asset without owner state their positions; the
  // coordinator then names the traffic police as lead.
  absl::Status Consult(Case* c) {
    const auto& coordinator =
        city_->OfficersOf(c->consultation().coordinator_unit_id())[0]
            ->officer_id();
    RETURN_IF_ERROR(As(coordinator, c, &CaseService::Stub::ConveneJoint,
                       cases::v1::ConveneJointRequest()));
    const auto consultation = c->consultation();
    cases::v1::DecideJointRequest decision;
    for (const auto& unit_id : consultation.party_unit_ids()) {
      const auto* unit = city_->FindUnit(unit_id);
      const bool lead = unit->function() == "traffic_police";
      cases::v1::RecordPositionRequest position;
      position.set_accepts(lead);
      position.set_basis(lead ? "先抢修，再补移交" : "该设施未移交我方");
      RETURN_IF_ERROR(As(city_->OfficersOf(unit_id)[0]->officer_id(), c,
                         &CaseService::Stub::RecordPosition, position));
      if (lead) {
        decision.set_lead_unit_id(unit_id);
      } else {
        decision.add_co_handler_unit_ids(unit_id);
      }
    }
    decision.set_reason("安全优先，由交警先行修复，属地城运中心牵头补办移交");
    return As(coordinator, c, &CaseService::Stub::DecideJoint, decision);
  }

  // The grid leader of the place looks at the spot and says what is there.
  absl::Status Verify(const Story& story, Case* c) {
    cases::v1::ReportVerificationRequest finding;
    finding.set_found(true);
    finding.set_text(story.finding);
    finding.add_evidence("photo/demo");
    return As(c->verification().officer_id(), c,
              &CaseService::Stub::ReportVerification, finding);
  }

  // Every unit accepts; co-handlers do their parts, which others check.
  absl::Status HandleParts(Case* c) {
    const auto assignments = c->assignments();
    for (const Assignment& a : assignments) {
      if (a.state() != cases::v1::ASSIGNMENT_STATE_OFFERED) continue;
      RETURN_IF_ERROR(As(a.officer_id(), c,
                         &CaseService::Stub::AcceptAssignment,
                         cases::v1::AcceptAssignmentRequest()));
      if (a.role() == cases::v1::ASSIGNMENT_ROLE_LEAD) continue;
      cases::v1::CompleteAssignmentRequest part;
      part.set_text("本单位应做事项已完成");
      RETURN_IF_ERROR(
          As(a.officer_id(), c, &CaseService::Stub::CompleteAssignment, part));
    }
    for (const Assignment& a : assignments) {
      if (a.role() == cases::v1::ASSIGNMENT_ROLE_LEAD ||
          a.state() != cases::v1::ASSIGNMENT_STATE_OFFERED) {
        continue;
      }
      cases::v1::CheckAssignmentRequest check;
      check.set_assignment_number(a.assignment_number());
      RETURN_IF_ERROR(
          As(CheckerOf(*c), c, &CaseService::Stub::CheckAssignment, check));
    }
    return absl::OkStatus();
  }

  // Somebody with the right post who handled no part: the street's centre.
  std::string CheckerOf(const Case& c) const {
    std::vector<const city::Grid*> chain;
    for (const auto& id : c.grid_ids()) chain.push_back(city_->FindGrid(id));
    for (const auto* officer :
         city_->OfficersOf(city_->OperationCentreAt(chain).unit_id())) {
      const bool handled =
          std::any_of(c.assignments().begin(), c.assignments().end(),
                      [&](const Assignment& a) {
                        return a.accepted_by() == officer->officer_id();
                      });
      if (!handled) return officer->officer_id();
    }
    return DispatcherOf(c);
  }

  absl::Status Finish(const Story& story, Case* c) {
    const auto lead =
        std::find_if(c->assignments().begin(), c->assignments().end(),
                     [](const Assignment& a) {
                       return a.role() == cases::v1::ASSIGNMENT_ROLE_LEAD;
                     });
    cases::v1::SubmitResultRequest result;
    result.set_outcome(cases::v1::OUTCOME_RESOLVED);
    result.set_text(story.result);
    result.set_public_reply(story.result);
    result.set_contacted(cases::v1::ANSWER_YES);
    RETURN_IF_ERROR(
        As(lead->officer_id(), c, &CaseService::Stub::SubmitResult, result));
    cases::v1::CheckResultRequest check;
    check.set_passed(true);
    check.set_text("现场复核合格");
    RETURN_IF_ERROR(
        As(CheckerOf(*c), c, &CaseService::Stub::CheckResult, check));
    if (c->requires_follow_up()) {
      cases::v1::RecordFollowUpRequest follow_up;
      follow_up.set_case_no(c->case_no());
      follow_up.set_request_id(NewUuid());
      follow_up.set_contacted(cases::v1::ANSWER_YES);
      follow_up.set_resolved(cases::v1::ANSWER_YES);
      follow_up.set_satisfied(cases::v1::ANSWER_YES);
      ASSIGN_OR_RETURN(
          *c, (CallAs<CaseService>(
                  client_, "cases", absl::StrCat("source/", story.source), "",
                  &CaseService::Stub::RecordFollowUp, follow_up)));
    }
    cases::v1::CloseCaseRequest close;
    close.set_text("办结");
    close.set_root_cause(story.root_cause);
    return As(DispatcherOf(*c), c, &CaseService::Stub::CloseCase, close);
  }

  // ---- A story

  absl::StatusOr<cases::v1::GetCaseResponse> Read(const std::string& case_no) {
    cases::v1::GetCaseRequest request;
    request.set_case_no(case_no);
    request.set_include_timeline(true);
    return CallAs<CaseService>(client_, "cases", "admin/wgctl", "",
                               &CaseService::Stub::GetCase, request);
  }

  absl::Status Play(const Story& story) {
    Say(absl::StrCat("\n== ", story.name));
    ASSIGN_OR_RETURN(const SourceReport report, ReportOf(story));
    ASSIGN_OR_RETURN(const auto answer, Submit(report));
    ASSIGN_OR_RETURN(auto read, Read(answer.case_no()));
    Case c = read.case_();
    if (*story.finding != '\0') RETURN_IF_ERROR(Verify(story, &c));
    if (c.state() == cases::v1::CASE_STATE_CONSULTING) {
      RETURN_IF_ERROR(Consult(&c));
    }
    RETURN_IF_ERROR(CheckDispatch(story, c));
    RETURN_IF_ERROR(HandleParts(&c));
    RETURN_IF_ERROR(Finish(story, &c));
    ASSIGN_OR_RETURN(read, Read(answer.case_no()));
    if (read.case_().state() != cases::v1::CASE_STATE_CLOSED ||
        read.case_().outcome() != cases::v1::OUTCOME_RESOLVED) {
      return Unexpected("it did not end CLOSED and RESOLVED");
    }
    Show(read);
    return absl::OkStatus();
  }

  absl::Status CheckDispatch(const Story& story, const Case& c) const {
    if (c.state() != cases::v1::CASE_STATE_DISPATCHED) {
      return Unexpected(
          absl::StrCat("it is ", cases::v1::CaseState_Name(c.state()),
                       " instead of DISPATCHED: ", c.operator_reason()));
    }
    const auto* unit = city_->FindUnit(c.accountable_unit_id());
    if (unit->function() != story.expected_function ||
        c.assignments_size() != story.expected_parties) {
      return Unexpected(absl::StrCat(
          "it went to ", unit->name(), " with ", c.assignments_size(),
          " parties; expected function ", story.expected_function, " and ",
          story.expected_parties));
    }
    if (c.assignments(0).officer_id().empty()) {
      return Unexpected("no officer is named");
    }
    return absl::OkStatus();
  }

  void Show(const cases::v1::GetCaseResponse& read) const {
    if (client_.settings().json) {
      std::cout << ToJson(read) << "\n";
      return;
    }
    std::cout << DescribeCase(read.case_());
    for (const auto& event : read.timeline()) {
      std::cout << DescribeEvent(event) << "\n";
    }
    const absl::Duration taken = FromProto(read.case_().dispatch_time()) -
                                 FromProto(read.case_().receive_time());
    std::cout << absl::StrFormat("  从上报到派遣 %.1f 毫秒（城市承诺 60 秒）\n",
                                 absl::ToDoubleMilliseconds(taken));
  }

  Client& client_;
  std::shared_ptr<const city::City> city_;
  std::map<std::string, std::string> reviewer_keys_;
};

}  // namespace

void AddDemoCommand(CLI::App* app, const Settings* settings) {
  auto* demo = app->add_subcommand(
      "demo", "Replay the article's stories; fails when one ends otherwise.");
  OnChosen(demo, settings, [](Client& client) { return Demo(&client).Run(); });
}

}  // namespace wangge::wgctl
