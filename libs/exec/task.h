// Work that waits without holding a thread, written from top to bottom:
//
//   exec::Task<absl::StatusOr<Case>> AcceptCase(std::string case_no) {
//     auto loaded = co_await store.Load(case_no);
//     ...
//     co_return co_await store.Commit(change);
//   }
//
// A task begins when somebody awaits or starts it. It goes on where what it
// waited for ended, so it must not block there.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "base/mutex.h"

namespace wangge::exec {

// The result of work, once; awaited, started or waited for at most once.
// Parameters of a coroutine are kept by value in its frame; what it gets by
// reference must outlive it.
template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct promise_type {
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Continue {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle handle) noexcept {
          return handle.promise().continuation;
        }
        void await_resume() noexcept {}
      };
      return Continue{};
    }
    template <typename Value>
    void return_value(Value&& value) {
      result.template emplace<1>(std::forward<Value>(value));
    }
    void unhandled_exception() {
      result.template emplace<2>(std::current_exception());
    }

    std::variant<std::monostate, T, std::exception_ptr> result;
    std::coroutine_handle<> continuation = std::noop_coroutine();
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // Awaiting: begins the task and goes on when it has ended, with its result;
  // throws what it threw.
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(
      std::coroutine_handle<> continuation) noexcept {
    handle_.promise().continuation = continuation;
    return handle_;
  }
  T await_resume() {
    auto& result = handle_.promise().result;
    if (result.index() == 2) std::rethrow_exception(std::get<2>(result));
    return std::move(std::get<1>(result));
  }

 private:
  explicit Task(Handle handle) : handle_(handle) {}

  Handle handle_;
};

// Awaits what calls back:
//   const auto rows = co_await Callback<absl::StatusOr<Rows>>(
//       [&](auto done) { QueryAsync(sql, std::move(done)); });
// `begin` is called at once; `done` exactly once, from any thread, also before
// `begin` returns.
template <typename T>
class Callback {
 public:
  using Done = std::function<void(T)>;

  explicit Callback(std::function<void(Done done)> begin)
      : begin_(std::move(begin)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    // This object may be gone as soon as `done` was called.
    const auto begin = std::move(begin_);
    begin([this, waiting](T result) {
      result_.emplace(std::move(result));
      waiting.resume();
    });
  }
  T await_resume() { return *std::move(result_); }

 private:
  std::function<void(Done)> begin_;
  std::optional<T> result_;
};

namespace internal {

// A coroutine that begins at once and owns itself.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

}  // namespace internal

// Starts a task whose result `done` takes, on whatever thread it ends. The task
// must not throw.
template <typename T>
internal::Detached Start(Task<T> task, std::function<void(T)> done) {
  done(co_await std::move(task));
}

// Starts a task and blocks until it has ended. For tests and threads that have
// nothing else to do; the task must not throw.
template <typename T>
T Wait(Task<T> task) {
  // Shared: the thread that ends the task may still be inside when we go on.
  struct Ended {
    Mutex mutex;
    CondVar changed;
    std::optional<T> result ABSL_GUARDED_BY(mutex);
  };
  const auto ended = std::make_shared<Ended>();
  Start<T>(std::move(task), [ended](T result) {
    MutexLock lock(&ended->mutex);
    ended->result.emplace(std::move(result));
    ended->changed.Signal();
  });
  MutexLock lock(&ended->mutex);
  while (!ended->result) ended->changed.Wait(&ended->mutex);
  return *std::move(ended->result);
}

}  // namespace wangge::exec
