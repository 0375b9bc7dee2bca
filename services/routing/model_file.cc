#include "services/routing/model_file.h"

#include <utility>

#include "base/status_macros.h"
#include "log/log.h"
#include "metrics/metrics.h"

namespace wangge::routing {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

// A file that is gone has the time of no file.
std::filesystem::file_time_type ChangeTimeOf(const std::string& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  return error ? std::filesystem::file_time_type() : time;
}

metrics::Counter& Loads(const char* outcome) {
  return metrics::GetCounter("text_model_loads_total",
                             "Text models looked at, by outcome",
                             {{"outcome", outcome}});
}

}  // namespace

ModelFile::ModelFile(std::string path,
                     std::shared_ptr<const text::Classifier> model,
                     std::filesystem::file_time_type seen)
    : path_(std::move(path)), model_(std::move(model)), seen_(seen) {}

absl::StatusOr<std::unique_ptr<ModelFile>> ModelFile::Open(
    const std::string& path) {
  const auto seen = ChangeTimeOf(path);
  ASSIGN_OR_RETURN(auto model, text::Classifier::Load(path));
  auto file =
      std::unique_ptr<ModelFile>(new ModelFile(path, std::move(model), seen));
  file->periodic_ = std::make_unique<exec::Periodic>("text_model", kInterval,
                                                     [raw = file.get()] {
                                                       raw->Refresh();
                                                       return false;
                                                     });
  return file;
}

bool ModelFile::Refresh() {
  MutexLock lock(&mutex_);
  const auto time = ChangeTimeOf(path_);
  if (time == seen_) return false;
  seen_ = time;
  auto model = text::Classifier::Load(path_);
  if (!model.ok()) {
    Loads("refused").Increment();
    log::Error("text model refused, the old one stays",
               {{"problem", std::string(model.status().message())},
                {"version", Get()->version()}});
    return false;
  }
  Loads("taken").Increment();
  log::Info("text model taken up", {{"version", (*model)->version()}});
  model_.store(*std::move(model));
  return true;
}

}  // namespace wangge::routing
