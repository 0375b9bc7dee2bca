// The phones of the city's workers, behind push gateways: they attach, are cut
// off and come back, acknowledge at once, late or never, and some are dead.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "grpcpp/channel.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::citysim {

// Shares of the workers, 0 to 1. Who does what depends on the worker's id only.
struct WorkerHabits {
  double dead = 0;    // The gateway cannot reach the phone.
  double silent = 0;  // Never acknowledges.
  double late = 0;    // Acknowledges after `late_by`.
  absl::Duration late_by = absl::Seconds(30);
};

// What the workers have received.
struct WorkerCount {
  int64_t attached = 0;   // Recipients that are joined now.
  int64_t delivered = 0;  // Different deliveries at different recipients.
  int64_t repeated = 0;   // The same delivery again, after a reconnection.
  int64_t refused = 0;    // Streams that ended with an error of the server.
  int64_t receipts = 0;   // Sent.
  int64_t recorded = 0;   // Of these, what the server said it has recorded.
};

// Plays all of them on threads of gRPC's and one of its own. Thread-safe.
class Workers {
 public:
  // Spreads the recipients over so many streams and these over the channels
  // (one or more replicas of command).
  Workers(std::vector<std::shared_ptr<grpc::Channel>> channels,
          std::vector<std::string> recipient_ids, int streams,
          const WorkerHabits& habits);
  // Ends all streams.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  WorkerCount Count();
  // False when fewer recipients are attached at the deadline.
  bool WaitForAttached(int64_t recipients, absl::Time deadline);
  // How many recipients have at least one delivery about an instruction or a
  // case, and the deliveries in all.
  std::pair<int64_t, int64_t> About(const std::string& subject_id);
  bool WaitForAbout(const std::string& subject_id, int64_t recipients,
                    absl::Time deadline);
  // Each recipient of a delivery about an instruction or a case acknowledges
  // it; a stream's acknowledgements go in kBundles messages, all messages
  // spread evenly over `within`.
  void Acknowledge(const std::string& subject_id, absl::Duration within);
  // False when fewer receipts, of all ever sent, are recorded at the deadline.
  bool WaitForRecorded(int64_t receipts, absl::Time deadline);
  // Cuts every stream at the same time; each comes back after a pause that
  // doubles with every failure.
  void CutAll();
  // Cuts some streams.
  void Cut(int streams);

 private:
  static constexpr size_t kBundles = 2;
  class Stream;
  // The recipients of a stream that is opened again and again.
  struct Line {
    std::unique_ptr<command::v1::CommandService::Stub> stub;
    std::vector<std::string> recipient_ids;
    std::string cursor;
    // Sent, and not known to be recorded; sent again on the next stream.
    std::deque<command::v1::Receipt> unrecorded;
    int64_t recorded = 0;  // Of the stream that is open.
    int failures = 0;
    std::unique_ptr<Stream> stream;  // Null while there is none.
  };
  // What happens at a time.
  struct Plan {
    size_t line = 0;
    // Empty: open the stream.
    std::vector<command::v1::Receipt> receipts;
  };
  struct Habit {
    bool dead = false;
    bool silent = false;
    bool late = false;
  };

  void RunPlans();
  void Joined(size_t line, int recipients);
  void Took(size_t line, const command::v1::AttachResponse& response);
  // Destroys the line's stream.
  void Ended(size_t line, int attached, const grpc::Status& status);
  // Sends receipts on the line's stream, or on its next one.
  void SendReceipts(Line* line, std::vector<command::v1::Receipt> receipts)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Habit HabitOf(const std::string& recipient_id) const;
  bool WaitUntil(absl::Time deadline, const std::function<bool()>& reached);

  const WorkerHabits habits_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
  WorkerCount count_ ABSL_GUARDED_BY(mutex_);
  std::vector<Line> lines_ ABSL_GUARDED_BY(mutex_);
  std::multimap<absl::Time, Plan> plans_ ABSL_GUARDED_BY(mutex_);
  // By `subject`: by recipient, the ids of its deliveries.
  absl::flat_hash_map<
      std::string, absl::flat_hash_map<std::string, std::vector<std::string>>>
      received_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace wangge::citysim
