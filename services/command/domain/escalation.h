// To whom the silence of an instruction's recipients goes. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "city/city.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

// A delivery about the silence of some recipients.
struct Escalation {
  v1::Channel channel = v1::CHANNEL_PUSH;
  std::vector<std::string> recipient_ids;
  // Those whom an acknowledgement of it speaks for; none on the second channel,
  // where they speak for themselves.
  std::vector<std::string> silent_ids;
  v1::Delivery delivery;
};

// What a stage (1 to kLastEscalationStage) makes of the silent: on the second
// channel one delivery for all of them, else one for each who stands in, leads
// their grid or is on duty above them at the time. Somebody for whom nobody is
// found waits for the next stage.
std::vector<Escalation> Escalate(const v1::Delivery& original, int stage,
                                 const std::vector<std::string>& silent_ids,
                                 const city::City& city, absl::Time now);

}  // namespace wangge::command
