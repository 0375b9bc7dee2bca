// What people and programs read.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::wgctl {

// One line of JSON, protobuf's own mapping.
std::string ToJson(const google::protobuf::Message& message);

// An error with its violations and what to do next.
std::string Explain(const absl::Status& status);

// A case with its timeline, for a terminal.
std::string DescribeCase(const cases::v1::Case& c);
std::string DescribeReporter(const cases::v1::MaskedReporter& reporter);
std::string DescribeEvent(const cases::v1::CaseEvent& event);
std::string DescribeFeedback(const cases::v1::Feedback& item);

// `name` of an enum value without its prefix.
std::string Short(const std::string& name, const std::string& prefix);

// A progress bar on standard error, silent when that is no terminal.
class Progress {
 public:
  Progress(std::string what, size_t total);
  ~Progress();
  void Set(size_t done);

 private:
  const std::string what_;
  const size_t total_;
  const bool visible_;
};

}  // namespace wangge::wgctl
