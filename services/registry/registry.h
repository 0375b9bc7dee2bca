// What the registry's handlers work on.
#pragma once

#include "rpc/runtime.h"
#include "services/registry/certifier.h"
#include "services/registry/city_feed.h"
#include "services/registry/ledger.h"
#include "services/registry/store.h"

namespace wangge::registry {

struct Registry {
  rpc::Runtime& runtime;
  Store& store;
  Ledger& ledger;
  CityFeed& feed;
  Certifier& certifier;
};

}  // namespace wangge::registry
