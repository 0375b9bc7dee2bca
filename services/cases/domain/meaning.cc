#include "services/cases/domain/meaning.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/cases/domain/apply.h"

namespace wangge::cases {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using SpecificField = MessageDifferencer::SpecificField;

class IgnoreWhatSaysNothing : public MessageDifferencer::IgnoreCriteria {
 public:
  bool IsIgnored(const Message&, const Message&, const FieldDescriptor* field,
                 const std::vector<SpecificField>&) override {
    return field->options().deprecated();
  }
  bool IsUnknownFieldIgnored(const Message&, const Message&,
                             const SpecificField&,
                             const std::vector<SpecificField>&) override {
    return true;
  }
};

std::string PathOf(const std::vector<SpecificField>& fields) {
  return absl::StrJoin(fields, ".",
                       [](std::string* out, const SpecificField& field) {
                         absl::StrAppend(out, field.field->name());
                         if (field.index >= 0)
                           absl::StrAppend(out, "[", field.index, "]");
                       });
}

class CollectPaths : public MessageDifferencer::Reporter {
 public:
  void ReportAdded(const Message&, const Message&,
                   const std::vector<SpecificField>& fields) override {
    paths_.push_back(PathOf(fields));
  }
  void ReportDeleted(const Message&, const Message&,
                     const std::vector<SpecificField>& fields) override {
    paths_.push_back(PathOf(fields));
  }
  void ReportModified(const Message&, const Message&,
                      const std::vector<SpecificField>& fields) override {
    // What differs inside a message has been reported already.
    if (fields.back().field->message_type() != nullptr) return;
    paths_.push_back(PathOf(fields));
  }
  std::string Take() const { return absl::StrJoin(paths_, ", "); }

 private:
  std::vector<std::string> paths_;
};

// 0.1.0 wrote sentences into cases; the program of today writes codes.
void UseCodes(Case* c) {
  static const auto* const codes = new std::map<std::string, std::string>{
      {"not found on the spot", kNotFoundOnSpot},
      {"returned by its unit", kReturned},
      {"reopened", kReopened},
      {"no longer merged", kUnmerged}};
  const auto code = codes->find(c->operator_reason());
  if (code != codes->end()) c->set_operator_reason(code->second);
}

}  // namespace

std::string DifferenceOf(const Case& a, const Case& b) {
  Case left = a;
  Case right = b;
  UseCodes(&left);
  UseCodes(&right);
  MessageDifferencer differencer;
  differencer.AddIgnoreCriteria(new IgnoreWhatSaysNothing);  // Takes it.
  CollectPaths paths;
  differencer.ReportDifferencesTo(&paths);
  return differencer.Compare(left, right) ? "" : paths.Take();
}

}  // namespace wangge::cases
