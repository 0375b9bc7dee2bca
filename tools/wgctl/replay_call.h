// Questions to routing about a whole city: the unary ones, and past cases on
// their way through ReplayMatters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "wangge/cases/v1/cases.pb.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::wgctl {

// Every call of routing that looks at a whole city ends within that time.
inline constexpr absl::Duration kAnalysisTime = absl::Minutes(2);

// Calls a unary method of routing that looks at a whole city. As the officer
// when one is named, else as the city's engineer.
template <typename Request, typename Response>
absl::StatusOr<Response> CallRouting(
    client::Client& client, const std::string& officer,
    grpc::Status (routing::v1::RoutingService::Stub::*method)(
        grpc::ClientContext*, const Request&, Response*),
    const Request& request) {
  auto channel = client.Channel("routing", client::PlannerIdentity(officer));
  if (!channel.ok()) return channel.status();
  auto token = client.Token(officer);
  if (!token.ok()) return token.status();
  const auto stub = routing::v1::RoutingService::NewStub(*channel);
  return rpc::Invoke(method, *stub, request, absl::Now() + kAnalysisTime,
                     *token);
}

// What a replay came to.
struct Replayed {
  std::vector<routing::v1::MatterDifference> differences;
  routing::v1::ReplaySummary summary;
};

// A proposal in pieces of about so many bytes that ReplayMatters puts together
// again: at least one, the first with all but the rows.
std::vector<routing::v1::CityProposal> PiecesOf(
    const routing::v1::CityProposal& proposal, size_t bytes_of_a_piece);

// One call: first what is proposed, then the cases, then Finish. Not
// thread-safe. An error of the call is told by the next method.
class ReplayCall {
 public:
  // As the officer when one is named, else as the city's engineer.
  static absl::StatusOr<std::unique_ptr<ReplayCall>> Open(
      client::Client& client, const std::string& officer);
  ~ReplayCall() { context_.TryCancel(); }

  // Sends it in as many messages as it takes.
  absl::Status ProposeCity(const routing::v1::CityProposal& proposal);
  // `file` is the content of a model's file.
  absl::Status ProposeModel(const std::string& file);

  // Adds a case with what routing saw of its first report.
  // `category_code` is offered to routing as that of the source; may be empty.
  absl::Status Add(const cases::v1::Case& c, const std::string& category_code);

  absl::StatusOr<Replayed> Finish();

 private:
  using Stream = grpc::ClientReaderWriter<routing::v1::ReplayMattersRequest,
                                          routing::v1::ReplayMattersResponse>;

  ReplayCall() = default;
  absl::Status Write(const routing::v1::ReplayMattersRequest& message);
  // Sends the cases that were added and takes the answer.
  absl::Status Flush();
  // Why the stream ended.
  absl::Status End();

  grpc::ClientContext context_;
  std::unique_ptr<routing::v1::RoutingService::Stub> stub_;
  std::unique_ptr<Stream> stream_;
  routing::v1::ReplayMattersRequest pending_;
  size_t pending_bytes_ = 0;
  Replayed result_;
};

}  // namespace wangge::wgctl
