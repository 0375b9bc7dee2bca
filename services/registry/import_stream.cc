#include "services/registry/import_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "log/log.h"
#include "rpc/status.h"

namespace wangge::registry {
namespace {

class ImportStream : public grpc::ServerReadReactor<v1::ImportCityRequest> {
 public:
  ImportStream(rpc::Runtime* runtime, std::string author, ImportHandler handler,
               v1::ImportCityResponse* response)
      : runtime_(*runtime),
        author_(std::move(author)),
        handler_(std::move(handler)),
        response_(*response) {
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (ok) {
      Gather();
      StartRead(&incoming_);
    } else if (!runtime_.executor().TryPost([this] { Run(); })) {
      Finish(rpc::ToGrpc(errors::Overloaded(runtime_.retry_delay())));
    }
  }

  void OnDone() override { delete this; }

 private:
  void Gather() {
    if (!incoming_.comment().empty()) comment_ = incoming_.comment();
    row_count_ = std::max(row_count_, incoming_.row_count());
    for (auto& row : *incoming_.mutable_rows()) {
      const city::CityRowKey key = city::KeyOf(row);
      nameless_rows_ += key.id().empty() ? 1 : 0;
      rows_[city::KeyText(key)] =
          std::make_shared<const city::CityRow>(std::move(row));
    }
  }

  void Run() {
    absl::StatusOr<v1::ImportCityResponse> result = Check();
    if (result.ok()) result = handler_(rows_, comment_);
    if (result.ok()) response_ = *result;
    log::Info("import", {{"author", author_},
                         {"rows", rows_.size()},
                         {"cause", std::string(result.status().message())}});
    Finish(rpc::ToGrpc(result.status()));
  }

  // An empty response when the rows are whole.
  absl::StatusOr<v1::ImportCityResponse> Check() const {
    errors::Violations v;
    v.Require(nameless_rows_ == 0, "rows",
              absl::StrCat(nameless_rows_, " rows have no kind or no id"));
    v.Require(row_count_ == static_cast<int64_t>(rows_.size()), "row_count",
              absl::StrCat("is ", row_count_, ", but ", rows_.size(),
                           " different rows came; send all of them again"));
    v.RequireText("comment", comment_, 0, 500);
    RETURN_IF_ERROR(v.ToStatus());
    return v1::ImportCityResponse();
  }

  rpc::Runtime& runtime_;
  const std::string author_;
  const ImportHandler handler_;
  v1::ImportCityResponse& response_;
  v1::ImportCityRequest incoming_;
  city::RowMap rows_;
  std::string comment_;
  int nameless_rows_ = 0;
  int64_t row_count_ = 0;
};

}  // namespace

grpc::ServerReadReactor<v1::ImportCityRequest>* NewImportStream(
    rpc::Runtime* runtime, const std::string& author, ImportHandler handler,
    v1::ImportCityResponse* response) {
  return new ImportStream(runtime, author, std::move(handler), response);
}

}  // namespace wangge::registry
