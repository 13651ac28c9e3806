// fork(), by way of the guard.
#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <uv.h>

#include <vector>

#include "../guard/guard.h"
#include "exports.h"
#include "support.h"

namespace desktop_fork {

namespace {

const df_guard* Guard() {
  static const df_guard* guard = [] {
    auto get = reinterpret_cast<const df_guard* (*)()>(dlsym(RTLD_DEFAULT, DF_GUARD_SYMBOL));
    const df_guard* found = get == nullptr ? nullptr : get();
    return found != nullptr && found->version == DF_GUARD_VERSION ? found : nullptr;
  }();
  return guard;
}

Napi::Object Refusal(Napi::Env env, const df_refusal& why) {
  const char* kinds[] = {"", "errno", "busy", "foreign", "unknown-libc"};
  auto refusal = Napi::Object::New(env);
  refusal.Set("refused", kinds[why.kind]);
  refusal.Set("thread", why.thread_name);
  refusal.Set("tid", why.thread);
  refusal.Set("module", why.module);
  if (why.kind == DF_REFUSED_BY_ERRNO) refusal.Set("error", SystemError(env, "fork", why.error).Value());
  return refusal;
}

// A signal that the template caught right before the fork sits in a pipe that the child does not share. libuv waits for
// it when the signal's handle is closed, in a loop that never sleeps.
void ForgetCaughtSignals(uv_loop_t* loop) {
  auto forget = [](uv_handle_t* handle, void*) {
    if (handle->type != UV_SIGNAL) return;
    auto* signal = reinterpret_cast<uv_signal_t*>(handle);
    signal->dispatched_signals = signal->caught_signals;
  };
  uv_walk(loop, forget, nullptr);
  loop->child_watcher.dispatched_signals = loop->child_watcher.caught_signals;  // uv_walk leaves it out
}

// Handles that somebody has sent to and whose callbacks have not run yet: a task for this thread, a message for a port.
// uv_loop_fork() forgets that; what they are to fetch is in the child's memory all the same.
std::vector<uv_async_t*> PendingAsyncs(uv_loop_t* loop) {
  std::vector<uv_async_t*> pending;
  auto collect = [](uv_handle_t* handle, void* found) {
    auto* async = reinterpret_cast<uv_async_t*>(handle);
    if (handle->type == UV_ASYNC && async->pending != 0)
      static_cast<std::vector<uv_async_t*>*>(found)->push_back(async);
  };
  uv_walk(loop, collect, &pending);
  return pending;
}

// What was open in the template does not keep the child alive. Node refers to its own timer and idle handle anew with
// each timer and immediate that JavaScript makes, counts those, and so must find both as it left them.
void UnrefHandles(uv_loop_t* loop) {
  auto unref = [](uv_handle_t* handle, void*) {
    const bool counted = handle->type == UV_TIMER || handle->type == UV_IDLE;
    if (!counted && uv_is_active(handle) != 0) uv_unref(handle);
  };
  uv_walk(loop, unref, nullptr);
}

void RenewLoop(uv_loop_t* loop) {
  std::vector<uv_async_t*> asyncs = PendingAsyncs(loop);
  int error = uv_loop_fork(loop);
  if (error != 0) {
    fprintf(stderr, "desktop-fork: a forked child has no event loop: %s\n", uv_strerror(error));
    _exit(1);
  }
  for (uv_async_t* async : asyncs) uv_async_send(async);
  ForgetCaughtSignals(loop);
}

// Until a child has its own event loop, libuv would tell the template of signals that the child gets.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

Napi::Value HasGuard(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), Guard() != nullptr); }

// adoptThreads(): every thread of this moment is the runtime's own.
Napi::Value AdoptThreads(const Napi::CallbackInfo& info) {
  if (Guard() != nullptr) {
    const void* code[] = {reinterpret_cast<const void*>(&uv_queue_work),
                          reinterpret_cast<const void*>(&napi_create_function)};
    Guard()->adopt(code, 2);
  }
  return info.Env().Undefined();
}

// activeRequests(): how much libuv still owes this loop. A child would wait for it for ever.
Napi::Value ActiveRequests(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), LoopOf(info.Env())->active_reqs.count);
}

// fork(patienceMs): 0 in the child; { pid, pidfd } in the parent; { refused, thread, tid, module, error? }.
Napi::Value Fork(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  uv_loop_t* loop = LoopOf(env);
  if (Guard() == nullptr) throw Napi::Error::New(env, "the fork guard is not loaded");

  df_refusal why;
  SignalsBlocked blocked;
  pid_t pid = Guard()->fork(static_cast<unsigned>(IntAt(info, 0)), &why);
  if (pid < 0) return Refusal(env, why);
  if (pid == 0) {
    RenewLoop(loop);
    UnrefHandles(loop);
    ForgetChildren();
    ForgetLifeline();
    GiveWayNoMore();
    return Napi::Number::New(env, 0);
  }
  AddChild(pid);
  auto result = Napi::Object::New(env);
  result.Set("pid", pid);
  // A child that nobody has reaped keeps its pid, so this names the right process or fails for want of descriptors.
  result.Set("pidfd", static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  return result;
}

}  // namespace desktop_fork
