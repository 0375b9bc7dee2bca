#include "rpc/main.h"

#include "services/intake/service.h"

int main(int argc, char** argv) {
  return wangge::rpc::Main("intake", "Wangge's intake: where reports come in.",
                           argc, argv, wangge::intake::IntakeService::Create);
}
