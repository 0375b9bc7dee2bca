// Loaded before wangge_cases_server of 0.1.0 (LD_PRELOAD), it lets the thread
// that deletes reporters begin five seconds later: it begins before the city is
// there, and would come back in an hour.
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <cstring>

extern "C" int pthread_setname_np(pthread_t thread, const char* name) noexcept {
  using Set = int (*)(pthread_t, const char*);
  static const auto set =
      reinterpret_cast<Set>(dlsym(RTLD_NEXT, "pthread_setname_np"));
  if (std::strcmp(name, "retention") == 0) sleep(5);
  return set(thread, name);
}
