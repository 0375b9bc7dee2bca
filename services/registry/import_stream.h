// The import of a whole city over a stream of rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "city/rows.h"
#include "rpc/stream.h"
#include "rpc/unary.h"
#include "services/registry/registry.h"

namespace wangge::registry {

// Gathers the rows, then imports them on a worker.
class ImportStream final
    : public rpc::ClientStream<v1::ImportCityRequest, v1::ImportCityResponse> {
 public:
  ImportStream(const Registry& registry, const rpc::Call& call);

 private:
  void OnMessage(v1::ImportCityRequest request) override;
  void OnReadsEnd() override;
  void Run();
  absl::StatusOr<v1::ImportCityResponse> Import() const;
  // INVALID_ARGUMENT unless all rows have come.
  absl::Status Check() const;

  const Registry registry_;
  const std::string author_;
  const absl::Time deadline_;
  city::RowMap rows_;
  std::string comment_;
  int64_t nameless_rows_ = 0;
  int64_t row_count_ = 0;
};

absl::StatusOr<std::shared_ptr<ImportStream>> ImportCity(Registry& registry,
                                                         const rpc::Call& call);

}  // namespace wangge::registry
