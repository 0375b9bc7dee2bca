#include "services/registry/import_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "log/log.h"

namespace wangge::registry {
namespace {

// How long an import may take whose client sets a later deadline or none.
constexpr absl::Duration kImportTime = absl::Minutes(2);

}  // namespace

ImportStream::ImportStream(const Registry& registry, const rpc::Call& call)
    : registry_(registry),
      author_(call.caller.Text()),
      deadline_(std::min(call.deadline, absl::Now() + kImportTime)) {}

void ImportStream::OnMessage(v1::ImportCityRequest request) {
  if (!request.comment().empty()) comment_ = request.comment();
  row_count_ = std::max(row_count_, request.row_count());
  for (auto& row : *request.mutable_rows()) {
    const city::CityRowKey key = city::KeyOf(row);
    nameless_rows_ += key.id().empty() ? 1 : 0;
    rows_[city::KeyText(key)] =
        std::make_shared<const city::CityRow>(std::move(row));
  }
}

void ImportStream::OnReadsEnd() {
  rpc::Runtime& runtime = registry_.runtime;
  if (!runtime.executor().TryPost([this] { Run(); })) {
    Answer(errors::Overloaded(runtime.retry_delay()));
  }
}

void ImportStream::Run() {
  auto response = Import();
  log::Info("import", {{"author", author_},
                       {"rows", rows_.size()},
                       {"cause", std::string(response.status().message())}});
  Answer(std::move(response));
}

absl::StatusOr<v1::ImportCityResponse> ImportStream::Import() const {
  RETURN_IF_ERROR(Check());
  auto response = registry_.ledger.Import(rows_, author_, comment_, deadline_);
  registry_.certifier.Wake();
  return response;
}

absl::Status ImportStream::Check() const {
  errors::Violations v;
  v.Require(nameless_rows_ == 0, "rows",
            absl::StrCat("has ", nameless_rows_,
                         " rows without kind or id; set both"));
  v.Require(row_count_ == static_cast<int64_t>(rows_.size()), "row_count",
            absl::StrCat("is ", row_count_, ", but ", rows_.size(),
                         " different rows came; send all of them again"));
  v.RequireText("comment", comment_, 0, 500);
  return v.ToStatus();
}

absl::StatusOr<std::shared_ptr<ImportStream>> ImportCity(
    Registry& registry, const rpc::Call& call) {
  return std::make_shared<ImportStream>(registry, call);
}

}  // namespace wangge::registry
