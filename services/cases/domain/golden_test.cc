// Events as stored by every released version, folded by the code of today. See
// testdata/golden/README.md.
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "services/cases/domain/meaning.h"
#include "services/cases/domain/proof.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::cases {
namespace {

using google::protobuf::Message;

constexpr char kGolden[] = WANGGE_SOURCE_DIR "/testdata/golden";
constexpr auto kLost = absl::StatusCode::kDataLoss;

// A field that the program of today does not know, as `message.number`; empty
// when it knows them all.
std::string UnknownFieldOf(const Message& message) {
  const auto& reflection = *message.GetReflection();
  const auto& unknown = reflection.GetUnknownFields(message);
  if (!unknown.empty()) {
    return absl::StrCat(message.GetDescriptor()->name(), ".",
                        unknown.field(0).number());
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    const int count =
        field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& part =
          field->is_repeated()
              ? reflection.GetRepeatedMessage(message, field, i)
              : reflection.GetMessage(message, field);
      std::string found = UnknownFieldOf(part);
      if (!found.empty()) return found;
    }
  }
  return "";
}

// DATA_LOSS names the file, the event and what is wrong with it.
absl::Status CheckGolden(const std::string& file,
                         const v1::GetCaseProofResponse& golden) {
  const auto fault = [&](int number, const std::string& what) {
    return absl::DataLossError(
        absl::StrCat(file, ": event ", number, ": ", what));
  };
  for (int i = 0; i < golden.events_size(); ++i) {
    CaseEvent event;
    if (!event.ParseFromString(golden.events(i).body())) {
      return fault(i + 1, "is no event");
    }
    const std::string unknown = UnknownFieldOf(event);
    if (!unknown.empty()) {
      return fault(i + 1, "field " + unknown +
                              " is not known any more; put it back into the "
                              "proto file, deprecated");
    }
  }
  const absl::StatusOr<Case> folded =
      FoldProven({golden.events().begin(), golden.events().end()});
  if (!folded.ok()) {
    return absl::DataLossError(
        absl::StrCat(file, ": ", std::string(folded.status().message())));
  }
  const std::string difference = DifferenceOf(*folded, golden.case_());
  if (difference.empty()) return absl::OkStatus();
  return fault(golden.events_size(),
               "after it the case is not what was recorded: " + difference);
}

absl::StatusOr<v1::GetCaseProofResponse> ReadGolden(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  google::protobuf::util::JsonParseOptions options;
  // The recorded state may have fields that are not folded any more.
  options.ignore_unknown_fields = true;
  v1::GetCaseProofResponse golden;
  const auto status =
      google::protobuf::util::JsonStringToMessage(text, &golden, options);
  if (!status.ok()) {
    return absl::DataLossError(
        absl::StrCat(file, ": ", std::string(status.message())));
  }
  return golden;
}

std::vector<std::string> FilesOf(const std::string& version) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(
           absl::StrCat(kGolden, "/", version))) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  return files;
}

TEST(GoldenTest, EveryStoredEventFoldsAsWhenItWasRecorded) {
  int versions = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    if (!entry.is_directory()) continue;
    ++versions;
    const std::string version = entry.path().filename();
    EXPECT_FALSE(FilesOf(version).empty()) << version;
    for (const std::string& file : FilesOf(version)) {
      const auto golden = ReadGolden(file);
      ASSERT_OK(golden);
      EXPECT_OK(CheckGolden(file, *golden));
    }
  }
  EXPECT_GE(versions, 1);
}

// 0.1.0's last kind of event.
constexpr int kLastEventOf010 = CaseEvent::kReporterErasedFieldNumber;

TEST(GoldenTest, EveryKindOfEventIsRecorded) {
  std::set<int> kinds;
  for (const std::string& file : FilesOf("0.1.0")) {
    const auto golden = ReadGolden(file);
    ASSERT_OK(golden);
    for (const auto& stored : golden->events()) {
      CaseEvent event;
      ASSERT_TRUE(event.ParseFromString(stored.body()));
      kinds.insert(event.body_case());
    }
  }
  const auto& body = *CaseEvent::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body.field_count(); ++i) {
    if (body.field(i)->number() > kLastEventOf010) continue;
    EXPECT_TRUE(kinds.count(body.field(i)->number()))
        << body.field(i)->name() << " has no golden event";
  }
}

class BrokenGoldenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Add("sequence: 1 admitted { title: 'a' }");
    Add("sequence: 2 supervised { reason: 'b' }");
    Record();
  }
  void Add(const std::string& text) {
    auto event = FromText<CaseEvent>("case_no: 'n' " + text);
    if (golden_.events_size() > 0) {
      event.set_previous_hash(golden_.events().rbegin()->hash());
    }
    auto& stored = *golden_.add_events();
    stored.set_body(event.SerializeAsString());
    stored.set_hash(Sha256(stored.body()));
  }
  void Record() {
    const auto folded =
        FoldProven({golden_.events().begin(), golden_.events().end()});
    ASSERT_OK(folded);
    *golden_.mutable_case_() = *folded;
  }
  // Event 2 with another body, as if it had been stored so.
  void Replace(const std::string& body) {
    golden_.mutable_events(1)->set_body(body);
    golden_.mutable_events(1)->set_hash(Sha256(body));
  }

  v1::GetCaseProofResponse golden_;
};

TEST_F(BrokenGoldenTest, IsReportedWithFileEventAndWhatIsWrong) {
  EXPECT_OK(CheckGolden("f.json", golden_));
  const std::string good = golden_.events(1).body();
  CaseEvent event;
  ASSERT_TRUE(event.ParseFromString(good));

  Replace("\xff");
  EXPECT_THAT(CheckGolden("f.json", golden_),
              StatusIs(kLost, "f.json: event 2: is no event"));

  auto& supervised = *event.mutable_supervised();
  supervised.GetReflection()
      ->MutableUnknownFields(&supervised)
      ->AddVarint(99, 1);
  Replace(event.SerializeAsString());
  EXPECT_THAT(CheckGolden("f.json", golden_),
              StatusIs(kLost,
                       "f.json: event 2: field Supervised.99 is not "
                       "known any more"));

  event.clear_body();
  Replace(event.SerializeAsString());
  EXPECT_THAT(CheckGolden("f.json", golden_),
              StatusIs(kLost, "f.json: event 2: is of a kind"));

  Replace(good);
  golden_.mutable_case_()->mutable_supervisions(0)->set_reason("c");
  EXPECT_THAT(CheckGolden("f.json", golden_),
              StatusIs(kLost,
                       "f.json: event 2: after it the case is not what "
                       "was recorded: supervisions[0].reason"));
}

TEST_F(BrokenGoldenTest, AChangedByteIsReported) {
  golden_.mutable_events(0)->mutable_body()->back() ^= 1;
  EXPECT_THAT(CheckGolden("f.json", golden_),
              StatusIs(kLost, "f.json: event 1: "));
}

}  // namespace
}  // namespace wangge::cases
