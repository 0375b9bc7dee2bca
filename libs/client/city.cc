#include "client/city.h"

#include <utility>

#include "base/status_macros.h"
#include "city/rows.h"
#include "rpc/status.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::client {

absl::StatusOr<std::shared_ptr<const city::City>> FetchCity(Client& client) {
  ASSIGN_OR_RETURN(const auto channel,
                   client.Channel("registry", "admin/wgctl"));
  const auto stub = registry::v1::RegistryService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(client.Deadline()));
  const auto reader = stub->WatchCity(&context, {});
  city::Changes rows;
  registry::v1::WatchCityResponse piece;
  while (reader->Read(&piece)) {
    city::Changes more = city::ChangesOf(piece.rows(), piece.removed_rows());
    rows.upserts.merge(more.upserts);
    if (!piece.complete()) continue;
    context.TryCancel();
    reader->Finish();
    return city::City::Adopt(nullptr, piece.version(), rows);
  }
  RETURN_IF_ERROR(rpc::FromGrpc(reader->Finish()));
  return absl::UnavailableError("the registry ended before the city was whole");
}

}  // namespace wangge::client
