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
           const std::function<void()>& on_notify)
      : notification_receiver(connection, channel), on_notify_(on_notify) {}
  void operator()(const std::string&, int) override { on_notify_(); }

 private:
  const std::function<void()>& on_notify_;
};

constexpr long kWaitMicros = 200'000;  // The longest that an end takes.

}  // namespace

Listener::Listener(const std::string& dsn, const std::string& channel,
                   std::function<void()> on_notify)
    : dsn_(dsn + " connect_timeout=5"),
      channel_(channel),
      on_notify_(std::move(on_notify)),
      periodic_("listener", absl::Seconds(1), [this] { return Listen(); }) {}

Listener::~Listener() { stopping_ = true; }

bool Listener::Listen() {
  try {
    pqxx::connection connection(dsn_);
    const Receiver receiver(connection, channel_, on_notify_);
    on_notify_();  // Something may have been written before.
    while (!stopping_) connection.await_notification(0, kWaitMicros);
  } catch (const std::exception& fault) {
    log::Warning("listener lost its connection",
                 {{"channel", channel_}, {"cause", fault.what()}});
  }
  return false;
}

}  // namespace wangge::db
