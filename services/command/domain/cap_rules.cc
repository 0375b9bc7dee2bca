#include "services/command/domain/cap_rules.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <pugixml.hpp>
#include <regex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace wangge::command {
namespace {

constexpr int kMany = 1000;
constexpr size_t kMaxFaults = 50;

// Says what is wrong with a value; empty when nothing is.
using Form = std::function<std::string(const std::string&)>;

// A child element, in the order of the schema's sequence.
struct CapRule {
  const char* name;
  int least;
  int most;
  Form form;  // None for elements with children.
};

Form OneOf(const std::vector<std::string>& values) {
  return [values](const std::string& text) -> std::string {
    for (const std::string& value : values) {
      if (text == value) return "";
    }
    return absl::StrCat("is `", text, "`; one of ",
                        absl::StrJoin(values, ", "));
  };
}

std::string AnyText(const std::string&) { return ""; }

std::string SomeText(const std::string& text) {
  return text.empty() ? "is empty" : "";
}

// Section 3.2.1: no spaces, commas or restricted characters.
std::string Identifier(const std::string& text) {
  return text.empty() || text.find_first_of(" ,<&\t\n") != std::string::npos
             ? absl::StrCat("is `", text,
                            "`; not empty and without spaces, commas, < and &")
             : "";
}

std::string DateTime(const std::string& text) {
  return ParseCapTime(text) == absl::InfinitePast()
             ? absl::StrCat("is `", text,
                            "`; for example 2026-11-26T08:00:00+08:00")
             : "";
}

std::string References(const std::string& text) {
  for (const auto& one :
       absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(one, ',');
    if (parts.size() != 3 || !DateTime(parts[2]).empty()) {
      return absl::StrCat("has `", std::string(one),
                          "`; must be sender,identifier,sent");
    }
  }
  return "";
}

bool IsPoint(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  double latitude = 0;
  double longitude = 0;
  return parts.size() == 2 && absl::SimpleAtod(parts[0], &latitude) &&
         absl::SimpleAtod(parts[1], &longitude) && latitude >= -90 &&
         latitude <= 90 && longitude >= -180 && longitude <= 180;
}

std::string Polygon(const std::string& text) {
  const std::vector<std::string> points =
      absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
  bool good = points.size() >= 4 && points.front() == points.back();
  for (const std::string& point : points) good = good && IsPoint(point);
  return good ? ""
              : "must be four or more points `latitude,longitude`, the last "
                "equal to the first";
}

std::string Circle(const std::string& text) {
  const std::vector<std::string> parts =
      absl::StrSplit(text, ' ', absl::SkipEmpty());
  double radius = 0;
  return parts.size() == 2 && IsPoint(parts[0]) &&
                 absl::SimpleAtod(parts[1], &radius) && radius >= 0
             ? ""
             : "must be `latitude,longitude radius`";
}

std::string Number(const std::string& text) {
  double number = 0;
  return absl::SimpleAtod(text, &number)
             ? ""
             : absl::StrCat("is `", text, "`; must be a number");
}

using CapRules = std::vector<CapRule>;

// By the name of the element that has the children.
const std::map<std::string, CapRules>& AllCapRules() {
  static const auto* const rules = new std::map<std::string, CapRules>{
      {"alert",
       {{"identifier", 1, 1, Identifier},
        {"sender", 1, 1, Identifier},
        {"sent", 1, 1, DateTime},
        {"status", 1, 1,
         OneOf({"Actual", "Exercise", "System", "Test", "Draft"})},
        {"msgType", 1, 1, OneOf({"Alert", "Update", "Cancel", "Ack", "Error"})},
        {"source", 0, 1, AnyText},
        {"scope", 1, 1, OneOf({"Public", "Restricted", "Private"})},
        {"restriction", 0, 1, AnyText},
        {"addresses", 0, 1, AnyText},
        {"code", 0, kMany, AnyText},
        {"note", 0, 1, AnyText},
        {"references", 0, 1, References},
        {"incidents", 0, 1, AnyText},
        {"info", 0, kMany, nullptr}}},
      {"info",
       {{"language", 0, 1, AnyText},
        {"category", 1, kMany,
         OneOf({"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health",
                "Env", "Transport", "Infra", "CBRNE", "Other"})},
        {"event", 1, 1, SomeText},
        {"responseType", 0, kMany,
         OneOf({"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor",
                "Assess", "AllClear", "None"})},
        {"urgency", 1, 1,
         OneOf({"Immediate", "Expected", "Future", "Past", "Unknown"})},
        {"severity", 1, 1,
         OneOf({"Extreme", "Severe", "Moderate", "Minor", "Unknown"})},
        {"certainty", 1, 1,
         OneOf({"Observed", "Likely", "Possible", "Unlikely", "Unknown"})},
        {"audience", 0, 1, AnyText},
        {"eventCode", 0, kMany, nullptr},
        {"effective", 0, 1, DateTime},
        {"onset", 0, 1, DateTime},
        {"expires", 0, 1, DateTime},
        {"senderName", 0, 1, AnyText},
        {"headline", 0, 1, AnyText},
        {"description", 0, 1, AnyText},
        {"instruction", 0, 1, AnyText},
        {"web", 0, 1, AnyText},
        {"contact", 0, 1, AnyText},
        {"parameter", 0, kMany, nullptr},
        {"resource", 0, kMany, nullptr},
        {"area", 0, kMany, nullptr}}},
      {"eventCode", {{"valueName", 1, 1, SomeText}, {"value", 1, 1, AnyText}}},
      {"parameter", {{"valueName", 1, 1, SomeText}, {"value", 1, 1, AnyText}}},
      {"geocode", {{"valueName", 1, 1, SomeText}, {"value", 1, 1, AnyText}}},
      {"resource",
       {{"resourceDesc", 1, 1, SomeText},
        {"mimeType", 1, 1, SomeText},
        {"size", 0, 1, Number},
        {"uri", 0, 1, AnyText},
        {"derefUri", 0, 1, AnyText},
        {"digest", 0, 1, AnyText}}},
      {"area",
       {{"areaDesc", 1, 1, SomeText},
        {"polygon", 0, kMany, Polygon},
        {"circle", 0, kMany, Circle},
        {"geocode", 0, kMany, nullptr},
        {"altitude", 0, 1, Number},
        {"ceiling", 0, 1, Number}}}};
  return *rules;
}

class CapReader {
 public:
  explicit CapReader(errors::Violations* v) : v_(*v) {}

  CapElement Read(const pugi::xml_document& document) {
    const pugi::xml_node root = document.document_element();
    FindPrefix(root);
    if (!found_ || LocalName(root) != "alert") {
      Add("alert",
          absl::StrCat("the document must be an alert of ", kCapNamespace));
      return {};
    }
    return ReadElement(root, "alert");
  }

 private:
  void FindPrefix(const pugi::xml_node& root) {
    for (const auto& attribute : root.attributes()) {
      if (std::strcmp(attribute.value(), kCapNamespace) != 0) continue;
      const std::string name = attribute.name();
      if (name == "xmlns") {
        found_ = true;
      } else if (absl::StartsWith(name, "xmlns:")) {
        found_ = true;
        prefix_ = name.substr(6) + ":";
      }
    }
  }

  // Empty for elements of other namespaces.
  std::string LocalName(const pugi::xml_node& node) const {
    const std::string name = node.name();
    if (!absl::StartsWith(name, prefix_)) return "";
    const std::string local = name.substr(prefix_.size());
    return local.find(':') == std::string::npos ? local : "";
  }

  CapElement ReadElement(const pugi::xml_node& node, const std::string& path) {
    CapElement element;
    element.name = LocalName(node);
    const CapRules& rules = AllCapRules().at(element.name);
    std::vector<int> counts(rules.size(), 0);
    size_t last = 0;
    for (const pugi::xml_node& child : node.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string name = LocalName(child);
      if (name.empty()) continue;  // A signature, for example.
      size_t place = 0;
      while (place < rules.size() && name != rules[place].name) ++place;
      if (place == rules.size()) {
        Add(absl::StrCat(path, "/", name), "is no element of CAP 1.2");
        continue;
      }
      if (place < last) {
        Add(absl::StrCat(path, "/", name),
            absl::StrCat("must stand before ", rules[last].name));
      }
      last = std::max(last, place);
      ReadChild(child, path, rules[place], ++counts[place], &element);
    }
    for (size_t i = 0; i < rules.size(); ++i) {
      if (counts[i] < rules[i].least) {
        Add(absl::StrCat(path, "/", rules[i].name), "is missing");
      } else if (counts[i] > rules[i].most) {
        Add(absl::StrCat(path, "/", rules[i].name),
            absl::StrCat("stands ", counts[i], " times; once at most"));
      }
    }
    return element;
  }

  void ReadChild(const pugi::xml_node& node, const std::string& path,
                 const CapRule& rule, int count, CapElement* parent) {
    const std::string child_path =
        rule.most > 1 ? absl::StrCat(path, "/", rule.name, "[", count, "]")
                      : absl::StrCat(path, "/", rule.name);
    if (rule.form == nullptr) {
      parent->children.push_back(ReadElement(node, child_path));
      return;
    }
    CapElement child{rule.name,
                     std::string(absl::StripAsciiWhitespace(
                         absl::string_view(node.text().get()))),
                     {}};
    if (const std::string fault = rule.form(child.text); !fault.empty()) {
      Add(child_path, fault);
    }
    parent->children.push_back(std::move(child));
  }

  void Add(const std::string& path, const std::string& fault) {
    if (++faults_ <= kMaxFaults) v_.Add(path, fault);
  }

  errors::Violations& v_;
  bool found_ = false;
  std::string prefix_;
  size_t faults_ = 0;
};

}  // namespace

std::string CapElement::Text(const std::string& child) const {
  const CapElement* found = Find(child);
  return found == nullptr ? "" : found->text;
}

const CapElement* CapElement::Find(const std::string& child) const {
  for (const CapElement& one : children) {
    if (one.name == child) return &one;
  }
  return nullptr;
}

absl::Time ParseCapTime(const std::string& text) {
  // The schema's pattern; RFC 3339's `Z` and fractions are not of it.
  static const auto* const pattern =
      new std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d)");
  absl::Time time;
  std::string error;
  return std::regex_match(text, *pattern) &&
                 absl::ParseTime(absl::RFC3339_full, text, &time, &error)
             ? time
             : absl::InfinitePast();
}

CapElement ReadCapElements(const std::string& xml, errors::Violations* v) {
  // Entities that the document defines itself are not expanded: they are how
  // small files become large ones.
  if (absl::StrContains(xml, "<!DOCTYPE")) {
    v->Add("xml", "has a document type; CAP needs none, leave it out");
    return {};
  }
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(
      xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    v->Add("xml", absl::StrCat("is no XML: ", result.description(), " at byte ",
                               result.offset));
    return {};
  }
  return CapReader(v).Read(document);
}

}  // namespace wangge::command
