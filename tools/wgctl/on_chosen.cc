#include <iostream>
#include <utility>

#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"

namespace wangge::wgctl {

void OnChosen(CLI::App* command, const Settings* settings, Body body) {
  command->callback([settings, body = std::move(body)] {
    Client client(*settings);
    const absl::Status status = body(client);
    if (status.ok()) return;
    std::cerr << Explain(status) << std::endl;
    throw CLI::RuntimeError(1);
  });
}

}  // namespace wangge::wgctl
