// uv_poll for JavaScript: says when a descriptor is readable or writable. It never owns the descriptor, except when the
// thread of JavaScript ends: then nobody else is left to close it.
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <vector>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

namespace {

struct Poller;

// Freed when libuv has let go of it.
struct Handle {
  uv_poll_t poll;
  napi_env env = nullptr;
  napi_ref callback = nullptr;
  napi_async_cleanup_hook_handle hook = nullptr;
  Poller* owner = nullptr;
  int fd = -1;
  bool child = false;
  bool last = false;
};

// What JavaScript's object wraps; freed with that.
struct Poller {
  // Null once it is closed.
  Handle* handle = nullptr;
};

uv_handle_t* Base(Handle* handle) { return reinterpret_cast<uv_handle_t*>(&handle->poll); }

void* ReapAtItsEnd(void* data) {
  const int fd = static_cast<int>(reinterpret_cast<intptr_t>(data));
  // libuv has made it non-blocking.
  pollfd ended{fd, POLLIN, 0};
  while (poll(&ended, 1, -1) < 0 && errno == EINTR) continue;
  siginfo_t status{};
  waitid(static_cast<idtype_t>(kWaitPidfd), static_cast<id_t>(fd), &status, WEXITED);
  close(fd);
  return nullptr;
}

// With all signals blocked: they are for the threads of JavaScript.
bool StartReaper(int fd) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, ReapAtItsEnd, reinterpret_cast<void*>(intptr_t{fd}));
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error == 0;
}

// Pidfds of children that no thread could be had for. Never freed: several threads of JavaScript use them.
struct Unreaped {
  std::mutex lock;
  std::vector<int> pidfds;
};

Unreaped& TheUnreaped() {
  static auto* unreaped = new Unreaped;
  return *unreaped;
}

// Each new poller is an occasion to look for those that have ended meanwhile.
void ReapUnreaped() {
  Unreaped& unreaped = TheUnreaped();
  std::lock_guard<std::mutex> locked(unreaped.lock);
  auto ended = [](int fd) {
    siginfo_t status{};
    const int failed = waitid(static_cast<idtype_t>(kWaitPidfd), static_cast<id_t>(fd), &status, WEXITED | WNOHANG);
    if (failed == 0 && status.si_pid == 0) return false;
    if (failed != 0 && (errno == EAGAIN || errno == EINTR)) return false;
    close(fd);
    return true;
  };
  auto& pidfds = unreaped.pidfds;
  pidfds.erase(std::remove_if(pidfds.begin(), pidfds.end(), ended), pidfds.end());
}

// A child whose channel has just been closed ends soon, but nobody here will ask for it any more.
void LetGo(int fd, bool child) {
  if (!child) {
    close(fd);
    return;
  }
  if (StartReaper(fd)) return;
  Unreaped& unreaped = TheUnreaped();
  std::lock_guard<std::mutex> locked(unreaped.lock);
  unreaped.pidfds.push_back(fd);
}

void CloseHandle(Handle* handle) {
  if (uv_is_closing(Base(handle)) != 0) return;
  if (handle->owner != nullptr) handle->owner->handle = nullptr;
  handle->owner = nullptr;
  napi_delete_reference(handle->env, handle->callback);
  handle->callback = nullptr;
  uv_close(Base(handle), [](uv_handle_t* closed) {
    auto* done = static_cast<Handle*>(closed->data);
    napi_remove_async_cleanup_hook(done->hook);
    if (done->last) LetGo(done->fd, done->child);
    delete done;
  });
}

void CloseAtTheEnd(napi_async_cleanup_hook_handle, void* data) {
  auto* handle = static_cast<Handle*>(data);
  handle->last = uv_is_closing(Base(handle)) == 0;
  CloseHandle(handle);
}

void OnEvents(uv_poll_t* poll, int status, int events) {
  auto* handle = static_cast<Handle*>(poll->data);
  if (handle->callback == nullptr) return;
  napi_env env = handle->env;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value callback;
  napi_get_reference_value(env, handle->callback, &callback);
  // An error shows in the read or write that follows.
  napi_value argument = NumberOf(env, status < 0 ? UV_READABLE : events);
  CallFromLoop(env, callback, 1, &argument);
  napi_close_handle_scope(env, scope);
}

void Finalize(napi_env, void* data, void*) {
  auto* poller = static_cast<Poller*>(data);
  if (poller->handle != nullptr) CloseHandle(poller->handle);
  delete poller;
}

// Null once it is closed.
Handle* HandleOf(napi_env env, napi_value object) {
  void* data = nullptr;
  return napi_unwrap(env, object, &data) == napi_ok ? static_cast<Poller*>(data)->handle : nullptr;
}

// new Poller(fd, callback, events, child?): callback(events), a mask of 1 (readable) and 2 (writable), as `events` is,
// for which it starts; 0: not yet. `child`: fd is the pidfd of a child that has to be reaped when this thread of
// JavaScript ends.
napi_value Construct(napi_env env, napi_callback_info info) {
  Arguments<4> arguments(env, info);
  uv_loop_s* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return nullptr;
  ReapUnreaped();
  auto* handle = new Handle;
  handle->fd = arguments.Int(0);
  int error = uv_poll_init(loop, &handle->poll, handle->fd);
  if (error != 0) {
    delete handle;
    return FailWith(env, "epoll_ctl", -error);
  }
  handle->env = env;
  handle->poll.data = handle;
  napi_get_value_bool(env, arguments[3], &handle->child);
  napi_create_reference(env, arguments[1], 1, &handle->callback);
  napi_add_async_cleanup_hook(env, CloseAtTheEnd, handle, &handle->hook);
  auto* poller = new Poller{handle};
  handle->owner = poller;
  napi_wrap(env, arguments.receiver(), poller, Finalize, nullptr, nullptr);
  if (int events = arguments.Int(2); events != 0) error = uv_poll_start(&handle->poll, events, OnEvents);
  return error == 0 ? arguments.receiver() : FailWith(env, "epoll_ctl", -error);
}

napi_value Start(napi_env env, napi_callback_info info) {
  Arguments<1> arguments(env, info);
  Handle* handle = HandleOf(env, arguments.receiver());
  if (handle == nullptr) return nullptr;
  int error = uv_poll_start(&handle->poll, arguments.Int(0), OnEvents);
  return error == 0 ? nullptr : FailWith(env, "epoll_ctl", -error);
}

// A method without arguments; it does nothing once the poller is closed.
template <void (*act)(Handle*)>
napi_value Method(napi_env env, napi_callback_info info) {
  Handle* handle = HandleOf(env, Arguments<1>(env, info).receiver());
  if (handle != nullptr) act(handle);
  return nullptr;
}

void Stop(Handle* handle) { uv_poll_stop(&handle->poll); }
void Ref(Handle* handle) { uv_ref(Base(handle)); }
void Unref(Handle* handle) { uv_unref(Base(handle)); }

napi_property_descriptor MethodOf(const char* name, napi_callback method) {
  return {name, nullptr, method, nullptr, nullptr, nullptr, napi_default_method, nullptr};
}

}  // namespace

napi_value DefinePoller(napi_env env) {
  const napi_property_descriptor methods[] = {
      MethodOf("start", Start),     MethodOf("stop", Method<Stop>),   MethodOf("close", Method<CloseHandle>),
      MethodOf("ref", Method<Ref>), MethodOf("unref", Method<Unref>),
  };
  napi_value constructor = nullptr;
  napi_define_class(env, "Poller", NAPI_AUTO_LENGTH, Construct, nullptr, std::size(methods), methods, &constructor);
  return constructor;
}

}  // namespace desktop_fork
