// The feed of events: fifty readers behind one writer at full rate, and how
// fast readers that are far behind catch up.
#include <atomic>
#include <map>
#include <pqxx/pqxx>
#include <thread>

#include "base/allocator.h"
#include "base/mutex.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "grpcpp/support/sync_stream.h"
#include "rpc/identity.h"
#include "tests/bench/bench.h"
#include "tests/bench/channels.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using cases::v1::WatchEventsRequest;
using cases::v1::WatchEventsResponse;

constexpr int kReaders = 50;
constexpr int kBehind = 4;  // Readers that catch up at the same time.
// How often to look how far the readers are, who need the processor.
constexpr absl::Duration kLook = absl::Milliseconds(5);

// When a reader had a page, and the cursor of the page's oldest event.
struct Arrival {
  std::string cursor;
  absl::Time time;
};

// What all readers have seen.
struct Seen {
  std::atomic<size_t> events = 0;
  std::atomic<int> attached = 0;
  Mutex mutex;
  std::vector<Arrival> pages ABSL_GUARDED_BY(mutex);
};

// What a light reader looks at of a page: the readers must cost little, fifty
// share the machine with the service.
struct Glance {
  size_t events = 0;
  std::string cursor;  // Of the first one.
};

Glance GlanceAt(grpc::ByteBuffer* page) {
  using google::protobuf::internal::WireFormatLite;
  Glance glance;
  grpc::ProtoBufferReader reader(page);
  google::protobuf::io::CodedInputStream in(&reader);
  while (const uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) !=
            WatchEventsResponse::kEventsFieldNumber ||
        glance.events++ > 0) {
      if (!WireFormatLite::SkipField(&in, tag)) break;
      continue;
    }
    cases::v1::FeedEvent first;
    const auto limit = in.ReadLengthAndPushLimit();
    if (!first.ParseFromCodedStream(&in)) break;
    in.PopLimit(limit);
    glance.cursor = first.cursor();
  }
  return glance;
}

// A reader on a thread of its own, until `most` events or Stop; its end waits
// for that.
class Reader {
 public:
  Reader(std::shared_ptr<grpc::Channel> channel, bool from_now, size_t most,
         Seen* seen)
      : channel_(std::move(channel)),
        most_(most),
        seen_(*seen),
        thread_([this, from_now] { Read(from_now); }) {}
  ~Reader() { thread_.join(); }
  void Stop() { context_.TryCancel(); }

 private:
  void Read(bool from_now) {
    WatchEventsRequest request;
    request.set_from_now(from_now);
    const grpc::internal::RpcMethod method(
        "/wangge.cases.v1.CaseService/WatchEvents",
        grpc::internal::RpcMethod::SERVER_STREAMING, channel_);
    const std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> stream(
        grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(
            channel_.get(), method, &context_, request));
    ++seen_.attached;
    std::vector<Arrival> own;
    grpc::ByteBuffer page;
    size_t count = 0;
    while (count < most_ && stream->Read(&page)) {
      const absl::Time now = absl::Now();
      const Glance glance = GlanceAt(&page);
      count += glance.events;
      seen_.events += glance.events;
      if (from_now && glance.events > 0) {
        own.push_back({glance.cursor, now});
      }
    }
    context_.TryCancel();
    stream->Finish();
    MutexLock lock(&seen_.mutex);
    seen_.pages.insert(seen_.pages.end(), own.begin(), own.end());
  }

  grpc::ClientContext context_;
  const std::shared_ptr<grpc::Channel> channel_;
  const size_t most_;
  Seen& seen_;
  std::thread thread_;
};

// Each with a connection of its own, as the systems that read have.
std::vector<std::unique_ptr<Reader>> StartReaders(size_t count, bool from_now,
                                                  size_t most, Seen* seen) {
  std::vector<std::unique_ptr<Reader>> readers;
  for (auto& channel : ConnectedChannels("cases", "admin/wgctl", count)) {
    readers.push_back(
        std::make_unique<Reader>(std::move(channel), from_now, most, seen));
  }
  return readers;
}

// One client that submits one report after the other. How many.
size_t WriteCalls(absl::Duration time) {
  using intake::v1::IntakeService;
  client::Client client(SuiteSettings());
  const auto stub =
      IntakeService::NewStub(*client.Channel("intake", "source/12345"));
  const absl::Time end = absl::Now() + time;
  size_t reports = 0;
  while (absl::Now() < end) {
    grpc::ClientContext context;
    intake::v1::SubmitReportResponse response;
    reports +=
        stub->SubmitReport(&context, ReportFromAnywhere(), &response).ok();
  }
  return reports;
}

// One stream that submits as fast as it is let. How many reports.
size_t WriteStream(absl::Duration time) {
  using intake::v1::IntakeService;
  client::Client client(SuiteSettings());
  const auto stub =
      IntakeService::NewStub(*client.Channel("intake", "source/12345"));
  grpc::ClientContext context;
  const auto stream = stub->SubmitReports(&context);
  const absl::Time end = absl::Now() + time;
  std::thread writer([&] {
    while (absl::Now() < end && stream->Write(ReportFromAnywhere())) {
    }
    stream->WritesDone();
  });
  intake::v1::SubmitReportsResponse answer;
  size_t reports = 0;
  while (stream->Read(&answer)) reports += answer.code() == 0 ? 1U : 0U;
  writer.join();
  stream->Finish();
  return reports;
}

// From the commit of the oldest event of each page until a reader had it, in
// milliseconds.
std::vector<double> SinceCommit(const std::vector<Arrival>& pages,
                                const std::string& dsn) {
  // A cursor begins with the transaction's id.
  const auto xid_of = [](const std::string& cursor) {
    return std::stoull(cursor.substr(0, 16), nullptr, 16);
  };
  std::map<uint64_t, absl::Time> commits;
  pqxx::connection connection(dsn);
  pqxx::nontransaction work(connection);
  for (const auto& row :
       work.exec("SELECT xid::text, (extract(epoch FROM"
                 " pg_xact_commit_timestamp(xid::xid)) * 1000000)::bigint "
                 "FROM (SELECT DISTINCT xid FROM event) AS e "
                 "WHERE pg_xact_commit_timestamp(xid::xid) IS NOT NULL")) {
    commits[std::stoull(row[0].c_str())] =
        absl::FromUnixMicros(row[1].as<int64_t>());
  }
  std::vector<double> milliseconds;
  for (const Arrival& page : pages) {
    const auto commit = commits.find(xid_of(page.cursor));
    if (commit == commits.end()) continue;
    milliseconds.push_back(
        absl::ToDoubleMilliseconds(page.time - commit->second));
  }
  return milliseconds;
}

void RunTail(const std::string& writer, size_t (*write)(absl::Duration),
             const Options& options) {
  Seen seen;
  size_t reports = 0;
  double seconds = 0;
  {
    const auto readers = StartReaders(kReaders, true, SIZE_MAX, &seen);
    while (seen.attached < kReaders) absl::SleepFor(kLook);
    const absl::Time start = absl::Now();
    reports = write(options.Time());
    seconds = absl::ToDoubleSeconds(absl::Now() - start);
    // Each report makes three events, the readers have a moment for the last.
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (seen.events < reports * 3 * kReaders && absl::Now() < end) {
      absl::SleepFor(kLook);
    }
    for (const auto& reader : readers) reader->Stop();
  }
  MutexLock lock(&seen.mutex);
  Print("feed", writer, static_cast<double>(reports) / seconds, "reports/s");
  Print("feed", writer + "_events_read", static_cast<double>(seen.events),
        "events", "three a report and reader",
        static_cast<double>(reports * 3 * kReaders));
  std::vector<double> milliseconds = SinceCommit(seen.pages, options.dsn);
  Print("feed", writer + "_pages", static_cast<double>(milliseconds.size()),
        "pages with a known commit", "all",
        static_cast<double>(seen.pages.size()));
  Print("feed", writer + "_commit_to_reader_p50",
        Percentile(&milliseconds, 0.5), "ms");
  Print("feed", writer + "_commit_to_reader_p99",
        Percentile(&milliseconds, 0.99), "ms", "limit", 250);
}

void RunCatchUp(size_t events) {
  Seen seen;
  const absl::Time start = absl::Now();
  StartReaders(kBehind, false, events / kBehind, &seen).clear();  // Waits.
  Print("feed", "catching_up",
        static_cast<double>(seen.events) /
            absl::ToDoubleSeconds(absl::Now() - start),
        "events/s", "limit", 100'000);
}

}  // namespace

int RunFeed(const Options& options) {
  KeepFreedMemory();
  if (options.events > 0) {
    RunCatchUp(options.events);
  } else {
    RunTail("one_client", WriteCalls, options);
    RunTail("one_stream", WriteStream, options);
  }
  return 0;
}

}  // namespace wangge::bench
