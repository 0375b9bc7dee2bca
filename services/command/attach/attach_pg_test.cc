// Attach over a real socket, with its inbox in a real database.
#include <atomic>
#include <filesystem>
#include <pqxx/pqxx>
#include <thread>

#include "base/file.h"
#include "services/command/command_fixture.h"
#include "services/command/inbox/inbox_store.h"
#include "testing/proto.h"

namespace wangge::command {
namespace {

// Two officers.
std::shared_ptr<const city::City> CityOfTwoOfficers() {
  city::RowMap rows;
  for (const char* row :
       {"grid { grid_id: 'c' grid_code: '1' layer: GRID_LAYER_GOVERNANCE "
        "level: GRID_LEVEL_CITY polygons { rings { coordinates_e7: ["
        "1130000000,340000000,1140000000,340000000,1140000000,350000000] } } }",
        "unit { unit_id: 'oc' kind: UNIT_KIND_OPERATION_CENTRE }",
        "officer { officer_id: 'a' unit_id: 'oc' posts: 'dispatcher' }",
        "officer { officer_id: 'b' unit_id: 'oc' posts: 'dispatcher' }"}) {
    city::AddRow(FromText<city::CityRow>(row), &rows);
  }
  auto city = city::City::Build({}, rows);
  EXPECT_OK(city);
  return *city;
}

class AttachTest : public CommandTest {
 protected:
  AttachTest() { city_ = CityOfTwoOfficers(); }

  void SetUp() override {
    CommandTest::SetUp();
    inbox_ = std::make_unique<InboxStore>(pool_.get());
  }

  // Makes deliveries titled 1 to `count` that wait for officer a.
  void MakeBacklog(int count) {
    pqxx::connection connection(database_->dsn());
    pqxx::nontransaction work(connection);
    work.exec(
        "INSERT INTO delivery (origin, kind, subject_id, body) "
        "SELECT 'o/' || n, 1, 's', ''::bytea FROM generate_series(1, " +
        std::to_string(count) + ") n ORDER BY n");
    work.exec(
        "INSERT INTO delivery_recipient (recipient_id, delivery_no) "
        "SELECT 'a', delivery_no FROM delivery");
    // Transactions of other tests on the same server hold positions back.
    const auto last = static_cast<uint64_t>(
        work.exec1("SELECT pg_current_xact_id()::text")[0].as<int64_t>());
    const absl::Time end = Soon();
    auto settled = deliveries_->End(Soon());
    while (settled.ok() && settled->xid < last && absl::Now() < end) {
      settled = deliveries_->End(Soon());
    }
    ASSERT_OK(settled);
    ASSERT_GE(settled->xid, last);
  }

  // A task titled `title` for officers.
  void AddTask(std::vector<std::string> officer_ids,
               const std::string& title = "") {
    Task task;
    task.origin = "n/" + title;
    task.recipient_ids = std::move(officer_ids);
    task.delivery.set_title(title);
    ASSERT_OK(inbox_->AddTasks({{task}}, "", "c", Soon()));
  }

  void ExpectAllInOrder(int backlog);

  std::unique_ptr<InboxStore> inbox_;
};

// Attaches as officer a, who has `backlog` deliveries waiting, adds a new one,
// and reads until the backlog has ended and the new one has come.
void AttachTest::ExpectAllInOrder(int backlog) {
  const auto stub = v1::CommandService::NewStub(host_->Channel("gateway-push"));
  grpc::ClientContext context;
  const auto stream = stub->Attach(&context);
  v1::AttachRequest join;
  join.add_join_recipient_ids("a");
  ASSERT_TRUE(stream->Write(join));
  v1::AttachResponse message;
  ASSERT_TRUE(stream->Read(&message));
  EXPECT_THAT(message.joined_recipient_ids(), ::testing::ElementsAre("a"));

  AddTask({"a"}, "new");

  std::string last;
  int waited = 0;
  int fresh = 0;
  bool backlog_ended = false;
  while ((fresh == 0 || !backlog_ended) && stream->Read(&message)) {
    backlog_ended = backlog_ended || message.caught_up();
    for (const auto& delivery : message.deliveries()) {
      EXPECT_GT(delivery.delivery_id(), last);
      last = delivery.delivery_id();
      ++(delivery.title() == "new" ? fresh : waited);
    }
  }
  EXPECT_EQ(waited, backlog);
  EXPECT_EQ(fresh, 1);
  EXPECT_TRUE(backlog_ended);
  stream->WritesDone();
  while (stream->Read(&message)) EXPECT_TRUE(message.deliveries().empty());
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
}

// Regression: a backlog larger than the outbox cut its reader off as too slow,
// each time it came back.
TEST_F(AttachTest, ABacklogOfAnySizeComesInOrderBeforeWhatIsNew) {
  // More than a backlog may have in the outbox, whatever TCP takes besides.
  constexpr int kBacklog = 120'000;
  MakeBacklog(kBacklog);
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  ExpectAllInOrder(kBacklog);
}

// Regression: more new deliveries than a stream holds while its backlog is sent
// cut its reader off as too slow.
TEST_F(AttachTest, MuchThatIsNewWhileTheBacklogIsSentComesOnce) {
  constexpr int kNew = 20'000;
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  MakeBacklog(kNew);
  ExpectAllInOrder(kNew);
}

// One gateway's stream, as its client sees it.
class Client {
 public:
  Client(const rpc::TestHost& host, const std::string& identity,
         const std::string& officer_id = "")
      : stub_(v1::CommandService::NewStub(host.Channel(identity))) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    if (!officer_id.empty()) {
      context_.AddMetadata(rpc::kTokenKey, rpc::TestHost::TokenOf(officer_id));
    }
    stream_ = stub_->Attach(&context_);
  }
  ~Client() { context_.TryCancel(); }

  void Write(const std::string& request) {
    Write(FromText<v1::AttachRequest>(request));
  }
  void Write(const v1::AttachRequest& request) {
    EXPECT_TRUE(stream_->Write(request));
  }
  // As Write, to a stream that may have ended already.
  void Send(const std::string& request) {
    Send(FromText<v1::AttachRequest>(request));
  }
  void Send(const v1::AttachRequest& request) { stream_->Write(request); }
  v1::AttachResponse Read() {
    v1::AttachResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    recorded_ = std::max(recorded_, response.recorded_receipt_count());
    return response;
  }
  // Joins, and reads up to the end of what had waited; its titles.
  std::vector<std::string> Join(const std::string& request) {
    Write(request);
    std::vector<std::string> titles;
    while (true) {
      const v1::AttachResponse response = Read();
      cursor_ = response.cursor();
      for (const auto& delivery : response.deliveries()) {
        titles.push_back(delivery.title());
        last_id_ = delivery.delivery_id();
      }
      if (response.caught_up()) return titles;
      if (::testing::Test::HasFailure()) return {};
    }
  }
  // The same, and on until there are so many: what a transaction of another
  // test on the same server has held back comes as new.
  std::vector<std::string> Join(const std::string& request, size_t count) {
    std::vector<std::string> titles = Join(request);
    while (titles.size() < count) {
      const v1::AttachResponse response = Read();
      cursor_ = response.cursor();
      for (const auto& delivery : response.deliveries()) {
        titles.push_back(delivery.title());
      }
      if (response.deliveries().empty()) break;  // The stream has ended.
    }
    return titles;
  }
  // Until so many of the stream's receipts are recorded.
  void WaitUntilRecorded(int64_t count) {
    while (recorded_ < count && !::testing::Test::HasFailure()) Read();
  }
  // How the server ends the stream.
  absl::Status End() {
    v1::AttachResponse response;
    while (stream_->Read(&response)) {
    }
    return rpc::FromGrpc(stream_->Finish());
  }
  const std::string& cursor() const { return cursor_; }
  const std::string& last_id() const { return last_id_; }
  int64_t recorded() const { return recorded_; }

 private:
  const std::unique_ptr<v1::CommandService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>>
      stream_;
  std::string cursor_;
  std::string last_id_;
  int64_t recorded_ = 0;
};

// Writes the profile of a gateway that carries the units in a text.
void WriteGateway(const std::string& directory, const std::string& id,
                  const std::string& units) {
  ASSERT_OK(WriteFile(
      absl::StrCat(directory, "/", id, ".textproto"),
      absl::StrCat("gateway_id: '", id, "' name: '", id, "' ", units)));
}

TEST_F(AttachTest, ACallerCarriesItsOwnOnly) {
  gateways_ = ::testing::TempDir() + "/gateways-" + NewUuid();
  std::filesystem::create_directory(gateways_);
  WriteGateway(gateways_, "push", "whole_city: true");
  WriteGateway(gateways_, "sms", "unit_ids: 'x'");
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  const struct {
    const char* identity;
    const char* officer_id;
    const char* request;
    common::v1::ErrorReason reason;
  } rows[] = {
      // The profile of `sms` is for another unit; `push` is for everybody, but
      // there is nobody named z.
      {"gateway-sms", "", "join_recipient_ids: 'a'",
       common::v1::ERROR_REASON_NOT_YOURS},
      {"gateway-push", "", "join_recipient_ids: 'z'",
       common::v1::ERROR_REASON_NOT_YOURS},
      // A person carries nobody else.
      {"gateway-app", "a", "join_recipient_ids: 'b'",
       common::v1::ERROR_REASON_NOT_YOURS},
      // Receipts for somebody whom the stream does not carry are forged.
      {"gateway-push", "",
       "receipts { delivery_id: '1' recipient_id: 'a' "
       "kind: RECEIPT_KIND_DONE }",
       common::v1::ERROR_REASON_NOT_YOURS},
      // The policy lets no source attach.
      {"source-110", "", "join_recipient_ids: 'a'",
       common::v1::ERROR_REASON_NOT_ALLOWED},
  };
  for (const auto& row : rows) {
    Client client(*host_, row.identity, row.officer_id);
    client.Send(row.request);
    const absl::Status status = client.End();
    EXPECT_EQ(status.code(), kDenied) << row.identity << " " << row.request;
    EXPECT_EQ(errors::ReasonOf(status), row.reason)
        << row.identity << " " << row.request << status;
  }
  EXPECT_TRUE(Client(*host_, "gateway-app", "a")
                  .Join("join_recipient_ids: 'a'")
                  .empty());
}

TEST_F(AttachTest, AFaultyMessageEndsTheStreamAndNamesTheField) {
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  v1::AttachRequest many;
  for (int i = 0; i < 10'001; ++i) {
    many.add_join_recipient_ids("a");
    many.add_leave_recipient_ids("a");
    many.add_receipts()->set_kind(v1::RECEIPT_KIND_DONE);
  }
  v1::AttachRequest more_than_a_stream;
  for (int i = 0; i < 1'000'001; ++i) {
    more_than_a_stream.add_join_recipient_ids("a");
  }
  const struct {
    v1::AttachRequest request;
    std::vector<std::string> faults;
  } rows[] = {
      {FromText<v1::AttachRequest>(
           "join_recipient_ids: 'a' resume_cursor: 'x'"),
       {"resume_cursor: must be omitted or be a cursor received from this "
        "service, got 'x'"}},
      {FromText<v1::AttachRequest>("receipts { recipient_id: 'a' }"),
       {"receipts.kind: must be one of DELIVERED to UNREACHABLE, got 0"}},
      {FromText<v1::AttachRequest>("receipts { kind: RECEIPT_KIND_UNREACHABLE "
                                   "reason: '" +
                                   std::string(201, 'r') + "' }"),
       {"receipts.reason: has 201 characters; at most 200"}},
      {many,
       {"join_recipient_ids: must have at most 10000 items in a message, got "
        "10001",
        "leave_recipient_ids: must have at most 10000 items in a message, got "
        "10001",
        "receipts: must have at most 10000 items in a message, got 10001"}},
      {more_than_a_stream,
       {"join_recipient_ids: must have at most 10000 items in a message, got "
        "1000001",
        "join_recipient_ids: would exceed the 1000000 recipients of one "
        "stream; open another stream"}},
  };
  for (const auto& row : rows) {
    Client client(*host_, "gateway-push");
    client.Send(row.request);
    EXPECT_EQ(errors::ViolationsOf(client.End()), row.faults);
  }
}

TEST_F(AttachTest, StreamsEndWhenTheServiceStopsAndAreResumedAtAnother) {
  MakeBacklog(2);
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  Client client(*host_, "gateway-push");
  EXPECT_EQ(client.Join("join_recipient_ids: 'a'", 2).size(), 2U);
  const std::string cursor = client.cursor();
  host_->host().Stop(absl::Seconds(30));
  const absl::Status end = client.End();
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(errors::ReasonOf(end), errors::ReasonOf(rpc::NotServing()));
  AddTask({"a"}, "new");
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  Client again(*host_, "gateway-push");
  EXPECT_THAT(
      again.Join("join_recipient_ids: 'a' resume_cursor: '" + cursor + "'", 1),
      ::testing::ElementsAre("new"));
}

TEST_F(AttachTest, ReceiptsOfWhatTheRecipientNeverGotChangeNothing) {
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  Client client(*host_, "gateway-push");
  client.Join("join_recipient_ids: 'a'");
  Client other(*host_, "gateway-push");
  other.Join("join_recipient_ids: 'b'");
  AddTask({"b"});
  const std::string of_b = other.Read().deliveries(0).delivery_id();
  const std::vector<std::string> ids = {"", "x", "-1", "999999999999999", of_b};
  for (const std::string& id : ids) {
    client.Write("receipts { delivery_id: '" + id +
                 "' recipient_id: 'a' kind: RECEIPT_KIND_DONE }");
  }
  // The phone may forget them.
  client.WaitUntilRecorded(static_cast<int64_t>(ids.size()));
  Client again(*host_, "gateway-push");
  EXPECT_EQ(again.Join("join_recipient_ids: 'b'", 1).size(), 1U);
}

// The next message is read when the receipts of the last one are recorded: a
// flood waits where it comes from.
TEST_F(AttachTest, AFloodOfReceiptsIsRecordedAndHoldsUpNobodyElse) {
  constexpr int kMessages = 100;
  constexpr int kReceipts = 10'000;
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  Client flood(*host_, "gateway-push");
  flood.Join("join_recipient_ids: 'a'");
  Client other(*host_, "gateway-push");
  other.Join("join_recipient_ids: 'b'");
  AddTask({"a", "b"});
  const std::string id = flood.Read().deliveries(0).delivery_id();
  v1::AttachRequest message;
  for (int i = 0; i < kReceipts; ++i) {
    v1::Receipt& receipt = *message.add_receipts();
    receipt.set_delivery_id(id);
    receipt.set_recipient_id("a");
    receipt.set_kind(v1::RECEIPT_KIND_DELIVERED);
  }
  std::atomic<bool> flooding = true;
  std::thread writer([&] {
    for (int i = 0; i < kMessages; ++i) flood.Write(message);
  });
  std::thread reader([&] {
    flood.WaitUntilRecorded(int64_t{kMessages} * kReceipts);
    flooding = false;
  });
  other.Write("receipts { delivery_id: '" + id +
              "' recipient_id: 'b' kind: RECEIPT_KIND_DELIVERED }");
  other.WaitUntilRecorded(1);
  EXPECT_TRUE(flooding);
  writer.join();
  reader.join();
  EXPECT_EQ(flood.recorded(), int64_t{kMessages} * kReceipts);
}

TEST_F(AttachTest, AWorkerAttachedTwiceGetsItTwiceAndOneReceiptCounts) {
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  Client first(*host_, "gateway-push");
  Client second(*host_, "gateway-push");
  first.Join("join_recipient_ids: 'a'");
  second.Join("join_recipient_ids: 'a'");
  AddTask({"a"});
  const std::string id = first.Read().deliveries(0).delivery_id();
  EXPECT_EQ(second.Read().deliveries(0).delivery_id(), id);
  for (Client* client : {&first, &second}) {
    // The answer to a join comes after the receipts before it were recorded.
    client->Write("receipts { delivery_id: '" + id +
                  "' recipient_id: 'a' kind: RECEIPT_KIND_ACKNOWLEDGED }");
    EXPECT_TRUE(client->Join("join_recipient_ids: 'a'").empty());
    EXPECT_EQ(client->recorded(), 1);
  }
  Client third(*host_, "gateway-push");
  EXPECT_TRUE(third.Join("join_recipient_ids: 'a'").empty());
}

TEST_F(AttachTest, AStreamIsResumedFromItsCursor) {
  MakeBacklog(3);
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  std::string cursor;
  {
    Client client(*host_, "gateway-push");
    EXPECT_EQ(client.Join("join_recipient_ids: 'a'", 3).size(), 3U);
    cursor = client.cursor();
  }
  ASSERT_FALSE(cursor.empty());
  AddTask({"a"}, "new");
  Client resumed(*host_, "gateway-push");
  EXPECT_THAT(resumed.Join(
                  "join_recipient_ids: 'a' resume_cursor: '" + cursor + "'", 1),
              ::testing::ElementsAre("new"));
  // Without a cursor everything that is not acknowledged comes.
  Client anew(*host_, "gateway-push");
  EXPECT_EQ(anew.Join("join_recipient_ids: 'a'", 4).size(), 4U);
}

TEST_F(AttachTest, WhoLeavesGetsNothingMore) {
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  Client client(*host_, "gateway-push");
  client.Join("join_recipient_ids: 'a'");
  // The answer to the second join comes after the leave was done.
  client.Join("leave_recipient_ids: 'a' join_recipient_ids: 'b'");
  Task task;
  task.origin = "n/1/1";
  task.recipient_ids = {"a"};
  task.delivery.set_title("a");
  Task other = task;
  other.origin = "n/1/2";
  other.recipient_ids = {"b"};
  other.delivery.set_title("b");
  ASSERT_OK(inbox_->AddTasks({{task, other}}, "", "c", Soon()));
  EXPECT_EQ(client.Read().deliveries(0).title(), "b");
}

// Regression: the numbers of what was sent were counted after the recipients
// had been moved away.
TEST_F(AttachTest, WhatWasSentAndNeverConfirmedIsRemembered) {
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  Client client(*host_, "gateway-push");
  client.Join("join_recipient_ids: 'a'");
  pqxx::connection connection(database_->dsn());
  {
    pqxx::work work(connection);
    work.exec(
        "INSERT INTO delivery (origin, kind, subject_id, body) "
        "VALUES ('i', 6, 'i', ''::bytea)");
    work.exec(
        "INSERT INTO delivery_recipient (recipient_id, delivery_no) "
        "SELECT r, delivery_no FROM delivery, unnest('{a,b}'::text[]) r");
    work.commit();
  }
  EXPECT_EQ(client.Read().deliveries_size(), 1);
  const absl::Time end = Soon();
  std::string sent;
  while (sent.empty() && absl::Now() < end) {
    pqxx::nontransaction work(connection);
    sent = work.exec1(
                   "SELECT coalesce(string_agg(recipient_id, ','), '') "
                   "FROM delivery_recipient WHERE sent_time IS NOT NULL")[0]
               .c_str();
  }
  EXPECT_EQ(sent, "a");  // Nobody carried b.
}

TEST_F(AttachTest, AStreamThatNeverReadsIsCutAndLosesNothing) {
  ASSERT_NO_FATAL_FAILURE(StartCommand());
  Client client(*host_, "gateway-push");
  client.Join("join_recipient_ids: 'a'");
  // More than the outbox and all buffers on the way hold.
  constexpr int kTasks = 30'000;
  std::vector<Task> tasks(kTasks);
  for (int i = 0; i < kTasks; ++i) {
    tasks[static_cast<size_t>(i)].origin = "n/" + std::to_string(i);
    tasks[static_cast<size_t>(i)].recipient_ids = {"a"};
    tasks[static_cast<size_t>(i)].delivery.set_text(std::string(1024, 'x'));
  }
  ASSERT_OK(inbox_->AddTasks({tasks}, "", "c", Soon()));
  // What comes later was handed out later: all of it is at the stream by then.
  Client witness(*host_, "gateway-push");
  witness.Join("join_recipient_ids: 'b'");
  Task last;
  last.origin = "last";
  last.recipient_ids = {"b"};
  ASSERT_OK(inbox_->AddTasks({{last}}, "c", "d", Soon()));
  witness.Read();
  EXPECT_EQ(errors::ReasonOf(client.End()),
            common::v1::ERROR_REASON_SLOW_READER);
  Client back(*host_, "gateway-push");
  EXPECT_EQ(back.Join("join_recipient_ids: 'a'", kTasks).size(),
            static_cast<size_t>(kTasks));
}

}  // namespace
}  // namespace wangge::command
