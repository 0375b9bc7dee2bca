#include "tools/wgctl/replay_call.h"

#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "rpc/identity.h"
#include "rpc/status.h"

namespace wangge::wgctl {
namespace {

using routing::v1::CityProposal;
using routing::v1::ReplayMattersRequest;
using routing::v1::ReplayMattersResponse;
using routing::v1::RoutingService;

constexpr absl::Duration kReplayTime = absl::Minutes(55);
constexpr size_t kPieceBytes = 1 << 20;
constexpr int kCasesOfAMessage = 500;

}  // namespace

absl::StatusOr<std::unique_ptr<ReplayCall>> ReplayCall::Open(
    client::Client& client, const std::string& officer) {
  ASSIGN_OR_RETURN(const auto channel,
                   client.Channel("routing", client::PlannerIdentity(officer)));
  ASSIGN_OR_RETURN(const std::string token, client.Token(officer));
  std::unique_ptr<ReplayCall> call(new ReplayCall);
  call->context_.set_deadline(absl::ToChronoTime(absl::Now() + kReplayTime));
  if (!token.empty()) call->context_.AddMetadata(rpc::kTokenKey, token);
  call->stub_ = RoutingService::NewStub(channel);
  call->stream_ = call->stub_->ReplayMatters(&call->context_);
  return call;
}

std::vector<CityProposal> PiecesOf(const CityProposal& proposal,
                                   size_t bytes_of_a_piece) {
  std::vector<CityProposal> pieces = {proposal};
  if (!proposal.has_changes()) return pieces;
  const auto& all = proposal.changes();
  pieces[0].mutable_changes()->clear_rows();
  pieces[0].mutable_changes()->clear_removed_rows();
  size_t bytes = 0;
  const auto changes_for = [&](size_t more) {
    if (bytes > 0 && bytes + more > bytes_of_a_piece) {
      pieces.emplace_back().mutable_changes()->set_base_version(
          all.base_version());
      bytes = 0;
    }
    bytes += more;
    return pieces.back().mutable_changes();
  };
  for (const auto& row : all.rows()) {
    *changes_for(row.ByteSizeLong())->add_rows() = row;
  }
  for (const auto& key : all.removed_rows()) {
    *changes_for(key.ByteSizeLong())->add_removed_rows() = key;
  }
  return pieces;
}

absl::Status ReplayCall::ProposeCity(const CityProposal& proposal) {
  for (CityProposal& piece : PiecesOf(proposal, kPieceBytes)) {
    ReplayMattersRequest message;
    *message.mutable_proposal() = std::move(piece);
    RETURN_IF_ERROR(Write(message));
  }
  return absl::OkStatus();
}

absl::Status ReplayCall::ProposeModel(const std::string& file) {
  for (size_t at = 0; at < file.size(); at += kPieceBytes) {
    ReplayMattersRequest message;
    message.set_model_piece(file.substr(at, kPieceBytes));
    RETURN_IF_ERROR(Write(message));
  }
  return absl::OkStatus();
}

absl::Status ReplayCall::Add(const cases::v1::Case& c,
                             const std::string& category_code) {
  auto& replayed = *pending_.add_matters();
  replayed.set_reference(c.case_no());
  auto& matter = *replayed.mutable_matter();
  matter.set_title(c.title());
  matter.set_text(c.text());
  matter.set_address(c.address());
  if (c.has_point()) *matter.mutable_point() = c.point();
  *matter.mutable_time() = c.receive_time();
  matter.set_category_code(category_code);
  pending_bytes_ += replayed.ByteSizeLong();
  if (pending_.matters_size() < kCasesOfAMessage &&
      pending_bytes_ < kPieceBytes) {
    return absl::OkStatus();
  }
  return Flush();
}

absl::StatusOr<Replayed> ReplayCall::Finish() {
  RETURN_IF_ERROR(Flush());
  stream_->WritesDone();
  ReplayMattersResponse last;
  if (!stream_->Read(&last)) return End();
  result_.summary = last.summary();
  RETURN_IF_ERROR(rpc::FromGrpc(stream_->Finish()));
  return std::move(result_);
}

absl::Status ReplayCall::Write(const ReplayMattersRequest& message) {
  return stream_->Write(message) ? absl::OkStatus() : End();
}

absl::Status ReplayCall::Flush() {
  if (pending_.matters().empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Write(pending_));
  pending_.Clear();
  pending_bytes_ = 0;
  ReplayMattersResponse answer;
  if (!stream_->Read(&answer)) return End();
  for (auto& difference : *answer.mutable_differences()) {
    result_.differences.push_back(std::move(difference));
  }
  return absl::OkStatus();
}

absl::Status ReplayCall::End() {
  const absl::Status status = rpc::FromGrpc(stream_->Finish());
  return status.ok() ? absl::UnavailableError("routing ended the replay early")
                     : status;
}

}  // namespace wangge::wgctl
