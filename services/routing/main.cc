#include "rpc/main.h"

#include "services/routing/service.h"

int main(int argc, char** argv) {
  return wangge::rpc::Main("routing",
                           "Wangge's routing: finds the person responsible.",
                           argc, argv, wangge::routing::RoutingService::Create);
}
