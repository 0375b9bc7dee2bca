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
#include "words/case_words.h"

namespace wangge::wgctl {
namespace {

using cases::v1::CaseEvent;

std::string Unit(const cases::v1::Assignment& a) {
  return absl::StrCat(a.unit_name(), a.officer_name().empty() ? "" : " ",
                      a.officer_name());
}

// Why a plan is what it is, a line a step.
std::string DescribeTrace(const routing::v1::RoutePlan& plan) {
  std::string text;
  for (const auto& step : plan.trace()) {
    absl::StrAppend(&text, "\n        why  ", step.stage(), ": ",
                    step.subject(), " – ", step.finding());
  }
  return text;
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
                         event.actor(), words::Describe(event)) +
         DescribeTrace(event.admitted().plan()) +
         DescribeTrace(event.verified().plan());
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
