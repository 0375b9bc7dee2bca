// The text model that routing decides with: a file, taken up again when it
// changes.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "exec/periodic.h"
#include "text/classifier.h"

namespace wangge::routing {

// Holds the model of a file. A file that is put in its place by renaming is
// taken up within a second, without a pause: calls that are on their way end
// with the model they began with. One that cannot be used is refused with a log
// line, and the model that is held stays. Thread-safe.
class ModelFile {
 public:
  // INVALID_ARGUMENT when the file holds no usable model.
  static absl::StatusOr<std::unique_ptr<ModelFile>> Open(
      const std::string& path);

  std::shared_ptr<const text::Classifier> Get() const { return model_.load(); }

  // Looks at the file now. True when another model was taken up.
  bool Refresh();

 private:
  ModelFile(std::string path, std::shared_ptr<const text::Classifier> model,
            std::filesystem::file_time_type seen);

  const std::string path_;
  std::atomic<std::shared_ptr<const text::Classifier>> model_;
  Mutex mutex_;
  // Of the last file looked at.
  std::filesystem::file_time_type seen_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<exec::Periodic> periodic_;
};

}  // namespace wangge::routing
