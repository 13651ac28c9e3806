// Reaping the children that were forked or adopted, and no others: libuv reaps those of child_process.
#include <signal.h>
#include <sys/wait.h>
#include <uv.h>

#include <set>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

namespace {

std::set<pid_t> children;

/* Freed with the event loop that watches, and not by a destructor: those run when JavaScript is gone. */
struct Watch {
  uv_signal_t signal;
  napi_env env;
  napi_ref on_change = nullptr;
};

Watch* watch = nullptr;

void OnSignal(uv_signal_t*, int) {
  napi_handle_scope scope;
  napi_open_handle_scope(watch->env, &scope);
  napi_value callback;
  napi_get_reference_value(watch->env, watch->on_change, &callback);
  CallFromLoop(watch->env, callback, 0, nullptr);
  napi_close_handle_scope(watch->env, scope);
}

void EndWatch(void* data) {
  auto* ended = static_cast<Watch*>(data);
  if (ended != watch) return;
  watch = nullptr;
  napi_delete_reference(ended->env, ended->on_change);
  uv_close(reinterpret_cast<uv_handle_t*>(&ended->signal),
           [](uv_handle_t* handle) { delete static_cast<Watch*>(handle->data); });
}

// waitid() for one child of ours. Somebody else may have reaped it (ECHILD): then nothing is known, and `si_code` is 0.
bool Reap(pid_t pid, siginfo_t& status) {
  status = {};
  if (waitid(P_PID, static_cast<id_t>(pid), &status, WEXITED | WNOHANG) != 0) return true;
  return status.si_pid != 0;
}

}  // namespace

void AddChild(pid_t pid) { children.insert(pid); }

void ForgetChild(pid_t pid) {
  if (children.count(pid) != 0) children.erase(pid);  // threads of a parent, which has none here, ask too
}

void ForgetChildren() {
  children.clear();
  if (watch == nullptr) return;
  napi_remove_env_cleanup_hook(watch->env, EndWatch, watch);
  EndWatch(watch);
}

// adoptChild(pid): one more to reap, which was not forked but spawned.
Napi::Value AdoptChild(const Napi::CallbackInfo& info) {
  AddChild(IntAt(info, 0));
  return info.Env().Undefined();
}

// watchChildren(callback), instead of an earlier one: called when a child may have ended. Does not keep the loop alive.
Napi::Value WatchChildren(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (watch == nullptr) {
    auto* begun = new Watch{{}, env};
    uv_signal_init(LoopOf(env), &begun->signal);
    begun->signal.data = begun;
    uv_unref(reinterpret_cast<uv_handle_t*>(&begun->signal));
    watch = begun;
    napi_add_env_cleanup_hook(env, EndWatch, begun);
  } else {
    napi_delete_reference(env, watch->on_change);
  }
  napi_create_reference(env, info[0], 1, &watch->on_change);
  int error = uv_signal_start(&watch->signal, OnSignal, SIGCHLD);
  if (error != 0) throw SystemError(env, "sigaction", -error);
  return env.Undefined();
}

// reapChildren(): an array of [pid, si_code, si_status].
Napi::Value ReapChildren(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto result = Napi::Array::New(env);
  uint32_t count = 0;
  auto report = [&](pid_t pid, const siginfo_t& status) {
    children.erase(pid);
    auto entry = Napi::Array::New(env, 3);
    entry.Set(0u, pid);
    entry.Set(1u, status.si_code);
    entry.Set(2u, status.si_status);
    result.Set(count++, entry);
  };
  siginfo_t status;
  while (!children.empty()) {
    // A look without reaping finds one ended child in one call, however many there are. With nothing to find, each is
    // asked for by itself: somebody else may have reaped it.
    siginfo_t next{};
    const bool found = waitid(P_ALL, 0, &next, WEXITED | WNOHANG | WNOWAIT) == 0 && next.si_pid != 0;
    if (!found || children.count(next.si_pid) == 0) {
      // None, or one that is not ours and in the way.
      for (pid_t pid : std::set<pid_t>(children))
        if (Reap(pid, status)) report(pid, status);
      break;
    }
    if (Reap(next.si_pid, status)) report(next.si_pid, status);
  }
  return result;
}

}  // namespace desktop_fork
