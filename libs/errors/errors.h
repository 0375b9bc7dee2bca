// One meaning per error: an absl::Status whose payloads are google.rpc details,
// so that what a function decides is what the client reads.
//
// libs/rpc turns it into the wire's form and back. Messages say what is wrong
// with which value and what to do; every dynamic part stands in the metadata
// of ErrorInfo too.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/rpc/error_details.pb.h"
#include "wangge/common/v1/error_reason.pb.h"

namespace wangge::errors {

using common::v1::ErrorReason;
using Metadata = std::map<std::string, std::string>;

// A status with an ErrorInfo.
absl::Status Make(absl::StatusCode code, ErrorReason reason,
                  const std::string& message, const Metadata& metadata = {});

absl::Status NotFound(const std::string& resource, const std::string& id);
absl::Status EtagMismatch(const std::string& resource, const std::string& id,
                          const std::string& current_etag);
absl::Status WrongState(const std::string& case_no, const std::string& state,
                        const std::string& command, const std::string& why);
absl::Status NotYours(const std::string& resource, const std::string& id,
                      const std::string& identity);
absl::Status RequestIdReused(const std::string& request_id);
absl::Status Unavailable(const std::string& what, const std::string& why);
// DEADLINE_EXCEEDED for what was not begun.
absl::Status DeadlineExceeded();
// RESOURCE_EXHAUSTED with a RetryInfo.
absl::Status Overloaded(absl::Duration retry_delay);
// An INTERNAL error whose cause stays in the log under the error id.
absl::Status Internal(const std::string& error_id);

// Collects all faults of a request.
//   Violations v;
//   v.Require(!r.text().empty(), "report.text", "is empty; say what happened");
//   RETURN_IF_ERROR(v.ToStatus());
class Violations {
 public:
  void Add(const std::string& field, const std::string& description);
  // Adds the violation unless `ok`.
  void Require(bool ok, const std::string& field,
               const std::string& description);
  // Text must be UTF-8 without NUL, of `min` to `max` characters.
  void RequireText(const std::string& field, const std::string& text,
                   size_t min, size_t max);
  // A time of the years 1970 to 9999.
  void RequireTime(const std::string& field,
                   const google::protobuf::Timestamp& time);
  // A UUID, the form of every request_id.
  void RequireUuid(const std::string& field, const std::string& text);
  // OK when there are none, else INVALID_ARGUMENT with all of them.
  absl::Status ToStatus() const;

 private:
  google::rpc::BadRequest faults_;
};

// The reason of a status, ERROR_REASON_UNSPECIFIED when it has none.
ErrorReason ReasonOf(const absl::Status& status);
// A value of the reason's metadata, empty when it is not there.
std::string MetadataOf(const absl::Status& status, const std::string& key);
// The delay that a RetryInfo asks for, zero when there is none.
absl::Duration RetryDelayOf(const absl::Status& status);
// All field violations, as `field: description` lines.
std::vector<std::string> ViolationsOf(const absl::Status& status);

}  // namespace wangge::errors
