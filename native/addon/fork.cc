// fork(), by way of the guard.
#include <dlfcn.h>
#include <sys/syscall.h>
#include <uv.h>

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
  pid_t pid = Guard()->fork(static_cast<unsigned>(IntAt(info, 0)), &why);
  if (pid < 0) return Refusal(env, why);
  if (pid == 0) {
    int error = uv_loop_fork(loop);
    if (error != 0) {
      fprintf(stderr, "desktop-fork: a forked child has no event loop: %s\n", uv_strerror(error));
      _exit(1);
    }
    ForgetCaughtSignals(loop);
    ForgetChildren();
    ForgetLifeline();
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
