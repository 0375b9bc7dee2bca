// Personal data as it is shown to those who need not know it: enough to tell
// two reporters apart, not enough to reach one. Pure.
#pragma once

#include <string>

#include "wangge/cases/v1/case.pb.h"

namespace wangge::cases {

// 王小明 -> 王**; 欧 -> *; the length stays.
std::string MaskName(const std::string& name);
// 13812345678 -> 138****5678; of fewer than 8 characters only the last two stay
// (of fewer than 4, none).
std::string MaskPhone(const std::string& phone);

v1::Reporter Mask(const v1::Reporter& reporter);

}  // namespace wangge::cases
