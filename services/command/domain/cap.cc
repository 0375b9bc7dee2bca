#include "services/command/domain/cap.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "services/command/domain/cap_xml.h"
#include "services/command/domain/mobilisation.h"

namespace wangge::command {
namespace {

constexpr char kGrid[] = "wangge:grid";
constexpr char kPost[] = "wangge:post";
constexpr char kFunction[] = "wangge:function";
constexpr char kLevel[] = "wangge:level";
constexpr char kLayer[] = "wangge:layer";
constexpr char kMobilisation[] = "wangge:mobilisation_minutes";
constexpr char kAcknowledgement[] = "wangge:acknowledgement";
constexpr char kOptional[] = "optional";
constexpr char kMonthly[] = "wangge:monthly";
// Clocks of other systems may be ahead of ours by so much.
constexpr absl::Duration kClockTolerance = absl::Minutes(5);

// ---- CAP's words and our enums ----

// Our enums are CAP's words in capitals, after a prefix: `URGENCY_EXPECTED` for
// `Expected`. 0 when there is no such value.
template <typename Enum>
Enum FromWord(const std::string& prefix, const std::string& word) {
  const auto* value =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByName(
          absl::StrCat(prefix, absl::AsciiStrToUpper(word)));
  return value == nullptr ? Enum{} : static_cast<Enum>(value->number());
}

template <typename Enum>
std::string ToName(const std::string& prefix, Enum value) {
  return google::protobuf::GetEnumDescriptor<Enum>()
      ->FindValueByNumber(value)
      ->name()
      .substr(prefix.size());
}

// `unspecified` for the enum's 0.
template <typename Enum>
std::string ToWord(const std::string& prefix, Enum value, Enum unspecified) {
  std::string word = ToName(prefix, value == Enum{} ? unspecified : value);
  if (word == "CBRNE") return word;  // The one word that CAP writes so.
  for (size_t i = 1; i < word.size(); ++i) {
    word[i] = absl::ascii_tolower(static_cast<unsigned char>(word[i]));
  }
  return word;
}

// Infinitely past unless it is a time of the schema's form.
absl::Time ParseCapTime(const std::string& text) {
  absl::Time time = absl::InfinitePast();
  std::string error;
  absl::ParseTime(absl::RFC3339_full, text, &time, &error);
  return time;
}

// ---- Import ----

// Reads what an alert means here, and notes what Wangge cannot take of it.
class CapImporter {
 public:
  CapImporter(const CapElement& alert, absl::Time now)
      : alert_(alert), now_(now) {}

  absl::StatusOr<CapImport> Import() {
    TakeHeader();
    TakeReferences();
    if (cap_.type == v1::INSTRUCTION_TYPE_CANCEL) {
      TakeReason();
    } else if (const CapElement* info = Info(); info != nullptr) {
      TakeInfo(*info);
    } else {
      Require(false, alert_, "lacks info; say there what to do");
    }
    RETURN_IF_ERROR(v_.ToStatus());
    return std::move(cap_);
  }

 private:
  void Require(bool ok, const CapElement& at, const std::string& fault) {
    v_.Require(ok, at.path, absl::StrCat("on line ", at.line, " ", fault));
  }
  // The child, or the alert or info that should have it.
  static const CapElement& At(const CapElement& parent,
                              const std::string& name) {
    const CapElement* child = parent.Find(name);
    return child == nullptr ? parent : *child;
  }

  void TakeHeader() {
    cap_.reference =
        absl::StrCat(alert_.Text("sender"), ",", alert_.Text("identifier"), ",",
                     alert_.Text("sent"));
    Require(ParseCapTime(alert_.Text("sent")) <= now_ + kClockTolerance,
            At(alert_, "sent"),
            "lies in the future; is the sender's clock right?");
    cap_.request.set_mode(FromWord<v1::InstructionMode>("INSTRUCTION_MODE_",
                                                        alert_.Text("status")));
    Require(cap_.request.mode() != v1::INSTRUCTION_MODE_UNSPECIFIED,
            At(alert_, "status"),
            absl::StrCat("is `", alert_.Text("status"),
                         "`; only Actual, Exercise and Test are imported"));
    cap_.type = FromWord<v1::InstructionType>("INSTRUCTION_TYPE_",
                                              alert_.Text("msgType"));
    Require(cap_.type != v1::INSTRUCTION_TYPE_UNSPECIFIED,
            At(alert_, "msgType"),
            absl::StrCat("is `", alert_.Text("msgType"),
                         "`; only Alert, Update and Cancel are imported"));
    const std::string scope = alert_.Text("scope");
    Require(scope != "Restricted" || alert_.Find("restriction") != nullptr,
            At(alert_, "scope"), "is `Restricted`; add restriction");
    Require(scope != "Private" || alert_.Find("addresses") != nullptr,
            At(alert_, "scope"), "is `Private`; add addresses");
  }

  void TakeReferences() {
    for (const auto& one :
         absl::StrSplit(alert_.Text("references"), absl::ByAnyChar(" \t\r\n"),
                        absl::SkipEmpty())) {
      const std::vector<std::string> parts = absl::StrSplit(one, ',');
      cap_.references.push_back({std::string(one), parts.at(1)});
    }
    if (cap_.type == v1::INSTRUCTION_TYPE_UNSPECIFIED) return;
    const bool alone = cap_.type == v1::INSTRUCTION_TYPE_ALERT;
    Require(cap_.references.size() == (alone ? 0 : 1), At(alert_, "references"),
            alone ? "has references; they go with Update and Cancel only"
                  : absl::StrCat("has ", cap_.references.size(),
                                 " references; name the one alert that is "
                                 "meant"));
  }

  // Of several languages the city's, else the first.
  const CapElement* Info() const {
    for (const CapElement& one : alert_.children) {
      if (one.name == "info" &&
          absl::StartsWithIgnoreCase(one.Text("language"), "zh")) {
        return &one;
      }
    }
    return alert_.Find("info");
  }

  void TakeReason() {
    std::string why = alert_.Text("note");
    if (const CapElement* info = Info()) {
      AddLine(info->Text("description"), &why);
    }
    Require(!why.empty(), At(alert_, "note"),
            "cancels without a reason; say why in note");
    cap_.request.set_text(why);
  }

  void TakeInfo(const CapElement& info) {
    auto& r = cap_.request;
    r.set_category(FromWord<v1::InstructionCategory>("INSTRUCTION_CATEGORY_",
                                                     info.Text("category")));
    r.set_urgency(FromWord<v1::Urgency>("URGENCY_", info.Text("urgency")));
    r.set_severity(FromWord<v1::Severity>("SEVERITY_", info.Text("severity")));
    r.set_certainty(
        FromWord<v1::Certainty>("CERTAINTY_", info.Text("certainty")));
    const std::string headline = info.Text("headline");
    r.set_title(headline.empty() ? info.Text("event") : headline);
    std::string text = info.Text("description");
    AddLine(info.Text("instruction"), &text);
    Require(!text.empty(), At(info, "description"),
            "says nothing; add description or instruction");
    r.set_text(text);
    const CapElement* expires = info.Find("expires");
    Require(expires != nullptr, info,
            "lacks expires; every instruction expires");
    if (expires != nullptr) {
      *r.mutable_expire_time() = ToProto(ParseCapTime(expires->text));
    }
    for (const CapElement& child : info.children) {
      if (child.name == "parameter") TakeParameter(child);
    }
    TakeAreas(info);
  }

  static void AddLine(const std::string& line, std::string* text) {
    if (!line.empty()) absl::StrAppend(text, text->empty() ? "" : "\n", line);
  }

  void TakeParameter(const CapElement& parameter) {
    const std::string name = parameter.Text("valueName");
    const std::string value = parameter.Text("value");
    const auto require = [&](bool ok, const std::string& wanted) {
      Require(ok, parameter,
              absl::StrCat("has ", name, " `", value, "`; must be ", wanted));
    };
    auto& r = cap_.request;
    auto& audience = *r.mutable_audience();
    if (name == kPost) {
      audience.add_posts(value);
    } else if (name == kFunction) {
      audience.add_functions(value);
    } else if (name == kLevel) {
      const auto level = FromWord<common::v1::GridLevel>("GRID_LEVEL_", value);
      require(level != common::v1::GRID_LEVEL_UNSPECIFIED,
              "a level such as STREET");
      audience.add_levels(level);
    } else if (name == kLayer) {
      const auto layer = FromWord<common::v1::GridLayer>("GRID_LAYER_", value);
      require(layer != common::v1::GRID_LAYER_UNSPECIFIED,
              "a layer such as GOVERNANCE");
      audience.add_layers(layer);
    } else if (name == kMobilisation) {
      int32_t minutes = 0;
      require(absl::SimpleAtoi(value, &minutes), "a whole number of minutes");
      r.mutable_mobilisation()->mutable_duration()->set_seconds(
          int64_t{minutes} * 60);
    } else if (name == kAcknowledgement) {
      require(value == kOptional || value == "required",
              "optional or required");
      r.set_acknowledgement_optional(value == kOptional);
    } else if (name == kMonthly) {
      require(value == "true" || value == "false", "true or false");
      r.set_monthly(value == "true");
    } else {
      Require(!absl::StartsWith(name, "wangge:"), parameter,
              absl::StrCat("is `", name,
                           "`, which Wangge does not know; omit "
                           "it or correct its valueName"));
    }
  }

  // The grid that one of the areas names.
  void TakeAreas(const CapElement& info) {
    int grids = 0;
    for (const CapElement& area : info.children) {
      if (area.name != "area") continue;
      for (const CapElement& child : area.children) {
        if (child.name == "polygon") RequireClosed(child);
        if (child.name != "geocode" || child.Text("valueName") != kGrid) {
          continue;
        }
        ++grids;
        cap_.request.mutable_audience()->set_subtree_grid_id(
            child.Text("value"));
      }
    }
    Require(grids == 1, At(info, "area"),
            absl::StrCat("names ", grids,
                         " grids; one geocode must have the "
                         "valueName ",
                         kGrid, " and the id of the grid"));
  }

  // What the schema cannot say of a polygon.
  void RequireClosed(const CapElement& polygon) {
    const std::vector<std::string> points = absl::StrSplit(
        polygon.text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
    Require(points.front() == points.back(), polygon,
            absl::StrCat("ends at ", points.back(),
                         "; must end where it begins, at ", points.front()));
  }

  const CapElement& alert_;
  const absl::Time now_;
  CapImport cap_;
  errors::Violations v_;
};

// ---- Export ----

// Adds elements in the order they are written in.
class CapBuilder {
 public:
  explicit CapBuilder(CapElement* element) : element_(*element) {}
  CapBuilder Add(const std::string& name, const std::string& text = "") {
    element_.children.push_back({name, text, {}, "", 0});
    return CapBuilder(&element_.children.back());
  }
  void AddPair(const std::string& name, const std::string& value_name,
               const std::string& value) {
    CapBuilder pair = Add(name);
    pair.Add("valueName", value_name);
    pair.Add("value", value);
  }

 private:
  CapElement& element_;
};

std::string CapTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", time, CityTimeZone());
}

std::string ReferenceOf(const v1::Instruction& instruction,
                        const std::string& sender) {
  return instruction.cap_reference().empty()
             ? absl::StrCat(sender, ",", instruction.instruction_id(), ",",
                            CapTime(FromProto(instruction.create_time())))
             : instruction.cap_reference();
}

void AddParameters(const v1::Instruction& i, CapBuilder* info) {
  for (const std::string& post : i.audience().posts()) {
    info->AddPair("parameter", kPost, post);
  }
  for (const std::string& function : i.audience().functions()) {
    info->AddPair("parameter", kFunction, function);
  }
  for (const int level : i.audience().levels()) {
    info->AddPair(
        "parameter", kLevel,
        ToName("GRID_LEVEL_", static_cast<common::v1::GridLevel>(level)));
  }
  for (const int layer : i.audience().layers()) {
    info->AddPair(
        "parameter", kLayer,
        ToName("GRID_LAYER_", static_cast<common::v1::GridLayer>(layer)));
  }
  if (i.has_mobilisation()) {
    info->AddPair(
        "parameter", kMobilisation,
        absl::StrCat(absl::ToInt64Minutes(DurationOf(i.mobilisation()))));
  }
  if (i.acknowledgement_optional()) {
    info->AddPair("parameter", kAcknowledgement, kOptional);
  }
  if (i.monthly()) info->AddPair("parameter", kMonthly, "true");
}

void AddInfo(const v1::Instruction& i, const std::string& area_name,
             CapBuilder* alert) {
  CapBuilder info = alert->Add("info");
  info.Add("language", "zh-CN");
  info.Add("category", ToWord("INSTRUCTION_CATEGORY_", i.category(),
                              v1::INSTRUCTION_CATEGORY_OTHER));
  info.Add("event", i.title());
  info.Add("urgency", ToWord("URGENCY_", i.urgency(), v1::URGENCY_UNKNOWN));
  info.Add("severity", ToWord("SEVERITY_", i.severity(), v1::SEVERITY_UNKNOWN));
  info.Add("certainty",
           ToWord("CERTAINTY_", i.certainty(), v1::CERTAINTY_UNKNOWN));
  info.Add("expires", CapTime(FromProto(i.expire_time())));
  info.Add("headline", i.title());
  info.Add("description", i.text());
  AddParameters(i, &info);
  CapBuilder area = info.Add("area");
  area.Add("areaDesc", area_name);
  area.AddPair("geocode", kGrid, i.audience().subtree_grid_id());
}

}  // namespace

absl::StatusOr<CapImport> ParseCap(const std::string& xml, absl::Time now) {
  // Faults of the form first: what they break cannot be understood.
  ASSIGN_OR_RETURN(const CapElement alert, ReadCap(xml));
  return CapImporter(alert, now).Import();
}

std::string ToCap(const v1::Instruction& i, const v1::Instruction* reference,
                  const std::string& sender, const std::string& area_name) {
  CapElement root{"alert", "", {}, "", 0};
  CapBuilder alert(&root);
  alert.Add("identifier", i.instruction_id());
  alert.Add("sender", sender);
  alert.Add("sent", CapTime(FromProto(i.create_time())));
  alert.Add("status",
            ToWord("INSTRUCTION_MODE_", i.mode(), v1::INSTRUCTION_MODE_ACTUAL));
  alert.Add("msgType",
            ToWord("INSTRUCTION_TYPE_", i.type(), v1::INSTRUCTION_TYPE_ALERT));
  alert.Add("scope", "Restricted");
  alert.Add("restriction", "officers and grid workers of the audience");
  if (i.type() == v1::INSTRUCTION_TYPE_CANCEL) alert.Add("note", i.text());
  if (reference != nullptr) {
    alert.Add("references", ReferenceOf(*reference, sender));
  }
  AddInfo(i, area_name, &alert);
  return WriteCap(root);
}

}  // namespace wangge::command
