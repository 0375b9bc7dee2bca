#include "services/command/domain/cap_xml.h"

#include <iconv.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlwriter.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <regex>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "errors/errors.h"
#include "services/command/domain/cap_xsd.h"

namespace wangge::command {
namespace {

constexpr char kCapNamespace[] = "urn:oasis:names:tc:emergency:cap:1.2";
constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";
constexpr size_t kMaxFaults = 50;
constexpr size_t kMaxValueShown = 60;  // Characters.
constexpr size_t kMaxMessage = 200;    // Of libxml2's.

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* t) const {
    Free(t);
  }
};
using Document = std::unique_ptr<xmlDoc, Freer<xmlFreeDoc>>;
using Parser = std::unique_ptr<xmlParserCtxt, Freer<xmlFreeParserCtxt>>;

const xmlChar* X(const char* text) {
  return reinterpret_cast<const xmlChar*>(text);
}

std::string ToString(const xmlChar* text) {
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

absl::Status NotCap(const std::string& fault) {
  errors::Violations v;
  v.Add("xml", fault);
  return v.ToStatus();
}

// ---- Encodings ----

// By what documents call them; iconv's names. No others: converters of rare
// encodings are where such libraries have their holes.
const std::map<std::string, const char*>& Encodings() {
  static const auto* const encodings = new std::map<std::string, const char*>{
      {"UTF-8", "UTF-8"},           {"US-ASCII", "UTF-8"},
      {"ISO-8859-1", "ISO-8859-1"}, {"GB18030", "GB18030"},
      {"GBK", "GB18030"},           {"GB2312", "GB18030"}};
  return *encodings;
}

// iconv's name of the encoding; empty when the document names one that is not
// read.
std::string EncodingOf(const std::string& xml) {
  if (absl::StartsWith(xml, "\xFF\xFE") || absl::StartsWith(xml, "\xFE\xFF")) {
    return "UTF-16";
  }
  static const auto* const declaration = new std::regex(
      R"re(^(\xEF\xBB\xBF)?<\?xml\s[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["'])re");
  const std::string head = xml.substr(0, 200);
  std::smatch match;
  if (!std::regex_search(head, match, *declaration)) return "UTF-8";
  const auto found = Encodings().find(absl::AsciiStrToUpper(match[2].str()));
  return found == Encodings().end() ? "" : found->second;
}

absl::StatusOr<std::string> Converted(std::string xml,
                                      const std::string& encoding) {
  const std::unique_ptr<void, Freer<iconv_close>> converter(
      iconv_open("UTF-8", encoding.c_str()));
  // No character of n bytes needs more than 2 n bytes of UTF-8.
  std::string out(2 * xml.size(), '\0');
  char* from = xml.data();
  char* to = out.data();
  size_t left = xml.size();
  size_t room = out.size();
  if (iconv(converter.get(), &from, &left, &to, &room) ==
      static_cast<size_t>(-1)) {
    return NotCap(absl::StrCat("is not ", encoding, " from byte ",
                               xml.size() - left + 1,
                               " on; declare the encoding that it is in"));
  }
  out.resize(out.size() - room);
  return out;
}

absl::StatusOr<std::string> ToUtf8Document(const std::string& xml) {
  const std::string encoding = EncodingOf(xml);
  if (encoding.empty()) {
    return NotCap(
        "declares an encoding that is not read; use UTF-8, UTF-16, "
        "ISO-8859-1, GB18030, GBK or GB2312");
  }
  std::string utf8 = xml;
  if (encoding != "UTF-8") {
    ASSIGN_OR_RETURN(utf8, Converted(xml, encoding));
  }
  if (!IsUtf8(utf8)) {
    return NotCap(
        "is not UTF-8; send UTF-8 or declare the encoding that it is in");
  }
  if (absl::StrContains(utf8, absl::string_view("\0", 1))) {
    return NotCap("contains a NUL character; remove it");
  }
  if (absl::StartsWith(utf8, kByteOrderMark)) utf8.erase(0, 3);
  return utf8;
}

// ---- Parsing ----

// What the callbacks of one parser tell; its _private.
struct ParseResult {
  std::string fault;  // The first; others follow from it.
  bool has_doctype = false;
};

ParseResult& ResultOf(void* parser) {
  return *static_cast<ParseResult*>(
      static_cast<xmlParserCtxtPtr>(parser)->_private);
}

void OnParseError(void* parser, xmlErrorPtr error) {
  ParseResult& result = ResultOf(parser);
  if (error->level < XML_ERR_ERROR || !result.fault.empty()) return;
  result.fault =
      absl::StrCat("is not well-formed XML: on line ", error->line, ": ",
                   Ellipsize(std::string(absl::StripAsciiWhitespace(
                                 absl::string_view(error->message))),
                             kMaxMessage),
                   "; correct it there");
}

// Before anything in it is read: entities that a document defines itself are
// how small files become large ones, or read other files.
void OnDoctype(void* parser, const xmlChar*, const xmlChar*, const xmlChar*) {
  ResultOf(parser).has_doctype = true;
  xmlStopParser(static_cast<xmlParserCtxtPtr>(parser));
}

void InitLibrary() {
  static const bool done = [] {
    xmlInitParser();
    // Besides XML_PARSE_NONET: nothing is loaded, from nowhere.
    xmlSetExternalEntityLoader(
        [](const char*, const char*, xmlParserCtxtPtr) -> xmlParserInputPtr {
          return nullptr;
        });
    return true;
  }();
  static_cast<void>(done);
}

absl::StatusOr<Document> ParseXml(const std::string& utf8) {
  InitLibrary();
  ParseResult result;
  const Parser parser(xmlNewParserCtxt());
  parser->_private = &result;
  parser->sax->serror = OnParseError;
  parser->sax->internalSubset = OnDoctype;
  // Without XML_PARSE_HUGE at most 256 elements deep.
  Document document(xmlCtxtReadMemory(
      parser.get(), utf8.data(), static_cast<int>(utf8.size()), nullptr,
      "UTF-8", XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES));
  if (result.has_doctype) {
    return NotCap("has a document type (<!DOCTYPE>); CAP needs none: omit it");
  }
  if (!result.fault.empty()) return NotCap(result.fault);
  if (document == nullptr) return NotCap("is not well-formed XML; correct it");
  return document;
}

// ---- The schema ----

bool IsCap(const xmlNode* node) {
  return node->type == XML_ELEMENT_NODE && node->ns != nullptr &&
         ToString(node->ns->href) == kCapNamespace;
}

// All elements at and below a node, in order.
void Collect(const xmlNode* node, std::vector<const xmlNode*>* all) {
  for (; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    all->push_back(node);
    Collect(node->children, all);
  }
}

std::string Attribute(const xmlNode* node, const char* name) {
  const std::unique_ptr<xmlChar, Freer<std::free>> value(
      xmlGetNoNsProp(node, X(name)));
  return ToString(value.get());
}

std::string TextOf(const xmlNode* node) {
  std::string text;
  for (const xmlNode* child = node->children; child; child = child->next) {
    if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) {
      text += ToString(child->content);
    }
  }
  return std::string(absl::StripAsciiWhitespace(absl::string_view(text)));
}

// What the schema's simple types want, in words, by the names of the types.
std::map<std::string, std::string> WantedByType(
    const std::vector<const xmlNode*>& nodes) {
  std::map<std::string, std::string> wanted;
  std::string type;
  for (const xmlNode* node : nodes) {
    const std::string name = ToString(node->name);
    if (name == "simpleType" || name == "complexType") {
      type = absl::StrCat("cap:", Attribute(node, "name"));
    } else if (name == "documentation") {
      wanted[type] = TextOf(node);
    } else if (name == "enumeration") {
      absl::StrAppend(&wanted[type], wanted[type].empty() ? "one of " : ", ",
                      Attribute(node, "value"));
    }
  }
  return wanted;
}

// cap.xsd, compiled. Read only once it is made, so that threads share it.
class CapSchema {
 public:
  CapSchema() {
    InitLibrary();
    document_.reset(xmlReadMemory(kCapXsd, sizeof(kCapXsd) - 1, "cap.xsd",
                                  "UTF-8", XML_PARSE_NONET));
    if (document_ == nullptr) std::abort();  // No test would pass.
    std::vector<const xmlNode*> nodes;
    Collect(document_->children, &nodes);
    const auto by_type = WantedByType(nodes);
    for (const xmlNode* node : nodes) {
      const auto found = by_type.find(Attribute(node, "type"));
      if (found != by_type.end()) {
        wanted_[Attribute(node, "name")] = found->second;
      }
    }
    const std::unique_ptr<xmlSchemaParserCtxt, Freer<xmlSchemaFreeParserCtxt>>
        parser(xmlSchemaNewDocParserCtxt(document_.get()));
    schema_.reset(xmlSchemaParse(parser.get()));
    if (schema_ == nullptr) std::abort();
  }

  xmlSchemaPtr get() const { return schema_.get(); }

  // What the text of an element must be, in words; empty for any.
  std::string WantedOf(const std::string& element) const {
    const auto found = wanted_.find(element);
    return found == wanted_.end() ? "" : found->second;
  }

 private:
  Document document_;
  std::unique_ptr<xmlSchema, Freer<xmlSchemaFree>> schema_;
  std::map<std::string, std::string> wanted_;
};

const CapSchema& Schema() {
  static const auto* const schema = new CapSchema();
  return *schema;
}

// `alert/info[2]`: with a number where the name alone does not tell.
std::string Step(const std::string& parent, const std::string& name,
                 size_t number, size_t count) {
  return absl::StrCat(parent, "/", Ellipsize(name, kMaxValueShown),
                      count > 1 ? absl::StrCat("[", number, "]") : "");
}

std::string PathOf(const xmlNode* node) {
  if (node == nullptr || node->type != XML_ELEMENT_NODE) return "";
  const xmlNode* const parent = node->parent;
  if (parent->type != XML_ELEMENT_NODE) return ToString(node->name);
  size_t number = 0;
  size_t count = 0;
  for (const xmlNode* one = parent->children; one; one = one->next) {
    if (one->type != XML_ELEMENT_NODE || !xmlStrEqual(one->name, node->name)) {
      continue;
    }
    ++count;
    if (one == node) number = count;
  }
  return Step(PathOf(parent), ToString(node->name), number, count);
}

// ---- Validation ----

// `a, b` of libxml2's `… Expected is one of ( {urn:…}a, {urn:…}b ).`
std::string ExpectedIn(const std::string& message) {
  const size_t begin = message.find("( ", message.find("Expected is"));
  const size_t end = message.rfind(" )");
  if (begin >= end || end == std::string::npos) return "";
  std::vector<std::string> names;
  for (const auto& one :
       absl::StrSplit(message.substr(begin + 2, end - begin - 2), ", ")) {
    const std::vector<std::string> parts = absl::StrSplit(one, '}');
    if (!absl::StartsWith(one, "##")) names.push_back(parts.back());
  }
  return absl::StrJoin(names, ", ");
}

// The rest of a message of libxml2's, without its name of the element.
std::string Plain(const std::string& message) {
  const std::string text = absl::StrReplaceAll(
      message, {{absl::StrCat("{", kCapNamespace, "}"), ""}, {"\n", ""}});
  const size_t begin = text.find(": ");
  return begin == std::string::npos ? text : text.substr(begin + 2);
}

bool HasElements(const xmlNode* node) {
  const xmlNode* child = node->children;
  while (child != nullptr && child->type != XML_ELEMENT_NODE) {
    child = child->next;
  }
  return child != nullptr;
}

std::string DescribeFault(const xmlNode* node, int code,
                          const std::string& message) {
  if (code == XML_SCHEMAV_CVC_ELT_1) {
    return absl::StrCat("must be the alert of ", kCapNamespace);
  }
  if (code == XML_SCHEMAV_ELEMENT_CONTENT) {
    const std::string expected = ExpectedIn(message);
    if (absl::StrContains(message, "Missing child")) {
      return absl::StrCat("lacks an element; add ", expected);
    }
    return absl::StrCat("must not stand here; CAP 1.2 wants ",
                        expected.empty() ? "nothing more" : expected);
  }
  const std::string wanted = Schema().WantedOf(ToString(node->name));
  if (wanted.empty() || HasElements(node)) {
    return absl::StrCat("is not as CAP 1.2 wants it: ", Plain(message));
  }
  const std::string value = TextOf(node);
  return value.empty() ? absl::StrCat("is empty; must be ", wanted)
                       : absl::StrCat("is `", Ellipsize(value, kMaxValueShown),
                                      "`; must be ", wanted);
}

class FormFaults {
 public:
  static void OnError(void* faults, xmlErrorPtr error) {
    static_cast<FormFaults*>(faults)->Add(*error);
  }
  absl::Status ToStatus() const { return v_.ToStatus(); }

 private:
  void Add(const xmlError& error) {
    const auto* node = static_cast<const xmlNode*>(error.node);
    // The first of an element says it; what follows is of it.
    if (node == nullptr || named_.size() >= kMaxFaults ||
        !named_.insert(node).second) {
      return;
    }
    if (node->type == XML_ATTRIBUTE_NODE) node = node->parent;
    v_.Add(PathOf(node),
           absl::StrCat("on line ", xmlGetLineNo(node), " ",
                        DescribeFault(node, error.code,
                                      error.message ? error.message : "")));
  }

  errors::Violations v_;
  std::set<const void*> named_;
};

absl::Status CheckForm(const Document& document) {
  const std::unique_ptr<xmlSchemaValidCtxt, Freer<xmlSchemaFreeValidCtxt>>
      context(xmlSchemaNewValidCtxt(Schema().get()));
  FormFaults faults;
  xmlSchemaSetValidStructuredErrors(context.get(), FormFaults::OnError,
                                    &faults);
  const int result = xmlSchemaValidateDoc(context.get(), document.get());
  RETURN_IF_ERROR(faults.ToStatus());
  return result == 0 ? absl::OkStatus() : NotCap("cannot be checked");
}

// Of a document whose form is right, so it is not deep.
CapElement ElementOf(const xmlNode* node, const std::string& path) {
  CapElement element;
  element.name = ToString(node->name);
  element.path = path;
  element.line = xmlGetLineNo(node);
  std::map<std::string, size_t> counts;
  for (const xmlNode* child = node->children; child; child = child->next) {
    if (IsCap(child)) ++counts[ToString(child->name)];
  }
  std::map<std::string, size_t> numbers;
  for (const xmlNode* child = node->children; child; child = child->next) {
    if (!IsCap(child)) continue;
    const std::string name = ToString(child->name);
    element.children.push_back(
        ElementOf(child, Step(path, name, ++numbers[name], counts[name])));
  }
  if (element.children.empty()) element.text = TextOf(node);
  return element;
}

// ---- Writing ----

// XML 1.0's Char.
bool IsXmlCharacter(char32_t c) {
  return c >= 0x20 ? c != 0xFFFE && c != 0xFFFF
                   : c == '\t' || c == '\n' || c == '\r';
}

std::string XmlText(const std::string& text) {
  std::string out;
  for (const char32_t c : DecodeUtf8(text)) {
    AppendUtf8(IsXmlCharacter(c) ? c : 0xFFFD, &out);
  }
  return out;
}

void Write(const CapElement& element, xmlTextWriterPtr writer) {
  xmlTextWriterStartElement(writer, X(element.name.c_str()));
  if (element.name == "alert") {
    xmlTextWriterWriteAttribute(writer, X("xmlns"), X(kCapNamespace));
  }
  if (!element.text.empty()) {
    xmlTextWriterWriteString(writer, X(XmlText(element.text).c_str()));
  }
  for (const CapElement& child : element.children) Write(child, writer);
  xmlTextWriterEndElement(writer);
}

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

absl::StatusOr<CapElement> ReadCap(const std::string& xml) {
  if (xml.size() > kMaxCapBytes) {
    return NotCap(
        absl::StrCat("has ", xml.size(), " bytes; at most ", kMaxCapBytes));
  }
  ASSIGN_OR_RETURN(const std::string utf8, ToUtf8Document(xml));
  ASSIGN_OR_RETURN(const Document document, ParseXml(utf8));
  RETURN_IF_ERROR(CheckForm(document));
  return ElementOf(xmlDocGetRootElement(document.get()), "alert");
}

std::string WriteCap(const CapElement& alert) {
  InitLibrary();
  const std::unique_ptr<xmlBuffer, Freer<xmlBufferFree>> buffer(
      xmlBufferCreate());
  const std::unique_ptr<xmlTextWriter, Freer<xmlFreeTextWriter>> writer(
      xmlNewTextWriterMemory(buffer.get(), 0));
  xmlTextWriterSetIndent(writer.get(), 1);
  xmlTextWriterSetIndentString(writer.get(), X("  "));
  xmlTextWriterStartDocument(writer.get(), nullptr, "UTF-8", nullptr);
  Write(alert, writer.get());
  xmlTextWriterEndDocument(writer.get());
  return ToString(xmlBufferContent(buffer.get()));
}

}  // namespace wangge::command
