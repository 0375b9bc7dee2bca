#include "rpc/main.h"

#include "services/registry/service.h"

int main(int argc, char** argv) {
  return wangge::rpc::Main(
      "registry", "Wangge's registry: the city and its versions.", argc, argv,
      wangge::registry::RegistryService::Create);
}
