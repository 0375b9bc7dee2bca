// Proto messages in tests.
#pragma once

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/message.h"

namespace wangge {

// Fills `message` from text format; a fault fails the test with its place.
void ParseText(const std::string& text, google::protobuf::Message* message);

// The message of type T that the text format describes.
template <typename T>
T FromText(const std::string& text) {
  T message;
  ParseText(text, &message);
  return message;
}

// Empty when both are equal, else what differs.
std::string DescribeDifference(const google::protobuf::Message& a,
                               const google::protobuf::Message& b);

// Matches a message equal to the given one.
MATCHER_P(EqualsProto, expected, "") {
  const std::string difference = DescribeDifference(expected, arg);
  *result_listener << difference;
  return difference.empty();
}

}  // namespace wangge
