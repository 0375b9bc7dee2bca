// The streams of the registry: imports, and the city as it is followed.
#include "services/registry/service_fixture.h"

namespace wangge::registry {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(RegistryServiceTest, AnImportMakesAVersion) {
  const auto first = Import({});
  ASSERT_OK(first);
  EXPECT_EQ(first->version().version(), 1);
  EXPECT_EQ(first->version().author(), "admin/wgctl");
  EXPECT_EQ(first->version().comment(), "why");
  EXPECT_EQ(first->added_count(), 11);
  const auto second = Import({"calendar_day { date: '2026-10-01' }"});
  ASSERT_OK(second);
  EXPECT_EQ(second->version().version(), 2);
  EXPECT_EQ(second->added_count(), 1);
  v1::GetCityVersionRequest request;
  request.set_version(1);
  EXPECT_EQ(Call(&Stub::GetCityVersion, request)->content_hash(),
            first->version().content_hash());
  EXPECT_EQ(CurrentVersion(), 2);
}

TEST_F(RegistryServiceTest, AFaultyImportChangesNothing) {
  ASSERT_OK(Import({}));
  auto cut = MessagesOf(TestRows({"calendar_day { date: '2026-10-01' }"}));
  cut.pop_back();
  EXPECT_THAT(Send(admin_.get(), cut),
              StatusIs(kInvalid, "row_count is 12, but 10 different rows"));
  EXPECT_EQ(CurrentVersion(), 1);
}

// Nothing tells it from an import that was cut off at once.
TEST_F(RegistryServiceTest, AnImportOfNothingChangesNothing) {
  ASSERT_OK(Import({}));
  EXPECT_FALSE(Send(admin_.get(), {}).ok());
  EXPECT_EQ(CurrentVersion(), 1);
}

TEST_F(RegistryServiceTest, AFaultyCityIsNotImported) {
  EXPECT_THAT(Import({"officer { officer_id: 'x' unit_id: 'gone' }"}),
              StatusIs(kWrongState, "officer/x"));
  auto nameless = MessagesOf(TestRows({}));
  nameless[1].add_rows();
  EXPECT_THAT(Send(admin_.get(), nameless),
              StatusIs(kInvalid, "rows has 1 rows without kind or id"));
  auto wordy = MessagesOf(TestRows({}));
  wordy[0].set_comment(std::string(501, 'x'));
  EXPECT_THAT(Send(admin_.get(), wordy), StatusIs(kInvalid, "comment"));
  EXPECT_EQ(CurrentVersion(), 0);
}

TEST_F(RegistryServiceTest, ThePolicyDecidesWhoImportsAndReads) {
  const auto source = StubOf("source-110");
  EXPECT_THAT(Send(source.get(), MessagesOf(TestRows({}))),
              StatusIs(kDenied, "source/110"));
  EXPECT_THAT(rpc::Invoke(&Stub::GetCityVersion, *source,
                          v1::GetCityVersionRequest(), Soon()),
              StatusIs(kDenied, "source/110"));
  EXPECT_EQ(CurrentVersion(), 0);
}

// A service that follows the city.
class Watch {
 public:
  Watch(const rpc::TestHost& host, int64_t held_version)
      : stub_(v1::RegistryService::NewStub(host.Channel("service-routing"))) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    v1::WatchCityRequest request;
    request.set_held_version(held_version);
    stream_ = stub_->WatchCity(&context_, request);
  }
  ~Watch() { context_.TryCancel(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // The next piece; an empty one at the end.
  v1::WatchCityResponse Next() {
    v1::WatchCityResponse piece;
    stream_->Read(&piece);
    return piece;
  }
  absl::Status Finish() { return rpc::FromGrpc(stream_->Finish()); }

 private:
  std::unique_ptr<Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchCityResponse>> stream_;
};

TEST_F(RegistryServiceTest, AWatcherWithoutACityGetsAllOfItAndThenWhatChanges) {
  ASSERT_OK(Import({}));
  Watch watch(*host_, 0);
  const auto all = watch.Next();
  EXPECT_TRUE(all.reset());
  EXPECT_TRUE(all.complete());
  EXPECT_EQ(all.version().version(), 1);
  EXPECT_THAT(all.rows(), SizeIs(11));

  ASSERT_OK(Import({"calendar_day { date: '2026-10-01' }"}));
  const auto added = watch.Next();
  EXPECT_FALSE(added.reset());
  EXPECT_TRUE(added.complete());
  EXPECT_EQ(added.version().version(), 2);
  EXPECT_THAT(added.rows(), SizeIs(1));

  ASSERT_OK(Import({}));
  const auto removed = watch.Next();
  EXPECT_EQ(removed.version().version(), 3);
  EXPECT_THAT(removed.rows(), IsEmpty());
  ASSERT_THAT(removed.removed_rows(), SizeIs(1));
  EXPECT_EQ(removed.removed_rows(0).id(), "2026-10-01");
}

TEST_F(RegistryServiceTest, AWatcherWithACityGetsWhatHasChangedSince) {
  ASSERT_OK(Import({}));
  ASSERT_OK(Import({"calendar_day { date: '2026-10-01' }"}));
  ASSERT_OK(Import({"calendar_day { date: '2026-10-02' }"}));
  const auto since = Watch(*host_, 1).Next();
  EXPECT_FALSE(since.reset());
  EXPECT_EQ(since.version().version(), 3);
  ASSERT_THAT(since.rows(), SizeIs(1));
  EXPECT_EQ(since.rows(0).calendar_day().date(), "2026-10-02");
  EXPECT_THAT(since.removed_rows(), IsEmpty());
  // Of a registry that was restored from an older backup: all anew.
  const auto ahead = Watch(*host_, 9).Next();
  EXPECT_TRUE(ahead.reset());
  EXPECT_THAT(ahead.rows(), SizeIs(12));
  // Who holds the current one gets the next one.
  Watch current(*host_, 3);
  ASSERT_OK(Import({}));
  EXPECT_EQ(current.Next().version().version(), 4);
}

TEST_F(RegistryServiceTest, AWatcherOfAnEmptyRegistryWaitsForTheFirstCity) {
  Watch watch(*host_, 0);
  ASSERT_OK(Import({}));
  EXPECT_EQ(watch.Next().version().version(), 1);
}

TEST_F(RegistryServiceTest, FaultyWatchersAreRefused) {
  EXPECT_THAT(Watch(*host_, -1).Finish(),
              StatusIs(kInvalid, "held_version is -1"));
  grpc::ClientContext context;
  SetDeadline(&context);
  const auto stranger = StubOf("source-110");
  EXPECT_THAT(
      rpc::FromGrpc(
          stranger->WatchCity(&context, v1::WatchCityRequest())->Finish()),
      StatusIs(kDenied, "source/110"));
}

TEST_F(RegistryServiceTest, TheEndClosesTheStreams) {
  ASSERT_OK(Import({}));
  Watch watch(*host_, 0);
  EXPECT_TRUE(watch.Next().complete());
  host_->host().Stop(absl::Seconds(10));
  EXPECT_FALSE(watch.Next().complete());
  EXPECT_THAT(watch.Finish(),
              StatusIs(absl::StatusCode::kUnavailable, "stopping"));
}

TEST_F(RegistryServiceTest, AReplicaTakesUpWhatTheOtherImported) {
  rpc::Environment environment;
  environment.dsn = database_->dsn();
  environment.db_connections = 4;
  auto replica =
      rpc::TestHost::Start("registry", environment, RegistryService::Create);
  ASSERT_OK(replica);
  ASSERT_TRUE((*replica)->WaitUntilReady());
  Watch watch(**replica, 0);
  ASSERT_OK(Import({}));
  EXPECT_EQ(watch.Next().version().version(), 1);
}

}  // namespace
}  // namespace wangge::registry
