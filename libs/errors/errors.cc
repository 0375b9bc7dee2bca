#include "errors/errors.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "base/uuid.h"
#include "google/protobuf/message.h"

namespace wangge::errors {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com/";

void Attach(const google::protobuf::Message& detail, absl::Status* status) {
  status->SetPayload(absl::StrCat(kTypePrefix, detail.GetTypeName()),
                     absl::Cord(detail.SerializeAsString()));
}

template <typename T>
T DetailOf(const absl::Status& status) {
  T detail;
  const auto payload =
      status.GetPayload(absl::StrCat(kTypePrefix, detail.GetTypeName()));
  if (payload.has_value()) detail.ParseFromString(std::string(*payload));
  return detail;
}

}  // namespace

absl::Status Make(absl::StatusCode code, ErrorReason reason,
                  const std::string& message, const Metadata& metadata) {
  absl::Status status(code, message);
  google::rpc::ErrorInfo info;
  static constexpr size_t kPrefix = sizeof("ERROR_REASON_") - 1;
  info.set_reason(common::v1::ErrorReason_Name(reason).substr(kPrefix));
  info.set_domain("wangge");
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[key] = value;
  }
  Attach(info, &status);
  return status;
}

absl::Status NotFound(const std::string& resource, const std::string& id) {
  return Make(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_NOT_FOUND,
              absl::StrCat(resource, " `", id, "` does not exist"),
              {{"resource", resource}, {"id", id}});
}

absl::Status EtagMismatch(const std::string& resource, const std::string& id,
                          const std::string& current_etag) {
  return Make(
      absl::StatusCode::kAborted, common::v1::ERROR_REASON_ETAG_MISMATCH,
      absl::StrCat(resource, " `", id, "` has changed; its etag is now ",
                   current_etag, "; read it again and retry with this etag"),
      {{"resource", resource}, {"id", id}, {"etag", current_etag}});
}

absl::Status WrongState(const std::string& case_no, const std::string& state,
                        const std::string& command, const std::string& why) {
  return Make(absl::StatusCode::kFailedPrecondition,
              common::v1::ERROR_REASON_WRONG_STATE,
              absl::StrCat(command, " is not possible for case ", case_no,
                           " in state ", state, ": ", why),
              {{"case_no", case_no}, {"state", state}, {"command", command}});
}

absl::Status NotYours(const std::string& resource, const std::string& id,
                      const std::string& identity) {
  return Make(
      absl::StatusCode::kPermissionDenied, common::v1::ERROR_REASON_NOT_YOURS,
      absl::StrCat(identity, " may not do this with ", resource, " `", id, "`"),
      {{"resource", resource}, {"id", id}, {"identity", identity}});
}

absl::Status RequestIdReused(const std::string& request_id) {
  return Make(absl::StatusCode::kInvalidArgument,
              common::v1::ERROR_REASON_REQUEST_ID_REUSED,
              absl::StrCat("request_id ", request_id,
                           " was used with another body; use a new one"),
              {{"request_id", request_id}});
}

absl::Status Unavailable(const std::string& what, const std::string& why) {
  return Make(absl::StatusCode::kUnavailable,
              common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
              absl::StrCat(what, ": ", why, "; try again"), {{"what", what}});
}

absl::Status DeadlineExceeded() {
  return Make(absl::StatusCode::kDeadlineExceeded,
              common::v1::ERROR_REASON_DEADLINE,
              "the deadline passed before the work began; nothing was done");
}

absl::Status Overloaded(absl::Duration retry_delay) {
  absl::Status status = Make(absl::StatusCode::kResourceExhausted,
                             common::v1::ERROR_REASON_OVERLOADED,
                             absl::StrCat("the server is busy; try again in ",
                                          absl::FormatDuration(retry_delay)));
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(retry_delay));
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(retry_delay) % 1'000'000'000));
  Attach(retry, &status);
  return status;
}

absl::Status Internal(const std::string& error_id) {
  return Make(absl::StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL,
              absl::StrCat("internal error ", error_id,
                           "; the server's log says more under this id"),
              {{"error_id", error_id}});
}

void Violations::Add(const std::string& field, const std::string& description) {
  auto* fault = faults_.add_field_violations();
  fault->set_field(field);
  fault->set_description(description);
}

void Violations::Require(bool ok, const std::string& field,
                         const std::string& description) {
  if (!ok) Add(field, description);
}

void Violations::RequireText(const std::string& field, const std::string& text,
                             size_t min, size_t max) {
  if (text.find('\0') != std::string::npos) {
    Add(field, "contains a NUL character; remove it");
  } else if (!IsUtf8(text)) {
    Add(field, "is not valid UTF-8; send UTF-8");
  } else if (const size_t length = Utf8Length(text); length < min) {
    Add(field, length == 0 ? "is empty; it is required"
                           : absl::StrCat("has ", length,
                                          " characters; at least ", min));
  } else if (length > max) {
    Add(field, absl::StrCat("has ", length, " characters; at most ", max));
  }
}

void Violations::RequireTime(const std::string& field,
                             const google::protobuf::Timestamp& time) {
  constexpr int64_t kYear10000 = 253'402'300'800;
  Require(
      time.seconds() >= 0 && time.seconds() < kYear10000 && time.nanos() >= 0 &&
          time.nanos() < 1'000'000'000,
      field,
      absl::StrCat("is ", time.seconds(), " s and ", time.nanos(),
                   " ns since 1970; send a time of the years 1970 to 9999"));
}

void Violations::RequireUuid(const std::string& field,
                             const std::string& text) {
  Require(IsUuid(text), field,
          "is not a UUID; send 36 characters such as "
          "7f1c2a34-5b6d-4e8f-9a0b-1c2d3e4f5a6b, a new one per change");
}

absl::Status Violations::ToStatus() const {
  if (faults_.field_violations().empty()) return absl::OkStatus();
  std::string message;
  for (const auto& fault : faults_.field_violations()) {
    absl::StrAppend(&message, message.empty() ? "" : "; ", fault.field(), " ",
                    fault.description());
  }
  absl::Status status = Make(absl::StatusCode::kInvalidArgument,
                             common::v1::ERROR_REASON_INVALID_FIELDS, message);
  Attach(faults_, &status);
  return status;
}

ErrorReason ReasonOf(const absl::Status& status) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  ErrorReason reason = common::v1::ERROR_REASON_UNSPECIFIED;
  common::v1::ErrorReason_Parse("ERROR_REASON_" + info.reason(), &reason);
  return reason;
}

std::string MetadataOf(const absl::Status& status, const std::string& key) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  const auto found = info.metadata().find(key);
  return found == info.metadata().end() ? "" : found->second;
}

absl::Duration RetryDelayOf(const absl::Status& status) {
  const auto delay = DetailOf<google::rpc::RetryInfo>(status).retry_delay();
  return absl::Seconds(delay.seconds()) + absl::Nanoseconds(delay.nanos());
}

std::vector<std::string> ViolationsOf(const absl::Status& status) {
  std::vector<std::string> lines;
  const auto request = DetailOf<google::rpc::BadRequest>(status);
  for (const auto& fault : request.field_violations()) {
    lines.push_back(absl::StrCat(fault.field(), ": ", fault.description()));
  }
  return lines;
}

}  // namespace wangge::errors
