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
      thread_([this] { Run(); }) {}

Listener::~Listener() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

void Listener::Run() {
  do {
    try {
      ListenUntilBroken();
    } catch (const std::exception& fault) {
      log::Warning("listener lost its connection",
                   {{"channel", channel_}, {"cause", fault.what()}});
    }
  } while (SleepUnlessStopped());
}

void Listener::ListenUntilBroken() {
  pqxx::connection connection(dsn_);
  const Receiver receiver(connection, channel_, heard_);
  heard_();  // What was said while nobody listened.
  while (!stopping()) connection.await_notification(0, kWaitMicros);
}

bool Listener::SleepUnlessStopped() {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(1);
  MutexLock lock(&mutex_);
  while (!stopping_ && changed_.WaitUntil(&mutex_, deadline)) {
  }
  return !stopping_;
}

bool Listener::stopping() {
  MutexLock lock(&mutex_);
  return stopping_;
}

}  // namespace wangge::db
