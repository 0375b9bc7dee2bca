#include "rpc/main.h"

#include "base/allocator.h"
#include "services/cases/cases.h"

int main(int argc, char** argv) {
  wangge::KeepFreedMemory();
  return wangge::rpc::Main("cases",
                           "Wangge's cases: reports until they are "
                           "solved, and the feeds of what happens.",
                           argc, argv, wangge::cases::CasesService::Create);
}
