#include "services/command/domain/cap.h"

#include <pugixml.hpp>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "services/command/domain/cap_rules.h"
#include "services/command/domain/instruction.h"

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

template <typename Enum>
std::string ToWord(const std::string& prefix, Enum value) {
  std::string word = ToName(prefix, value);
  if (word == "CBRNE") return word;  // The one word that CAP writes so.
  for (size_t i = 1; i < word.size(); ++i) {
    word[i] = absl::ascii_tolower(static_cast<unsigned char>(word[i]));
  }
  return word;
}

void AddText(const std::string& text, std::string* all) {
  if (!text.empty()) absl::StrAppend(all, all->empty() ? "" : "\n", text);
}

template <typename Enum>
Enum ParameterValue(const std::string& prefix, const std::string& name,
                    const std::string& value, errors::Violations* v) {
  const auto parsed = FromWord<Enum>(prefix, value);
  v->Require(parsed != Enum{}, absl::StrCat("parameter ", name),
             absl::StrCat("has the unknown value `", value, "`"));
  return parsed;
}

void TakeParameter(const std::string& name, const std::string& value,
                   v1::CreateInstructionRequest* r, errors::Violations* v) {
  auto& audience = *r->mutable_audience();
  if (name == kPost) {
    audience.add_posts(value);
  } else if (name == kFunction) {
    audience.add_functions(value);
  } else if (name == kLevel) {
    audience.add_levels(
        ParameterValue<common::v1::GridLevel>("GRID_LEVEL_", name, value, v));
  } else if (name == kLayer) {
    audience.add_layers(
        ParameterValue<common::v1::GridLayer>("GRID_LAYER_", name, value, v));
  } else if (name == kMobilisation) {
    int minutes = 0;
    v->Require(absl::SimpleAtoi(value, &minutes),
               absl::StrCat("parameter ", name), "must be minutes");
    r->mutable_mobilisation()->mutable_duration()->set_seconds(minutes * 60);
  } else if (name == kAcknowledgement) {
    r->set_acknowledgement_optional(value == kOptional);
  } else if (name == kMonthly) {
    r->set_monthly(value == "true");
  } else if (absl::string_view(name).substr(0, 7) == "wangge:") {
    v->Add(absl::StrCat("parameter ", name), "is unknown");
  }
}

// The grid that an area of the alert names.
void TakeAreas(const CapElement& info, v1::CreateInstructionRequest* r,
               errors::Violations* v) {
  int grids = 0;
  for (const CapElement& area : info.children) {
    if (area.name != "area") continue;
    for (const CapElement& code : area.children) {
      if (code.name != "geocode" || code.Text("valueName") != kGrid) continue;
      ++grids;
      r->mutable_audience()->set_subtree_grid_id(code.Text("value"));
    }
  }
  v->Require(grids == 1, "alert/info[1]/area",
             absl::StrCat("must have one geocode ", kGrid,
                          " with the id of the grid; has ", grids));
}

void TakeInfo(const CapElement& info, v1::CreateInstructionRequest* r,
              errors::Violations* v) {
  r->set_category(FromWord<v1::InstructionCategory>("INSTRUCTION_CATEGORY_",
                                                    info.Text("category")));
  r->set_urgency(FromWord<v1::Urgency>("URGENCY_", info.Text("urgency")));
  r->set_severity(FromWord<v1::Severity>("SEVERITY_", info.Text("severity")));
  r->set_certainty(
      FromWord<v1::Certainty>("CERTAINTY_", info.Text("certainty")));
  const std::string headline = info.Text("headline");
  r->set_title(headline.empty() ? info.Text("event") : headline);
  std::string text;
  AddText(info.Text("description"), &text);
  AddText(info.Text("instruction"), &text);
  r->set_text(text);
  v->Require(!text.empty(), "alert/info[1]/description",
             "is missing; say it there or in instruction");
  const absl::Time expires = ParseCapTime(info.Text("expires"));
  v->Require(expires != absl::InfinitePast(), "alert/info[1]/expires",
             "is missing; every instruction expires");
  if (expires != absl::InfinitePast()) {
    *r->mutable_expire_time() = ToProto(expires);
  }
  for (const CapElement& parameter : info.children) {
    if (parameter.name == "parameter") {
      TakeParameter(parameter.Text("valueName"), parameter.Text("value"), r, v);
    }
  }
  TakeAreas(info, r, v);
}

void TakeReferences(const CapElement& alert, CapImport* cap,
                    errors::Violations* v) {
  for (const auto& one :
       absl::StrSplit(alert.Text("references"), absl::ByAnyChar(" \t\n"),
                      absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(one, ',');
    if (parts.size() == 3) {
      cap->references.push_back({std::string(one), parts[1]});
    }
  }
  const size_t wanted = cap->type == v1::INSTRUCTION_TYPE_ALERT ? 0 : 1;
  v->Require(cap->references.size() == wanted, "alert/references",
             wanted == 0 ? "goes with Update and Cancel only"
                         : "must name the one alert that is meant");
}

void TakeAlert(const CapElement& alert, CapImport* cap, errors::Violations* v) {
  const std::string status = alert.Text("status");
  cap->request.set_mode(
      FromWord<v1::InstructionMode>("INSTRUCTION_MODE_", status));
  v->Require(cap->request.mode() != v1::INSTRUCTION_MODE_UNSPECIFIED,
             "alert/status", "must be Actual, Exercise or Test here");
  cap->type =
      FromWord<v1::InstructionType>("INSTRUCTION_TYPE_", alert.Text("msgType"));
  v->Require(cap->type != v1::INSTRUCTION_TYPE_UNSPECIFIED, "alert/msgType",
             "must be Alert, Update or Cancel here");
  const std::string scope = alert.Text("scope");
  v->Require(scope != "Restricted" || alert.Find("restriction") != nullptr,
             "alert/restriction", "is missing for the scope Restricted");
  v->Require(scope != "Private" || alert.Find("addresses") != nullptr,
             "alert/addresses", "is missing for the scope Private");
  TakeReferences(alert, cap, v);
  cap->reference =
      absl::StrCat(alert.Text("sender"), ",", alert.Text("identifier"), ",",
                   alert.Text("sent"));
  if (cap->type == v1::INSTRUCTION_TYPE_CANCEL) {
    std::string why = alert.Text("note");
    if (const CapElement* info = alert.Find("info")) {
      AddText(info->Text("description"), &why);
    }
    cap->request.set_text(why);
    v->Require(!why.empty(), "alert/note", "is missing; say why");
    return;
  }
  if (const CapElement* info = alert.Find("info")) {
    TakeInfo(*info, &cap->request, v);
  } else {
    v->Add("alert/info", "is missing; it says what to do");
  }
}

// Writes elements in the order they are added.
class CapWriter {
 public:
  explicit CapWriter(pugi::xml_node node) : node_(node) {}
  void Add(const char* name, const std::string& text) {
    node_.append_child(name).text().set(text.c_str());
  }
  CapWriter Open(const char* name) {
    return CapWriter(node_.append_child(name));
  }
  void AddPair(const char* name, const std::string& value_name,
               const std::string& value) {
    CapWriter pair = Open(name);
    pair.Add("valueName", value_name);
    pair.Add("value", value);
  }

 private:
  pugi::xml_node node_;
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

void AddParameters(const v1::Instruction& i, CapWriter* info) {
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

}  // namespace

absl::StatusOr<CapImport> ParseCap(const std::string& xml, absl::Time now) {
  errors::Violations v;
  const CapElement alert = ReadCapElements(xml, &v);
  // Faults of the form first: what they break cannot be understood.
  RETURN_IF_ERROR(v.ToStatus());
  v.Require(ParseCapTime(alert.Text("sent")) <= now + absl::Minutes(5),
            "alert/sent", "lies in the future; is the sender's clock right?");
  CapImport cap;
  TakeAlert(alert, &cap, &v);
  RETURN_IF_ERROR(v.ToStatus());
  return cap;
}

std::string ToCap(const v1::Instruction& i, const v1::Instruction* reference,
                  const std::string& sender, const std::string& area_name) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = document.append_child("alert");
  root.append_attribute("xmlns") = kCapNamespace;
  CapWriter alert(root);
  alert.Add("identifier", i.instruction_id());
  alert.Add("sender", sender);
  alert.Add("sent", CapTime(FromProto(i.create_time())));
  alert.Add("status", ToWord("INSTRUCTION_MODE_", i.mode()));
  alert.Add("msgType", ToWord("INSTRUCTION_TYPE_",
                              i.type() == v1::INSTRUCTION_TYPE_UNSPECIFIED
                                  ? v1::INSTRUCTION_TYPE_ALERT
                                  : i.type()));
  alert.Add("scope", "Restricted");
  alert.Add("restriction", "officers and grid workers of the audience");
  if (i.type() == v1::INSTRUCTION_TYPE_CANCEL) alert.Add("note", i.text());
  if (reference != nullptr) {
    alert.Add("references", ReferenceOf(*reference, sender));
  }
  CapWriter info = alert.Open("info");
  info.Add("language", "zh-CN");
  info.Add("category",
           ToWord("INSTRUCTION_CATEGORY_",
                  i.category() == v1::INSTRUCTION_CATEGORY_UNSPECIFIED
                      ? v1::INSTRUCTION_CATEGORY_OTHER
                      : i.category()));
  info.Add("event", i.title());
  info.Add("urgency", ToWord("URGENCY_", i.urgency()));
  info.Add("severity", ToWord("SEVERITY_", i.severity()));
  info.Add("certainty", ToWord("CERTAINTY_", i.certainty()));
  info.Add("expires", CapTime(FromProto(i.expire_time())));
  info.Add("headline", i.title());
  info.Add("description", i.text());
  AddParameters(i, &info);
  CapWriter area = info.Open("area");
  area.Add("areaDesc", area_name);
  area.AddPair("geocode", kGrid, i.audience().subtree_grid_id());
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

}  // namespace wangge::command
