// Attach over a real socket, with its inbox in a real database.
#include <atomic>
#include <pqxx/pqxx>
#include <thread>

#include "city/city.h"
#include "db/temp_database.h"
#include "gmock/gmock.h"
#include "rpc/client.h"
#include "rpc/test_tls.h"
#include "services/command/attach_stream.h"
#include "services/command/sql.h"
#include "testing/proto.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::command {
namespace {

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

using RawService =
    v1::CommandService::WithRawMethod_Attach<v1::CommandService::Service>;

class AttachTest : public ::testing::Test, public RawService {
 protected:
  void SetUp() override {
    auto database = db::TempDatabase::Create("command", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    auto pool = db::Pool::Open({.dsn = database_->dsn(),
                                .size = 2,
                                .statements = sql::kStatements,
                                .prefer_indexes = true});
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    store_ = std::make_unique<InboxStore>(pool_.get());
    cache_ = std::make_unique<DeliveryCache>(store_.get());
    backlogs_ = std::make_unique<BacklogReader>(store_.get(), cache_.get(),
                                                &SystemClock());
    receipts_ = std::make_unique<ReceiptRecorder>(store_.get(), &SystemClock());
    handouts_ = std::make_unique<HandoutReader>(
        store_.get(), cache_.get(), receipts_.get(), &hub_, &SystemClock());
    city_.Set(CityOfTwoOfficers());
    rpc::ServerOptions server;
    server.address = "127.0.0.1:0";
    server.tls = rpc::TestTls("service-command");
    auto started = rpc::Server::Start(server, {this}, &shards_);
    ASSERT_OK(started);
    server_ = *std::move(started);
  }

  void TearDown() override {
    handouts_->Stop();
    hub_.CloseAll(rpc::NotServing());
    server_->Shutdown(absl::Seconds(10));
    backlogs_.reset();
    receipts_.reset();
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
    auto settled = store_->End(Soon());
    while (settled.ok() && settled->xid < last && absl::Now() < end) {
      settled = store_->End(Soon());
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
    ASSERT_OK(store_->AddTasks({{task}}, "", "c", Soon()));
  }

  void ExpectAllInOrder(int backlog);

  static absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

  rpc::Runtime runtime_{{"test", 4, 64},
                        rpc::TestPolicy("gateway/*"),
                        std::make_unique<rpc::TokenVerifier>("")};
  city::Holder city_;
  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<InboxStore> store_;
  std::unique_ptr<DeliveryCache> cache_;
  Hub hub_;
  Gateways gateways_{
      {{"push",
        FromText<v1::GatewayProfile>("gateway_id: 'push' whole_city: true")},
       {"street",
        FromText<v1::GatewayProfile>("gateway_id: 'app' unit_ids: 'x'")}}};
  rpc::StreamShards shards_{
      2,
      [this](auto* context, auto* io, auto* queue, void* tag) {
        RequestAttach(context, io, queue, queue, tag);
      },
      [this] {
        return std::make_shared<AttachStream>(AttachDeps{
            runtime_, hub_, *backlogs_, *receipts_, city_, gateways_});
      }};
  std::unique_ptr<BacklogReader> backlogs_;
  std::unique_ptr<ReceiptRecorder> receipts_;
  std::unique_ptr<HandoutReader> handouts_;
  std::unique_ptr<rpc::Server> server_;
};

// Attaches as officer a, who has `backlog` deliveries waiting, adds a new one,
// and reads until the backlog has ended and the new one has come.
void AttachTest::ExpectAllInOrder(int backlog) {
  const auto channel =
      rpc::Connect("127.0.0.1:" + std::to_string(server_->port()),
                   rpc::TestTls("gateway-push"));
  ASSERT_OK(channel);
  const auto stub = v1::CommandService::NewStub(*channel);
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
  ASSERT_OK(handouts_->Start(database_->dsn()));
  ExpectAllInOrder(kBacklog);
}

// Regression: more new deliveries than a stream holds while its backlog is sent
// cut its reader off as too slow.
TEST_F(AttachTest, MuchThatIsNewWhileTheBacklogIsSentComesOnce) {
  constexpr int kNew = 20'000;
  ASSERT_OK(handouts_->Start(database_->dsn()));
  MakeBacklog(kNew);
  ExpectAllInOrder(kNew);
}

// One gateway's stream, as its client sees it.
class Client {
 public:
  Client(int port, const std::string& identity)
      : stub_(v1::CommandService::NewStub(*rpc::Connect(
            "127.0.0.1:" + std::to_string(port), rpc::TestTls(identity)))) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    stream_ = stub_->Attach(&context_);
  }
  ~Client() { context_.TryCancel(); }

  void Write(const std::string& request) {
    Write(FromText<v1::AttachRequest>(request));
  }
  void Write(const v1::AttachRequest& request) {
    EXPECT_TRUE(stream_->Write(request));
  }
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
  // The code with which the server ends the stream.
  grpc::StatusCode End() {
    v1::AttachResponse response;
    while (stream_->Read(&response)) {
    }
    return stream_->Finish().error_code();
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

TEST_F(AttachTest, AGatewayCarriesItsOwnOnly) {
  ASSERT_OK(handouts_->Start(database_->dsn()));
  // The profile of `app` is for another unit; `push` is for everybody, but
  // there is nobody named z.
  const struct {
    const char* identity;
    const char* request;
    grpc::StatusCode code;
  } rows[] = {
      {"gateway-app", "join_recipient_ids: 'a'",
       grpc::StatusCode::PERMISSION_DENIED},
      {"gateway-push", "join_recipient_ids: 'z'",
       grpc::StatusCode::PERMISSION_DENIED},
      // Receipts for somebody whom the stream does not carry are forged.
      {"gateway-push",
       "receipts { delivery_id: '1' recipient_id: 'a' "
       "kind: RECEIPT_KIND_DONE }",
       grpc::StatusCode::PERMISSION_DENIED},
      {"gateway-push", "join_recipient_ids: 'a' resume_cursor: 'x'",
       grpc::StatusCode::INVALID_ARGUMENT},
      {"gateway-push", "receipts { recipient_id: 'a' }",
       grpc::StatusCode::INVALID_ARGUMENT},
  };
  for (const auto& row : rows) {
    Client client(server_->port(), row.identity);
    client.Write(row.request);
    EXPECT_EQ(client.End(), row.code) << row.request;
  }
  for (const int count : {10'001, 1'000'000}) {
    v1::AttachRequest many;
    for (int i = 0; i < count; ++i) many.add_join_recipient_ids("a");
    Client client(server_->port(), "gateway-push");
    client.Write(many);
    EXPECT_EQ(client.End(), grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(AttachTest, ReceiptsOfWhatTheRecipientNeverGotChangeNothing) {
  ASSERT_OK(handouts_->Start(database_->dsn()));
  Client client(server_->port(), "gateway-push");
  client.Join("join_recipient_ids: 'a'");
  Client other(server_->port(), "gateway-push");
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
  Client again(server_->port(), "gateway-push");
  EXPECT_EQ(again.Join("join_recipient_ids: 'b'", 1).size(), 1U);
}

// The next message is read when the receipts of the last one are recorded: a
// flood waits where it comes from.
TEST_F(AttachTest, AFloodOfReceiptsIsRecordedAndHoldsUpNobodyElse) {
  constexpr int kMessages = 100;
  constexpr int kReceipts = 10'000;
  ASSERT_OK(handouts_->Start(database_->dsn()));
  Client flood(server_->port(), "gateway-push");
  flood.Join("join_recipient_ids: 'a'");
  Client other(server_->port(), "gateway-push");
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
  ASSERT_OK(handouts_->Start(database_->dsn()));
  Client first(server_->port(), "gateway-push");
  Client second(server_->port(), "gateway-push");
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
  Client third(server_->port(), "gateway-push");
  EXPECT_TRUE(third.Join("join_recipient_ids: 'a'").empty());
}

TEST_F(AttachTest, AStreamIsResumedFromItsCursor) {
  MakeBacklog(3);
  ASSERT_OK(handouts_->Start(database_->dsn()));
  std::string cursor;
  {
    Client client(server_->port(), "gateway-push");
    EXPECT_EQ(client.Join("join_recipient_ids: 'a'", 3).size(), 3U);
    cursor = client.cursor();
  }
  ASSERT_FALSE(cursor.empty());
  AddTask({"a"}, "new");
  Client resumed(server_->port(), "gateway-push");
  EXPECT_THAT(resumed.Join(
                  "join_recipient_ids: 'a' resume_cursor: '" + cursor + "'", 1),
              ::testing::ElementsAre("new"));
  // Without a cursor everything that is not acknowledged comes.
  Client anew(server_->port(), "gateway-push");
  EXPECT_EQ(anew.Join("join_recipient_ids: 'a'", 4).size(), 4U);
}

TEST_F(AttachTest, WhoLeavesGetsNothingMore) {
  ASSERT_OK(handouts_->Start(database_->dsn()));
  Client client(server_->port(), "gateway-push");
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
  ASSERT_OK(store_->AddTasks({{task, other}}, "", "c", Soon()));
  EXPECT_EQ(client.Read().deliveries(0).title(), "b");
}

// Regression: the numbers of what was sent were counted after the recipients
// had been moved away.
TEST_F(AttachTest, WhatWasSentAndNeverConfirmedIsRemembered) {
  ASSERT_OK(handouts_->Start(database_->dsn()));
  Client client(server_->port(), "gateway-push");
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
  ASSERT_OK(handouts_->Start(database_->dsn()));
  Client client(server_->port(), "gateway-push");
  client.Join("join_recipient_ids: 'a'");
  // More than the outbox and all buffers on the way hold.
  constexpr int kTasks = 30'000;
  std::vector<Task> tasks(kTasks);
  for (int i = 0; i < kTasks; ++i) {
    tasks[static_cast<size_t>(i)].origin = "n/" + std::to_string(i);
    tasks[static_cast<size_t>(i)].recipient_ids = {"a"};
    tasks[static_cast<size_t>(i)].delivery.set_text(std::string(1024, 'x'));
  }
  ASSERT_OK(store_->AddTasks({tasks}, "", "c", Soon()));
  // What comes later was handed out later: all of it is at the stream by then.
  Client witness(server_->port(), "gateway-push");
  witness.Join("join_recipient_ids: 'b'");
  Task last;
  last.origin = "last";
  last.recipient_ids = {"b"};
  ASSERT_OK(store_->AddTasks({{last}}, "c", "d", Soon()));
  witness.Read();
  EXPECT_EQ(client.End(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  Client back(server_->port(), "gateway-push");
  EXPECT_EQ(back.Join("join_recipient_ids: 'a'", kTasks).size(),
            static_cast<size_t>(kTasks));
}

}  // namespace
}  // namespace wangge::command
