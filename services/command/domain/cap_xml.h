// CAP 1.2 as XML: libxml2 reads and writes it, cap.xsd says what its form is.
// What an alert means is not decided here. Pure and thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace wangge::command {

// No alert of any system comes near it.
inline constexpr size_t kMaxCapBytes = 1 << 20;

// An element of CAP's namespace.
struct CapElement {
  std::string name;
  // Of an element without children: its text and its CDATA sections, joined,
  // without comments and without the white space around it.
  std::string text;
  std::vector<CapElement> children;
  // Where it stands in the document that was read, for example
  // `alert/info[2]/urgency`, and on which line.
  std::string path;
  long line = 0;

  // The text of the first child of that name; empty when there is none.
  std::string Text(const std::string& child) const;
  // Null when there is none.
  const CapElement* Find(const std::string& child) const;
};

// Reads an alert in UTF-8, or in UTF-16, ISO-8859-1, GB18030, GBK or GB2312
// when it says so. Elements of other namespaces, such as signatures, are left
// out. INVALID_ARGUMENT names every fault of the form by its element and line,
// and at `xml` what is no XML, has a document type (nothing is ever expanded or
// loaded) or is larger or deeper than any alert.
absl::StatusOr<CapElement> ReadCap(const std::string& xml);

// `alert` as a document in UTF-8, from names, texts and children. Characters
// that XML cannot carry become U+FFFD.
std::string WriteCap(const CapElement& alert);

}  // namespace wangge::command
