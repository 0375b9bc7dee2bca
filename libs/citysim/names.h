// Invented names below the districts, deterministic by number.
#pragma once

#include <string>

namespace wangge::citysim {

// A stem such as 金桂 for any number; 1,600 different ones.
std::string Stem(int number);
std::string StreetName(int number);     // …街道
std::string CommunityName(int number);  // …社区
std::string CompoundName(int number);   // …花园; about 2 % occur twice.
std::string PersonName(int number);

}  // namespace wangge::citysim
