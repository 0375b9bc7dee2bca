// What a mobilisation says when it says nothing. Pure.
#pragma once

#include "absl/time/time.h"
#include "wangge/command/v1/instruction.pb.h"

namespace wangge::command {

// Two hours when a mobilisation does not say.
inline absl::Duration DurationOf(const v1::Mobilisation& mobilisation) {
  constexpr absl::Duration kDefault = absl::Hours(2);
  return mobilisation.has_duration()
             ? absl::Seconds(mobilisation.duration().seconds())
             : kDefault;
}

}  // namespace wangge::command
