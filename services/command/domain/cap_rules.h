// The rules of CAP 1.2's schema, as tables.
#pragma once

#include <string>
#include <vector>

#include "errors/errors.h"

namespace wangge::command {

inline constexpr char kCapNamespace[] = "urn:oasis:names:tc:emergency:cap:1.2";

// An element of CAP with the namespace's prefix taken off, so that all the ways
// to write the namespace are one.
struct CapElement {
  std::string name;
  std::string text;
  std::vector<CapElement> children;

  // The text of the first child of that name; empty when there is none.
  std::string Text(const std::string& child) const;
  const CapElement* Find(const std::string& child) const;
};

// Reads an alert. Adds what is wrong with it, each fault under its element's
// path, for example `alert/info[1]/urgency`.
CapElement ReadCapElements(const std::string& xml, errors::Violations* v);

// The time of a CAP dateTime, for example 2026-11-26T08:00:00+08:00; in the
// distant past when it is none.
absl::Time ParseCapTime(const std::string& text);

}  // namespace wangge::command
