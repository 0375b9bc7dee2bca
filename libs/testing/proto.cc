#include "testing/proto.h"

#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

namespace wangge {

void ParseText(const std::string& text, google::protobuf::Message* message) {
  if (!google::protobuf::TextFormat::ParseFromString(text, message)) {
    ADD_FAILURE() << "not a " << message->GetTypeName() << ": " << text;
  }
}

std::string DescribeDifference(const google::protobuf::Message& a,
                               const google::protobuf::Message& b) {
  google::protobuf::util::MessageDifferencer differencer;
  std::string report;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(a, b) ? "" : report;
}

}  // namespace wangge
