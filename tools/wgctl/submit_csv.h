// Reports as a CSV brings them: read, and submitted over one stream a source.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "wangge/intake/v1/intake.pb.h"

namespace wangge::wgctl {

// A report as text, from options or a row.
struct GivenReport {
  std::string source, ref, title, text, address, latitude, longitude, system;
};

// INVALID_ARGUMENT when the point is none.
absl::StatusOr<intake::v1::SubmitReportRequest> MakeRequest(
    const GivenReport& given);

struct CsvOptions {
  std::string path;
  std::string source;  // Empty: the column source_id.
  std::string title_column = "title";
  std::string text_column = "text";
  // 0: as fast as the suite takes them. Else each report is sent at the time
  // of day of its column `time`, counted from the first one, so many times
  // faster.
  double speed = 0;
};

// Submits all rows and tells what became of them. Rows without source_ref are
// named after file and line, so that a second run makes no second case.
absl::Status SubmitCsv(client::Client& client, const CsvOptions& options);

}  // namespace wangge::wgctl
