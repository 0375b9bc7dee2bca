#include "rpc/main.h"

#include "services/command/service.h"

int main(int argc, char** argv) {
  return wangge::rpc::Main(
      "command", "Wangge's command: tasks and instructions to every worker.",
      argc, argv, wangge::command::CommandService::Create);
}
