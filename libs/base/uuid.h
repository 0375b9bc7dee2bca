// Random identifiers. Our own because libuuid takes twice as long for each, and
// every report gets one.
#pragma once

#include <string>

namespace wangge {

// A new version 4 UUID, 36 characters. Thread-safe.
std::string NewUuid();

// True for 36 characters of hexadecimal digits with hyphens at 8, 13, 18, 23.
bool IsUuid(const std::string& text);

}  // namespace wangge
