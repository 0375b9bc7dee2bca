// What reaches an officer's phone, and what does not any more.
#include <set>

#include "gmock/gmock.h"
#include "testing/status.h"
#include "tests/suite.h"

namespace wangge {
namespace {

// An officer's phone, with their own inbox or, if it may, with another's.
class Phone {
 public:
  Phone(client::Client& client, const std::string& officer_id)
      : Phone(client, officer_id, officer_id) {}
  Phone(client::Client& client, const std::string& officer_id,
        const std::string& recipient_id)
      : recipient_id_(recipient_id),
        stub_(command::v1::CommandService::NewStub(
            *client.Channel("command", "gateway/app"))) {
    context_.AddMetadata(rpc::kTokenKey, *client.Token(officer_id));
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    stream_ = stub_->Attach(&context_);
    command::v1::AttachRequest join;
    join.add_join_recipient_ids(recipient_id);
    stream_->Write(join);
  }

  bool Read(command::v1::AttachResponse* page) { return stream_->Read(page); }

  void Acknowledge(const command::v1::AttachResponse& page) {
    command::v1::AttachRequest receipts;
    for (const auto& delivery : page.deliveries()) {
      auto& receipt = *receipts.add_receipts();
      receipt.set_delivery_id(delivery.delivery_id());
      receipt.set_recipient_id(recipient_id_);
      receipt.set_kind(command::v1::RECEIPT_KIND_ACKNOWLEDGED);
    }
    stream_->Write(receipts);
  }

  // Ends the stream, after everything was read.
  grpc::Status End() {
    command::v1::AttachResponse page;
    stream_->WritesDone();
    while (stream_->Read(&page)) {
    }
    return stream_->Finish();
  }

  // What waits: the cases, each once.
  std::set<std::string> Waiting() {
    std::set<std::string> case_nos;
    command::v1::AttachResponse page;
    while (!page.caught_up() && stream_->Read(&page)) {
      for (const auto& delivery : page.deliveries()) {
        case_nos.insert(delivery.subject_id());
      }
    }
    EXPECT_TRUE(page.caught_up());
    return case_nos;
  }

 private:
  const std::string recipient_id_;
  const std::unique_ptr<command::v1::CommandService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<command::v1::AttachRequest,
                                           command::v1::AttachResponse>>
      stream_;
};

class InboxE2eTest : public ::testing::Test {
 protected:
  client::Client client_{SuiteSettings()};
};

TEST_F(InboxE2eTest, TheOfficerSeesTheTaskOnTheirStream) {
  const auto answer = Submit(client_, HeatingReport());
  ASSERT_OK(answer);
  const auto read = GetCase(client_, answer->case_no());
  ASSERT_OK(read);
  Phone phone(client_, read->case_().assignments(0).officer_id());
  // One task waited; another comes while attached.
  const auto second = Submit(client_, HeatingReport());
  ASSERT_OK(second);
  std::set<std::string> wanted = {answer->case_no(), second->case_no()};
  command::v1::AttachResponse page;
  while (!wanted.empty() && phone.Read(&page)) {
    for (const auto& delivery : page.deliveries()) {
      wanted.erase(delivery.subject_id());
    }
    phone.Acknowledge(page);
  }
  EXPECT_TRUE(wanted.empty());
  EXPECT_TRUE(phone.End().ok());
}

TEST_F(InboxE2eTest, AWithdrawnCaseWaitsForNobody) {
  const auto answer = Submit(client_, HeatingReport());
  ASSERT_OK(answer);
  const std::string& case_no = answer->case_no();
  const auto read = GetCase(client_, case_no);
  ASSERT_OK(read);
  const std::string officer = read->case_().assignments(0).officer_id();
  const auto waits = [&] {
    return Phone(client_, officer).Waiting().contains(case_no);
  };
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (!waits() && absl::Now() < end) {
  }
  cases::v1::CancelCaseRequest withdraw;
  withdraw.set_case_no(case_no);
  withdraw.set_request_id(NewUuid());
  withdraw.set_reason("已自行解决");
  using cases::v1::CaseService;
  ASSERT_OK(client::CallAs<CaseService>(client_, "cases", "source/12345", "",
                                        &CaseService::Stub::CancelCase,
                                        withdraw));
  while (waits() && absl::Now() < end) {
  }
  EXPECT_LT(absl::Now(), end);
}

TEST_F(InboxE2eTest, NobodyReadsAnothersInbox) {
  Phone phone(client_, "o000001", "o000002");
  EXPECT_EQ(phone.End().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace wangge
