#include "db/listener.h"

#include <exception>
#include <pqxx/notification>
#include <pqxx/pqxx>
#include <utility>

#include "log/log.h"

namespace wangge::db {
namespace {

class Receiver : public pqxx::notification_receiver {
 public:
  Receiver(pqxx::connection& connection, const std::string& channel,
           const std::function<void()>& heard)
      : notification_receiver(connection, channel), heard_(heard) {}
  void operator()(const std::string&, int) override { heard_(); }

 private:
  const std::function<void()>& heard_;
};

constexpr long kWaitMicros = 200'000;  // So long does an end take at most.

}  // namespace

Listener::Listener(const std::string& dsn, const std::string& channel,
                   std::function<void()> heard)
    : dsn_(dsn + " connect_timeout=5"),
      channel_(channel),
      heard_(std::move(heard)),
      periodic_("listener", absl::Seconds(1), [this] { return Listen(); }) {}

Listener::~Listener() { stopping_ = true; }

bool Listener::Listen() {
  try {
    pqxx::connection connection(dsn_);
    const Receiver receiver(connection, channel_, heard_);
    heard_();  // What was said while nobody listened.
    while (!stopping_) connection.await_notification(0, kWaitMicros);
  } catch (const std::exception& fault) {
    log::Warning("listener lost its connection",
                 {{"channel", channel_}, {"cause", fault.what()}});
  }
  return false;
}

}  // namespace wangge::db
