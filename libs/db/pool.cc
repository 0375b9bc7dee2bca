#include "db/pool.h"

#include <algorithm>
#include <exception>
#include <map>
#include <pqxx/pqxx>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/uuid.h"
#include "db/server_time.h"
#include "db/sqlstate.h"
#include "db/watchdog.h"
#include "errors/errors.h"
#include "log/log.h"
#include "metrics/metrics.h"

namespace wangge::db {
namespace {

constexpr int kTries = 4;
// The server ends a statement at its timeout; it hangs when nothing comes then.
constexpr absl::Duration kSilence = absl::Seconds(2);

// The statement of an error and what it means. `connection_lost` tells that the
// connection must not be used again.
struct Failure {
  absl::Status status;
  bool connection_lost = false;
  bool repeat = false;
};

Failure Describe(absl::StatusCode code, const char* statement,
                 const std::string& detail) {
  Failure failure;
  failure.connection_lost = code == absl::StatusCode::kUnavailable;
  failure.repeat =
      failure.connection_lost || code == absl::StatusCode::kAborted;
  const std::string error_id = NewUuid();
  log::Warning("database error", {{"statement", statement},
                                  {"code", absl::StatusCodeToString(code)},
                                  {"error_id", error_id},
                                  {"detail", detail}});
  metrics::GetCounter(
      "db_errors_total", "Failed statements.",
      {{"statement", statement}, {"code", absl::StatusCodeToString(code)}})
      .Increment();
  if (code == absl::StatusCode::kInternal) {
    failure.status = errors::Internal(error_id);
  } else if (code == absl::StatusCode::kUnavailable) {
    failure.status = errors::Unavailable("database", "is not reachable");
  } else {
    failure.status = absl::Status(
        code, absl::StrCat("database: ", absl::StatusCodeToString(code),
                           ", error ", error_id));
  }
  return failure;
}

// The one place where libpqxx's exceptions end.
template <typename Body>
std::optional<Failure> Guard(const char* statement, const Body& body) {
  try {
    body();
    return std::nullopt;
  } catch (const pqxx::in_doubt_error& fault) {
    Failure failure =
        Describe(absl::StatusCode::kUnavailable, statement, fault.what());
    failure.status = errors::Make(
        absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_COMMIT_UNKNOWN,
        "the connection broke at commit; repeat the call with the "
        "same request_id");
    return failure;
  } catch (const pqxx::broken_connection& fault) {
    return Describe(absl::StatusCode::kUnavailable, statement, fault.what());
  } catch (const pqxx::transaction_rollback& fault) {
    // Serialization failures and deadlocks; not an sql_error in libpqxx 6.
    return Describe(absl::StatusCode::kAborted, statement, fault.what());
  } catch (const pqxx::sql_error& fault) {
    return Describe(CodeOfSqlState(fault.sqlstate()), statement, fault.what());
  } catch (const std::exception& fault) {
    return Describe(absl::StatusCode::kInternal, statement, fault.what());
  }
}

// The only call of libpqxx that takes any number of parameters of both forms.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
pqxx::result Execute(pqxx::transaction_base& work, const Statement& statement,
                     const Params& params, Watchdog* watchdog) {
  auto call = work.prepared(statement.name);
  for (const Param& param : params) {
    if (!param.value()) {
      call();
    } else if (param.is_binary()) {
      call(pqxx::binarystring(*param.value()));
    } else {
      call(*param.value());
    }
  }
  const Watchdog::Watch watch(watchdog, work.conn().sock());
  return call.exec();
}
#pragma GCC diagnostic pop

absl::Duration Backoff(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const double jitter = std::uniform_real_distribution<>(0.5, 1.5)(random);
  return absl::Milliseconds(20) * (1 << (2 * attempt)) * jitter;
}

}  // namespace

Param::Param(absl::Time time) : value_(FormatUtc(time)) {}

Rows::Rows(std::shared_ptr<const pqxx::result> result)
    : result_(std::move(result)) {}
int Rows::size() const { return static_cast<int>(result_->size()); }
bool Rows::IsNull(int row, const char* column) const {
  return (*result_)[row][column].is_null();
}
std::string Rows::Text(int row, const char* column) const {
  return (*result_)[row][column].c_str();
}
int64_t Rows::Int(int row, const char* column) const {
  return (*result_)[row][column].as<int64_t>(0);
}
bool Rows::Bool(int row, const char* column) const {
  return (*result_)[row][column].as<bool>(false);
}
std::string Rows::Bytes(int row, const char* column) const {
  const auto field = (*result_)[row][column];
  // `\x` and two digits a byte.
  const absl::string_view text(field.c_str(), field.size());
  return field.is_null() ? "" : absl::HexStringToBytes(text.substr(2));
}
absl::Time Rows::TimeOfMicros(int row, const char* column) const {
  return absl::FromUnixMicros(Int(row, column));
}

absl::StatusOr<Rows> Transaction::Query(const Statement& statement,
                                        const Params& params) {
  // Exceptions pass on to Transact, which must see them to roll back.
  return Rows(std::make_shared<const pqxx::result>(
      Execute(*work_, statement, params, watchdog_)));
}

std::string PlannerOptions(bool prefer_indexes) {
  // One plan for all parameters: planning the statements that write groups
  // costs more than running them.
  return absl::StrCat("-c jit=off -c plan_cache_mode=force_generic_plan",
                      prefer_indexes ? " -c enable_seqscan=off" : "");
}

class Pool::Impl {
 public:
  explicit Impl(const PoolOptions& options)
      : options_(options), watchdog_(options.statement_timeout + kSilence) {
    options_.dsn +=
        absl::StrCat(" connect_timeout=5 options='-c statement_timeout=",
                     absl::ToInt64Milliseconds(options.statement_timeout),
                     " -c bytea_output=hex -c lock_timeout=2000 -c "
                     "idle_in_transaction_session_timeout=5000 ",
                     PlannerOptions(options.prefer_indexes), "'");
    free_count_ = options.size;
    options_.statements.push_back(&kServerTime);
    for (const Statement* statement : options_.statements) {
      seconds_[statement->name] = &metrics::GetSeconds(
          "db_query_seconds", "Time of a statement, as its caller sees it.",
          {{"statement", statement->name}});
    }
  }

  // Runs `body` on a connection, repeating it as Query promises.
  absl::Status Run(const char* name,
                   const std::function<void(pqxx::connection&)>& body,
                   absl::Time deadline) {
    for (int attempt = 1;; ++attempt) {
      std::unique_ptr<pqxx::connection> connection;
      std::optional<Failure> failure;
      if (!Acquire(deadline, &connection)) {
        return absl::DeadlineExceededError(
            "no database connection became free in time");
      }
      failure = Guard(name, [&] {
        if (connection == nullptr) connection = Connect();
        body(*connection);
      });
      if (failure && failure->connection_lost) connection.reset();
      Release(std::move(connection));
      if (!failure) return absl::OkStatus();
      const absl::Duration pause = Backoff(attempt);
      if (!failure->repeat || attempt == kTries ||
          absl::Now() + pause > deadline) {
        return failure->status;
      }
      std::this_thread::sleep_for(absl::ToChronoMilliseconds(pause));
    }
  }

  Watchdog* watchdog() { return &watchdog_; }

  void Observe(const char* name, absl::Duration duration) {
    const auto found = seconds_.find(name);
    if (found != seconds_.end()) {
      found->second->Observe(absl::ToDoubleSeconds(duration));
    }
  }

 private:
  std::unique_ptr<pqxx::connection> Connect() {
    auto connection = std::make_unique<pqxx::connection>(options_.dsn);
    const Watchdog::Watch watch(&watchdog_, connection->sock());
    for (const Statement* statement : options_.statements) {
      connection->prepare(statement->name, statement->text);
      connection->prepare_now(statement->name);
    }
    return connection;
  }

  // Takes an idle connection, or the right to open one.
  bool Acquire(absl::Time deadline,
               std::unique_ptr<pqxx::connection>* connection) {
    const auto until = std::chrono::steady_clock::now() +
                       absl::ToChronoNanoseconds(
                           std::min(deadline - absl::Now(), absl::Minutes(10)));
    MutexLock lock(&mutex_);
    while (free_count_ == 0) {
      if (!released_.WaitUntil(&mutex_, until) && free_count_ == 0) {
        return false;
      }
    }
    --free_count_;
    in_use_.Set(options_.size - free_count_);
    if (!idle_.empty()) {
      // The most recently used one: the others may rest.
      *connection = std::move(idle_.back());
      idle_.pop_back();
    }
    return true;
  }

  void Release(std::unique_ptr<pqxx::connection> connection) {
    MutexLock lock(&mutex_);
    ++free_count_;
    in_use_.Set(options_.size - free_count_);
    if (connection != nullptr) idle_.push_back(std::move(connection));
    released_.Signal();
  }

  PoolOptions options_;
  Watchdog watchdog_;
  std::map<std::string, metrics::Histogram*> seconds_;
  metrics::Gauge& in_use_ =
      metrics::GetGauge("db_pool_in_use", "Connections in use.");
  Mutex mutex_;
  CondVar released_;
  int free_count_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<pqxx::connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

Pool::Pool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pool::~Pool() = default;

absl::StatusOr<std::unique_ptr<Pool>> Pool::Open(const PoolOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  const absl::Status status = impl->Run(
      "connect", [](pqxx::connection&) {}, absl::Now() + absl::Seconds(10));
  if (!status.ok()) return status;
  return std::unique_ptr<Pool>(new Pool(std::move(impl)));
}

absl::StatusOr<Rows> Pool::Query(const Statement& statement,
                                 const Params& params, absl::Time deadline) {
  const absl::Time start = absl::Now();
  std::shared_ptr<const pqxx::result> result;
  const absl::Status status = impl_->Run(
      statement.name,
      [&](pqxx::connection& connection) {
        pqxx::nontransaction work(connection);
        result = std::make_shared<const pqxx::result>(
            Execute(work, statement, params, impl_->watchdog()));
      },
      deadline);
  impl_->Observe(statement.name, absl::Now() - start);
  if (!status.ok()) return status;
  return Rows(std::move(result));
}

absl::Status Pool::Transact(
    const char* name, const std::function<absl::Status(Transaction&)>& body,
    absl::Time deadline) {
  absl::Status result;
  const absl::Status status = impl_->Run(
      name,
      [&](pqxx::connection& connection) {
        pqxx::work work(connection);
        Transaction transaction(&work, impl_->watchdog());
        result = body(transaction);
        const Watchdog::Watch watch(impl_->watchdog(), connection.sock());
        if (result.ok()) work.commit();
      },
      deadline);
  return status.ok() ? result : status;
}

absl::Status RunScript(const std::string& dsn, const std::string& sql) {
  const auto failure = Guard("script", [&] {
    pqxx::connection connection(dsn);
    pqxx::nontransaction work(connection);
    work.exec(sql);
  });
  return failure ? failure->status : absl::OkStatus();
}

}  // namespace wangge::db
