// One attached phone or push gateway.
//
// What waits for recipients that join (a backlog) is read in pages, as fast as
// the client reads. The hub says up to which position it reaches; what comes
// after that is handed out live and held until the backlog was sent, so that
// every recipient gets its deliveries in order. Backlogs are sent one after the
// other:
//
//                      Join                          kMaxHeld are held
//     kLive ─────────────────────────▶ kSending ─────────────────────┐
//       ▲                               │ ▲  ▲                       ▼
//       │   sent, and what was held     │ │  │                   kOverflowed
//       └─────────────── no more waits ─┤ │  │                       │
//                                       │ │  └──── sent: once more ──┘
//                                       └─┘        from where it ended
//                             the next one waits
//
// While a backlog is being sent, a page of it is being read, or it waits for
// room in the outbox; TakePage and OnRoom continue it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "city/city.h"
#include "rpc/stream_shards.h"
#include "services/command/attach/backlog_reader.h"
#include "services/command/attach/hub.h"

namespace wangge::command {

struct Attachments;

class AttachStream final : public Subscriber {
 public:
  // Messages that wait for the client: a burst of tasks to a large gateway.
  // Their bytes are mostly shared by all streams.
  static constexpr size_t kMaxOutbox = 10'000;
  // Those of them that a backlog may take; the rest is for what is new.
  static constexpr size_t kMaxBacklogMessages = 16;

  // `room` must outlive it.
  explicit AttachStream(Attachments* room);

  void Deliver(const std::shared_ptr<const ShardHandout>& handout,
               const Chosen& recipients) override;

 private:
  enum class State : uint8_t {
    // No backlog: what is new is sent at once.
    kLive,
    // The first backlog is being sent. What is new for its recipients is held,
    // for all others it is sent at once.
    kSending,
    // Likewise, but more came than is held. The first backlog's recipients have
    // left the hub: what comes for them is read from the database.
    kOverflowed,
  };

  // What waits for some recipients.
  struct Backlog {
    std::vector<std::string> recipient_ids;
    Position from;
    bool last = false;  // Of a join.
  };
  // One reading of the first backlog, up to a position.
  struct Pass {
    std::vector<Wanted> wanted;  // Still to be read.
    Position to;
    // Of the first backlog, whose names they are.
    absl::flat_hash_set<absl::string_view> recipients;
  };
  struct Held {
    std::shared_ptr<const ShardHandout> handout;
    Chosen recipients;
  };

  void OnBegin() override;
  void OnMessage(grpc::ByteBuffer message) override;
  void OnRoom() override { ContinueBacklogs(); }
  void OnSlowReader() override;
  void OnEnd() override;

  absl::Status Check(const v1::AttachRequest& request) const;
  absl::Status CheckForm(const v1::AttachRequest& request) const;
  absl::Status CheckRecipient(const city::City& city,
                              const std::string& id) const;
  // What comes after the receipts of a message were recorded.
  void AfterReceipts(const v1::AttachRequest& request);
  void Join(const v1::AttachRequest& request);
  void Leave(const std::vector<std::string>& recipient_ids);

  // Sends backlogs until a page is being read, the outbox has no room, or none
  // is left.
  void ContinueBacklogs();
  // Reads the first backlog from a position on. From now on the hub hands out
  // what is new for it.
  void BeginPass(const Position& from);
  void ReadPage();
  void TakePage(absl::StatusOr<BacklogPage> page);
  // All that the pass has wanted was sent.
  void EndPass();
  void EndBacklog();
  // Keeps what is new for the first backlog's recipients until it was sent.
  void Hold(const std::shared_ptr<const ShardHandout>& handout,
            Chosen recipients);
  void SendNew(const ShardHandout& handout, const Chosen& recipients);

  std::shared_ptr<AttachStream> Self() {
    return std::static_pointer_cast<AttachStream>(shared_from_this());
  }

  Attachments& room_;
  absl::flat_hash_set<std::string> joined_;
  int64_t recorded_receipts_ = 0;
  State state_ = State::kLive;
  bool reading_page_ = false;
  // Unless live. Like all that follows it takes no memory while live: there are
  // very many streams.
  std::unique_ptr<Pass> pass_;
  std::list<Backlog> backlogs_;
  std::vector<Held> held_;
};

}  // namespace wangge::command
