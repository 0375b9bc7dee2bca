#include "rpc/main.h"

#include "base/allocator.h"
#include "rpc/stream_shards.h"
#include "services/command/command.h"

int main(int argc, char** argv) {
  wangge::KeepFreedMemory();
  wangge::rpc::HoldLittleWhileWaiting();
  return wangge::rpc::Main(
      "command", "Wangge's command: tasks and instructions to every worker.",
      argc, argv, wangge::command::CommandService::Create);
}
