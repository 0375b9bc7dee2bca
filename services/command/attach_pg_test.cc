// Attach over a real socket, with its inbox in a real database.
#include <pqxx/pqxx>

#include "city/folder.h"
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

std::shared_ptr<const city::City> CityOfOneOfficer() {
  city::RowMap rows;
  for (const char* row :
       {"grid { grid_id: 'c' grid_code: '1' layer: GRID_LAYER_GOVERNANCE "
        "level: GRID_LEVEL_CITY polygons { rings { coordinates_e7: ["
        "1130000000,340000000,1140000000,340000000,1140000000,350000000] } } }",
        "unit { unit_id: 'oc' kind: UNIT_KIND_OPERATION_CENTRE }",
        "officer { officer_id: 'a' unit_id: 'oc' posts: 'dispatcher' }"}) {
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
    db::PoolOptions options;
    options.dsn = database_->dsn();
    options.size = 2;
    options.statements = sql::kStatements;
    options.prefer_indexes = true;
    auto pool = db::Pool::Open(options);
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    store_ = std::make_unique<InboxStore>(pool_.get());
    cache_ = std::make_unique<DeliveryCache>(store_.get());
    backlogs_ = std::make_unique<BacklogReader>(store_.get(), cache_.get());
    receipts_ = std::make_unique<ReceiptRecorder>(store_.get());
    handouts_ = std::make_unique<HandoutReader>(store_.get(), cache_.get(),
                                                receipts_.get(), &hub_);
    city_.Set(CityOfOneOfficer());
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
  }

  void ExpectAllInOrder(int backlog);

  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  rpc::Runtime runtime_{{"test", 4, 64},
                        rpc::TestPolicy("gateway/push"),
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
        FromText<v1::GatewayProfile>("gateway_id: 'street' unit_ids: 'x'")}}};
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

  Task task;
  task.origin = "new";
  task.recipient_ids = {"a"};
  task.delivery.set_title("new");
  ASSERT_OK(store_->AddTasks({task}, "", "c", Soon()));

  std::string last;
  int waited = 0;
  int fresh = 0;
  bool backlog_ended = false;
  while ((fresh == 0 || !backlog_ended) && stream->Read(&message)) {
    backlog_ended = backlog_ended || message.deliveries().empty();
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

}  // namespace
}  // namespace wangge::command
