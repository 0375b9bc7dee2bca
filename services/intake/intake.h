// What intake's handlers work on.
#pragma once

#include <map>
#include <string>

#include "city/watch.h"
#include "exec/concurrency_limit.h"
#include "rpc/runtime.h"
#include "services/intake/profiles.h"
#include "services/intake/submitter.h"

namespace wangge::intake {

class SubmitStreams;

struct Intake {
  rpc::Runtime& runtime;
  const Profiles& profiles;
  // By source, so that one that sends too much takes nothing from the others.
  std::map<std::string, exec::ConcurrencyLimit>& limits;
  const city::Holder& city;
  Submitter& submitter;
  SubmitStreams& streams;
};

}  // namespace wangge::intake
