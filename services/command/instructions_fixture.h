// A city of one street with people, and the stores of instructions in a real
// database: what tests of instructions and mobilisations share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "db/temp_database.h"
#include "gmock/gmock.h"
#include "services/command/attach/attach_store.h"
#include "services/command/instruction/instruction_timers.h"
#include "services/command/instruction/instructions.h"
#include "services/command/sql.h"
#include "services/command/test_city.h"

namespace wangge::command {

class InstructionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = db::TempDatabase::Create("command", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    auto pool = db::Pool::Open({.dsn = database_->dsn(),
                                .size = 4,
                                .statements = sql::kStatements,
                                .prefer_indexes = true});
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    holder_.Set(city_);
    store_ = std::make_unique<InstructionStore>(pool_.get());
    deliveries_ = std::make_unique<AttachStore>(pool_.get());
    instructions_ =
        std::make_unique<Instructions>(store_.get(), &holder_, &clock_);
    timers_ = std::make_unique<InstructionTimers>(store_.get());
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

  static rpc::Call As(const std::string& officer_id) {
    return {{"gateway/app", officer_id}, Soon()};
  }

  v1::CreateInstructionRequest Make(const std::string& grid_id) const {
    v1::CreateInstructionRequest r;
    r.set_request_id(NewUuid());
    r.set_title("t");
    r.set_text("x");
    r.mutable_audience()->set_subtree_grid_id(grid_id);
    r.set_mode(v1::INSTRUCTION_MODE_ACTUAL);
    r.set_category(v1::INSTRUCTION_CATEGORY_MET);
    *r.mutable_expire_time() = ToProto(clock_.Now() + absl::Hours(3));
    return r;
  }

  absl::StatusOr<v1::Instruction> Create(const v1::CreateInstructionRequest& r,
                                         const std::string& officer_id) {
    return CreateInstruction(*instructions_, As(officer_id), r);
  }

  // A released instruction of the street.
  v1::Instruction Released(const v1::CreateInstructionRequest& r,
                           const std::string& officer_id = "desk") {
    const auto created = Create(r, officer_id);
    EXPECT_OK(created);
    EXPECT_EQ(created->state(), v1::INSTRUCTION_STATE_RELEASED);
    return *created;
  }

  absl::StatusOr<v1::Instruction> Release(const std::string& id,
                                          const std::string& officer_id) {
    v1::ReleaseInstructionRequest r;
    r.set_request_id(NewUuid());
    r.set_instruction_id(id);
    return ReleaseInstruction(*instructions_, As(officer_id), r);
  }

  absl::StatusOr<v1::Instruction> Cancel(const std::string& id,
                                         const std::string& officer_id) {
    v1::CancelInstructionRequest r;
    r.set_request_id(NewUuid());
    r.set_instruction_id(id);
    r.set_reason("误报");
    return CancelInstruction(*instructions_, As(officer_id), r);
  }

  v1::Instruction Get(const std::string& id) {
    auto read = ReadInstruction(*store_, id, Soon());
    EXPECT_OK(read);
    return read.ok() ? *read : v1::Instruction();
  }
  v1::InstructionState StateOf(const std::string& id) {
    return Get(id).state();
  }

  // What waits for a recipient.
  std::vector<int64_t> PendingNumbers(const std::string& id,
                                      v1::Channel channel) {
    const auto pending =
        deliveries_->Pending({{id, 0, {}, {UINT64_MAX >> 1, 0}, channel}}, 100,
                             clock_.Now(), Soon());
    EXPECT_OK(pending);
    return pending.ok() ? pending->front() : std::vector<int64_t>();
  }

  // `title` for each that waits for a recipient.
  std::vector<std::string> Pending(const std::string& id,
                                   v1::Channel channel = v1::CHANNEL_PUSH) {
    std::vector<std::string> titles;
    for (const int64_t number : PendingNumbers(id, channel)) {
      titles.push_back(DeliveryAt(number).title());
    }
    return titles;
  }

  v1::Delivery DeliveryAt(int64_t number) {
    const auto read = deliveries_->Deliveries({number}, Soon());
    EXPECT_OK(read);
    v1::Delivery delivery;
    const grpc::Slice& bytes = read->front().shared;
    EXPECT_TRUE(
        delivery.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size())));
    return delivery;
  }

  // A receipt for everything that waits for a recipient.
  void Receive(const std::string& id, v1::ReceiptKind kind,
               v1::Channel channel = v1::CHANNEL_PUSH) {
    Receive(PendingNumbers(id, channel), id, kind);
  }

  void Receive(const std::vector<int64_t>& numbers, const std::string& id,
               v1::ReceiptKind kind) {
    std::vector<v1::Receipt> receipts;
    for (const int64_t number : numbers) {
      v1::Receipt& receipt = receipts.emplace_back();
      receipt.set_delivery_id(DeliveryId(number));
      receipt.set_recipient_id(id);
      receipt.set_kind(kind);
      receipt.set_reason("关机");
    }
    ASSERT_OK(deliveries_->RecordReceipts(receipts, clock_.Now(), Soon()));
  }

  void FireAll() {
    while (true) {
      const auto fired = timers_->FireOne(*city_, clock_.Now());
      ASSERT_OK(fired);
      if (!*fired) return;
    }
  }

  const std::shared_ptr<const city::City> city_ = TestCity();
  city::Holder holder_;
  FakeClock clock_{absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()))};
  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<InstructionStore> store_;
  std::unique_ptr<AttachStore> deliveries_;
  std::unique_ptr<Instructions> instructions_;
  std::unique_ptr<InstructionTimers> timers_;
};

}  // namespace wangge::command
