#include "services/cases/feed/feeds.h"

#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/shared/validate.h"

namespace wangge::cases {
namespace {

constexpr absl::Duration kReadTime = absl::Seconds(10);
constexpr int kThreads = 4;
constexpr int kMaxWaiting = 1000;  // Readers that want to catch up.

absl::Time Deadline() { return absl::Now() + kReadTime; }

absl::Status Validate(const v1::AcknowledgeFeedbackRequest& r) {
  errors::Violations v;
  v.RequireText("source_id", r.source_id(), 1, 64);
  v.RequireText("cursor", r.cursor(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListOwedFeedbackRequest& r) {
  errors::Violations v;
  v.RequireText("source_id", r.source_id(), 0, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::WatchEventsRequest& r) {
  return FeedCursor::FromText("cursor", r.cursor()).status();
}

absl::Status Validate(const v1::WatchFeedbackRequest& r) {
  errors::Violations v;
  v.RequireText("source_id", r.source_id(), 1, 64);
  RETURN_IF_ERROR(v.ToStatus());
  return FeedCursor::FromText("cursor", r.cursor()).status();
}

absl::StatusOr<std::shared_ptr<FeedStream>> WatchEvents(
    Feeds& feeds, const rpc::Call&, const v1::WatchEventsRequest& request) {
  ASSIGN_OR_RETURN(const auto cursor,
                   FeedCursor::FromText("cursor", request.cursor()));
  auto stream = std::make_shared<FeedStream>("", cursor);
  feeds.events().Add(stream, request.from_now());
  return stream;
}

absl::StatusOr<std::shared_ptr<FeedStream>> WatchFeedback(
    Feeds& feeds, const rpc::Call& call,
    const v1::WatchFeedbackRequest& request) {
  const std::string& source = request.source_id();
  if (call.caller.NameIf("source") != source) {
    return errors::NotYours("feedback", source, call.caller.Text());
  }
  ASSIGN_OR_RETURN(const auto cursor,
                   FeedCursor::FromText("cursor", request.cursor()));
  auto stream = std::make_shared<FeedStream>(source, cursor);
  if (!request.cursor().empty()) {
    feeds.feedback().Add(stream, false);
    return stream;
  }
  // It goes on where the source has acknowledged, which only the database
  // knows.
  const auto resume = [&feeds, stream, source] {
    const auto text = feeds.store().Acknowledged(source, Deadline());
    if (!text.ok()) return stream->Close(text.status());
    stream->Resume(*FeedCursor::FromText("cursor", *text));
    feeds.feedback().Add(stream, false);
  };
  if (!feeds.executor().TryPost(resume)) {
    return errors::Overloaded(feeds.runtime().retry_delay());
  }
  return stream;
}

absl::StatusOr<v1::AcknowledgeFeedbackResponse> AcknowledgeFeedback(
    Feeds& feeds, const rpc::Call& call,
    const v1::AcknowledgeFeedbackRequest& request) {
  if (call.caller.NameIf("source") != request.source_id()) {
    return errors::NotYours("feedback", request.source_id(),
                            call.caller.Text());
  }
  RETURN_IF_ERROR(FeedCursor::FromText("cursor", request.cursor()).status());
  v1::AcknowledgeFeedbackResponse response;
  ASSIGN_OR_RETURN(*response.mutable_cursor(),
                   feeds.store().Acknowledge(request.source_id(),
                                             request.cursor(), call.deadline));
  return response;
}

absl::StatusOr<v1::ListOwedFeedbackResponse> ListOwedFeedback(
    Feeds& feeds, const rpc::Call& call,
    const v1::ListOwedFeedbackRequest& request) {
  const std::string source = call.caller.NameIf("source");
  if (!source.empty() && source != request.source_id()) {
    return errors::NotYours("feedback", request.source_id(),
                            call.caller.Text());
  }
  return feeds.store().OwedFeedback(request.source_id(), call.deadline);
}

}  // namespace

Feeds::Feeds(FeedStore* store, const rpc::Runtime* runtime)
    : store_(*store),
      runtime_(*runtime),
      executor_("feed", kThreads, kMaxWaiting),
      events_(
          "events", &executor_,
          [this](FeedCursor cursor, const std::string&, int limit) {
            return store_.EventsAfter(cursor, limit, Deadline());
          },
          PackEvents),
      feedback_(
          "feedback", &executor_,
          [this](FeedCursor cursor, const std::string& source, int limit) {
            return store_.FeedbackAfter(cursor, source, limit, Deadline());
          },
          PackFeedback) {}

absl::Status Feeds::Start() {
  ASSIGN_OR_RETURN(const FeedCursor end, store_.FeedEnd(Deadline()));
  events_.Start("event-feed", end);
  feedback_.Start("feedback-feed", end);
  return absl::OkStatus();
}

void Feeds::Stop() {
  events_.Close();
  feedback_.Close();
  executor_.Drain();
}

void Feeds::Wake() {
  events_.Wake();
  feedback_.Wake();
}

std::vector<rpc::Row> FeedRows(Feeds* feeds) {
  return rpc::RowsOf(
      feeds,
      {{"WatchEvents", Validate, &WatchEvents, rpc::kServerStream},
       {"WatchFeedback", Validate, &WatchFeedback, rpc::kServerStream},
       {"AcknowledgeFeedback", Validate, &AcknowledgeFeedback, rpc::kWorker},
       {"ListOwedFeedback", Validate, &ListOwedFeedback, rpc::kWorker}});
}

}  // namespace wangge::cases
