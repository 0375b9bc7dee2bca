// What the handlers of RoutingService work with.
#pragma once

#include "city/watch.h"
#include "rpc/runtime.h"
#include "services/routing/analysis_slots.h"
#include "services/routing/model_file.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::routing {

// All of it is the service's, outlives every call and is thread-safe.
struct RoutingDeps {
  rpc::Runtime& runtime;
  const city::Holder& city;
  const ModelFile& model;
  registry::v1::RegistryService::Stub& registry;
  AnalysisSlots& analyses;
};

}  // namespace wangge::routing
