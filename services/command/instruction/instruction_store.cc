#include "services/command/instruction/instruction_store.h"

#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "log/log.h"
#include "services/command/sql.h"

namespace wangge::command {
namespace {

constexpr absl::Duration kFailedTimerPause = absl::Minutes(1);
constexpr absl::Duration kPostponeTime = absl::Seconds(5);

// The body is what was written; the columns are its life.
absl::StatusOr<StoredInstruction> StoredOf(const db::Rows& rows, int row) {
  StoredInstruction stored;
  v1::Instruction& i = stored.instruction;
  if (!i.ParseFromString(rows.Bytes(row, "body"))) {
    return absl::DataLossError("a stored instruction cannot be read");
  }
  i.set_instruction_id(rows.Text(row, "instruction_id"));
  i.set_state(static_cast<v1::InstructionState>(rows.Int(row, "state")));
  i.set_releaser(rows.Text(row, "releaser"));
  i.set_ended_by(rows.Text(row, "ended_by"));
  i.set_city_version(rows.Int(row, "city_version"));
  i.set_escalation_stage(static_cast<int>(rows.Int(row, "escalation_stage")));
  if (!rows.IsNull(row, "release_micros")) {
    *i.mutable_release_time() =
        ToProto(rows.TimeOfMicros(row, "release_micros"));
  }
  if (!rows.IsNull(row, "end_micros")) {
    *i.mutable_end_time() = ToProto(rows.TimeOfMicros(row, "end_micros"));
  }
  stored.delivery_no = rows.Int(row, "delivery_no");
  stored.reach_measured = rows.Bool(row, "reach_measured");
  stored.successor_id = rows.Text(row, "successor_id");
  return stored;
}

db::Param TimerOf(const StoredInstruction& stored) {
  const auto timer = NextTimer(stored);
  return timer ? db::Param(timer->time) : db::Param(std::nullopt);
}

db::Params ParamsOfNew(const v1::Instruction& instruction,
                       const Request& request) {
  return {request.caller,
          request.request_id,
          db::Param::Bytes(request.digest),
          instruction.instruction_id(),
          static_cast<int64_t>(instruction.state()),
          instruction.reference_id(),
          instruction.cap_reference(),
          TimerOf({instruction, 0, false, ""}),
          db::Param::Bytes(instruction.SerializeAsString())};
}

std::string OriginOf(const v1::Instruction& instruction) {
  return "instruction/" + instruction.instruction_id();
}

db::Params ParamsOfCancel(const Release& release, const Request& request) {
  const v1::Instruction& i = release.released.instruction;
  return {i.instruction_id(),
          FromProto(i.release_time()),
          i.releaser(),
          TimerOf(release.released),
          request.caller,
          request.request_id,
          db::Param::Bytes(request.digest),
          i.reference_id(),
          OriginOf(i),
          FromProto(i.expire_time()),
          db::Param::Bytes(DeliveryOf(i).SerializeAsString())};
}

db::Params ParamsOfRelease(const Release& release, const Request& request) {
  const v1::Instruction& i = release.released.instruction;
  const FrozenAudience& audience = release.audience;
  db::TextArray recipients, districts, streets, communities;
  db::IntArray recipient_places, places;
  for (size_t n = 0; n < audience.recipient_ids.size(); ++n) {
    recipients.Add(audience.recipient_ids[n]);
    recipient_places.Add(audience.place_nos[n]);
  }
  for (size_t n = 0; n < audience.places.size(); ++n) {
    places.Add(static_cast<int64_t>(n));
    districts.Add(audience.places[n].district_id);
    streets.Add(audience.places[n].street_id);
    communities.Add(audience.places[n].community_id);
  }
  db::TextArray grids, grid_districts, grid_streets, grid_communities;
  db::IntArray targets;
  for (const MicroGridTarget& target : release.micro_grids) {
    grids.Add(target.grid_id);
    targets.Add(target.household_count);
    grid_districts.Add(target.place.district_id);
    grid_streets.Add(target.place.street_id);
    grid_communities.Add(target.place.community_id);
  }
  const v1::Delivery delivery = DeliveryOf(i);
  const v1::Delivery notice = release.notice.value_or(v1::Delivery());
  return {i.instruction_id(),
          FromProto(i.release_time()),
          i.releaser(),
          i.city_version(),
          TimerOf(release.released),
          request.caller,
          request.request_id,
          db::Param::Bytes(request.digest),
          OriginOf(i),
          static_cast<int64_t>(delivery.kind()),
          delivery.subject_id(),
          FromProto(i.expire_time()),
          db::Param::Bytes(delivery.SerializeAsString()),
          recipients,
          recipient_places,
          places,
          districts,
          streets,
          communities,
          i.reference_id(),
          OriginOf(i) + "/notice",
          db::Param::Bytes(notice.SerializeAsString()),
          grids,
          targets,
          grid_districts,
          grid_streets,
          grid_communities};
}

std::string OriginOf(const StoredInstruction& stored, int stage,
                     const Escalation& escalation) {
  return absl::StrCat(OriginOf(stored.instruction), "/", stage, "/",
                      escalation.recipient_ids[0]);
}

db::Params ParamsOfEscalations(const StoredInstruction& stored, int stage,
                               const std::vector<Escalation>& escalations) {
  db::TextArray origins;
  db::BytesArray bodies;
  db::IntArray channels;
  for (const Escalation& e : escalations) {
    origins.Add(OriginOf(stored, stage, e));
    bodies.Add(e.delivery.SerializeAsString());
    channels.Add(e.channel);
  }
  return {stored.delivery_no,
          stored.instruction.instruction_id(),
          origins,
          bodies,
          FromProto(stored.instruction.expire_time()),
          channels};
}

// Writes escalations, and then whom they are for by their numbers.
absl::Status WriteEscalations(const StoredInstruction& stored, int stage,
                              const std::vector<Escalation>& escalations,
                              db::Transaction& transaction) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transaction.Query(sql::kInsertEscalations,
                        ParamsOfEscalations(stored, stage, escalations)));
  absl::flat_hash_map<std::string, int64_t> numbers;
  for (int i = 0; i < rows.size(); ++i) {
    numbers[rows.Text(i, "origin")] = rows.Int(i, "delivery_no");
  }
  db::TextArray recipients, silent;
  db::IntArray recipients_of, silent_of;
  for (const Escalation& e : escalations) {
    const int64_t number = numbers.at(OriginOf(stored, stage, e));
    for (const std::string& id : e.recipient_ids) {
      recipients.Add(id);
      recipients_of.Add(number);
    }
    for (const std::string& id : e.silent_ids) {
      silent.Add(id);
      silent_of.Add(number);
    }
  }
  return transaction
      .Query(sql::kAddressEscalations,
             {stored.delivery_no, recipients, recipients_of, silent, silent_of})
      .status();
}

db::Params ParamsOfTimer(const StoredInstruction& stored) {
  const v1::Instruction& i = stored.instruction;
  return {i.instruction_id(),
          static_cast<int64_t>(i.state()),
          i.has_end_time() ? db::Param(FromProto(i.end_time()))
                           : db::Param(std::nullopt),
          i.escalation_stage(),
          stored.reach_measured,
          stored.successor_id,
          TimerOf(stored)};
}

// Does what a timer has decided.
absl::Status Write(const StoredInstruction& before,
                   const InstructionStore::TimerWork& work,
                   db::Transaction& transaction) {
  if (!work.escalations.empty()) {
    RETURN_IF_ERROR(
        WriteEscalations(before, work.changed.instruction.escalation_stage(),
                         work.escalations, transaction));
  }
  if (work.successor) {
    const v1::Instruction& next = work.successor->released.instruction;
    v1::Instruction written = next;
    written.set_state(v1::INSTRUCTION_STATE_PENDING_RELEASE);
    const Request request{"timer",
                          "repeat/" + before.instruction.instruction_id(), ""};
    RETURN_IF_ERROR(
        transaction
            .Query(sql::kInsertInstruction, ParamsOfNew(written, request))
            .status());
    RETURN_IF_ERROR(transaction
                        .Query(sql::kReleaseInstruction,
                               ParamsOfRelease(*work.successor, {}))
                        .status());
  }
  return transaction.Query(sql::kUpdateTimer, ParamsOfTimer(work.changed))
      .status();
}

constexpr int kReachSeconds = 61;  // The last counts what came later.

// Adds the counts of a row to the whole and to its grid.
void AddGrid(const db::Rows& rows, int row, bool by_grid, v1::Reach* reach) {
  const int64_t audience = rows.Int(row, "audience_count");
  const int64_t delivered = rows.Int(row, "delivered_count");
  const int64_t within = rows.Int(row, "within_count");
  const int64_t acknowledged = rows.Int(row, "acknowledged_count");
  reach->set_audience_count(reach->audience_count() + audience);
  reach->set_delivered_count(reach->delivered_count() + delivered);
  reach->set_delivered_within_10s_count(reach->delivered_within_10s_count() +
                                        within);
  reach->set_acknowledged_count(reach->acknowledged_count() + acknowledged);
  reach->set_read_count(reach->read_count() + rows.Int(row, "read_count"));
  reach->set_done_count(reach->done_count() + rows.Int(row, "done_count"));
  reach->set_unreachable_count(reach->unreachable_count() +
                               rows.Int(row, "unreachable_count"));
  if (!by_grid) return;
  auto& grid = *reach->add_grids();
  grid.set_grid_id(rows.Text(row, "grid_id"));
  grid.set_audience_count(audience);
  grid.set_delivered_count(delivered);
  grid.set_delivered_within_10s_count(within);
  grid.set_acknowledged_count(acknowledged);
}

v1::UnreachedCause CauseOf(const db::Rows& rows, int row,
                           v1::InstructionState state) {
  if (rows.Bool(row, "unreachable")) return v1::UNREACHED_CAUSE_UNREACHABLE;
  if (!rows.IsNull(row, "sent_micros")) {
    return v1::UNREACHED_CAUSE_NOT_CONFIRMED;
  }
  return state == v1::INSTRUCTION_STATE_RELEASED ? v1::UNREACHED_CAUSE_OFFLINE
                                                 : v1::UNREACHED_CAUSE_OVER;
}

}  // namespace

absl::StatusOr<std::optional<std::string>> InstructionStore::FindRequest(
    const Request& request, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kFindRequest,
                               {request.caller, request.request_id}, deadline));
  if (rows.empty()) return std::optional<std::string>();
  if (rows.Bytes(0, "digest") != request.digest) {
    return errors::RequestIdReused(request.request_id);
  }
  return std::optional<std::string>(rows.Text(0, "instruction_id"));
}

absl::StatusOr<bool> InstructionStore::Add(const v1::Instruction& instruction,
                                           const Request& request,
                                           absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kInsertInstruction,
                               ParamsOfNew(instruction, request), deadline));
  return !rows.empty();
}

absl::StatusOr<StoredInstruction> InstructionStore::Get(
    const std::string& instruction_id, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectInstruction, {instruction_id}, deadline));
  if (rows.empty()) return errors::NotFound("instruction", instruction_id);
  return StoredOf(rows, 0);
}

absl::StatusOr<std::string> InstructionStore::FindCap(
    const std::string& cap_reference, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectInstructionOfCap, {cap_reference}, deadline));
  return rows.empty() ? "" : rows.Text(0, "instruction_id");
}

absl::StatusOr<std::vector<InstructionStore::Listed>> InstructionStore::List(
    const std::vector<v1::InstructionState>& states, int64_t before_no,
    int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kListInstructions,
                  {db::IntArray(states), before_no, limit}, deadline));
  std::vector<Listed> listed;
  for (int i = 0; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(StoredInstruction stored, StoredOf(rows, i));
    listed.push_back(
        {rows.Int(i, "instruction_no"), std::move(stored.instruction)});
  }
  return listed;
}

absl::StatusOr<v1::Reach> InstructionStore::GetReach(
    const StoredInstruction& stored, common::v1::GridLevel level,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectReach,
                               {stored.delivery_no,
                                FromProto(stored.instruction.release_time()),
                                static_cast<int64_t>(level)},
                               deadline));
  v1::Reach reach;
  reach.set_state(stored.instruction.state());
  for (int s = 0; s < kReachSeconds; ++s) reach.add_delivered_by_second(0);
  for (int i = 0; i < rows.size(); ++i) {
    if (!rows.Bool(i, "by_second")) {
      AddGrid(rows, i, level != common::v1::GRID_LEVEL_UNSPECIFIED, &reach);
    } else if (!rows.IsNull(i, "second")) {
      reach.set_delivered_by_second(static_cast<int>(rows.Int(i, "second")),
                                    rows.Int(i, "delivered_count"));
    }
  }
  return reach;
}

absl::StatusOr<std::vector<v1::Unreached>> InstructionStore::ListUnreached(
    const StoredInstruction& stored, const UnreachedPage& page,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectUnreached,
                  {stored.delivery_no, page.grid_id, page.after, page.limit},
                  deadline));
  std::vector<v1::Unreached> unreached;
  for (int i = 0; i < rows.size(); ++i) {
    v1::Unreached& one = unreached.emplace_back();
    one.set_recipient_id(rows.Text(i, "recipient_id"));
    one.set_grid_id(rows.Text(i, "grid_id"));
    one.set_cause(CauseOf(rows, i, stored.instruction.state()));
    one.set_reason(rows.Text(i, "unreachable_reason"));
    if (!rows.IsNull(i, "sent_micros")) {
      *one.mutable_sent_time() = ToProto(rows.TimeOfMicros(i, "sent_micros"));
    }
  }
  return unreached;
}

absl::StatusOr<bool> InstructionStore::Submit(const std::string& instruction_id,
                                              const Request& request,
                                              absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSubmitInstruction,
                  {instruction_id, request.caller, request.request_id,
                   db::Param::Bytes(request.digest)},
                  deadline));
  return !rows.empty();
}

absl::StatusOr<bool> InstructionStore::EndUnreleased(
    const std::string& instruction_id, const std::string& reason,
    const Request& request, absl::Time now, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kEndUnreleased,
                  {instruction_id, now, reason, request.caller,
                   request.request_id, db::Param::Bytes(request.digest)},
                  deadline));
  return !rows.empty();
}

absl::StatusOr<bool> InstructionStore::Send(const Release& release,
                                            const Request& request,
                                            absl::Time deadline) {
  const bool cancel =
      release.released.instruction.type() == v1::INSTRUCTION_TYPE_CANCEL;
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      cancel ? pool_.Query(sql::kReleaseCancel,
                           ParamsOfCancel(release, request), deadline)
             : pool_.Query(sql::kReleaseInstruction,
                           ParamsOfRelease(release, request), deadline));
  return !rows.empty();
}

absl::StatusOr<std::optional<StoredInstruction>> InstructionStore::FireTimer(
    absl::Time now, const DecideTimer& decide, absl::Time deadline) {
  std::optional<StoredInstruction> fired;
  std::string claimed_id;
  const auto fire = [&](db::Transaction& transaction) -> absl::Status {
    fired.reset();
    ASSIGN_OR_RETURN(const db::Rows rows,
                     transaction.Query(sql::kClaimDueInstruction, {now}));
    if (rows.empty()) return absl::OkStatus();
    claimed_id = rows.Text(0, "instruction_id");
    ASSIGN_OR_RETURN(const StoredInstruction stored, StoredOf(rows, 0));
    std::vector<std::string> silent_ids;
    const auto timer = NextTimer(stored);
    if (timer && timer->action == TimerAction::kEscalate) {
      ASSIGN_OR_RETURN(
          const db::Rows silent,
          transaction.Query(sql::kSelectSilent, {stored.delivery_no}));
      for (int i = 0; i < silent.size(); ++i) {
        silent_ids.push_back(silent.Text(i, "recipient_id"));
      }
    }
    const TimerWork work = decide(stored, silent_ids);
    RETURN_IF_ERROR(Write(stored, work, transaction));
    fired = work.changed;
    return absl::OkStatus();
  };
  const absl::Status done = pool_.Transact("fire_timer", fire, deadline);
  if (done.ok()) return fired;
  if (!claimed_id.empty()) {
    log::Error("the timer of an instruction failed, and rests",
               {{"instruction_id", claimed_id},
                {"cause", std::string(done.message())}});
    pool_
        .Query(sql::kPostponeTimer, {claimed_id, now + kFailedTimerPause},
               absl::Now() + kPostponeTime)
        .IgnoreError();  // It is tried again sooner then.
  }
  return done;
}

}  // namespace wangge::command
