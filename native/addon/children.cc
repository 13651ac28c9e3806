// Reaping the children that were forked or adopted, and no others: libuv reaps those of child_process.
#include <signal.h>
#include <sys/wait.h>
#include <uv.h>

#include <memory>
#include <set>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

namespace {

std::set<pid_t> children;
uv_signal_t* watcher = nullptr;
Napi::FunctionReference on_change;

void OnSignal(uv_signal_t*, int) {
  Napi::HandleScope scope(on_change.Env());
  CallFromLoop(on_change.Env(), on_change.Value(), 0, nullptr);
}

// waitid() for one child of ours.
bool Reap(pid_t pid, siginfo_t& status) {
  status = {};
  if (waitid(P_PID, static_cast<id_t>(pid), &status, WEXITED | WNOHANG) != 0) return true;  // ECHILD: somebody else did
  return status.si_pid != 0;
}

}  // namespace

void AddChild(pid_t pid) { children.insert(pid); }

void ForgetChild(pid_t pid) {
  if (children.count(pid) != 0) children.erase(pid);  // threads of a parent, which has none here, ask too
}

void ForgetChildren() {
  children.clear();
  if (watcher == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(watcher),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_signal_t*>(handle); });
  watcher = nullptr;
  on_change.Reset();
}

// adoptChild(pid): one more to reap, which was not forked but spawned.
Napi::Value AdoptChild(const Napi::CallbackInfo& info) {
  AddChild(IntAt(info, 0));
  return info.Env().Undefined();
}

// watchChildren(callback), instead of an earlier one: called when a child may have ended. Does not keep the loop alive.
Napi::Value WatchChildren(const Napi::CallbackInfo& info) {
  on_change = Napi::Persistent(info[0].As<Napi::Function>());
  if (watcher != nullptr) return info.Env().Undefined();
  watcher = new uv_signal_t;
  uv_signal_init(LoopOf(info.Env()), watcher);
  uv_unref(reinterpret_cast<uv_handle_t*>(watcher));
  int error = uv_signal_start(watcher, OnSignal, SIGCHLD);
  if (error != 0) throw SystemError(info.Env(), "sigaction", -error);
  return info.Env().Undefined();
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
    // A look without reaping finds one ended child in one call, however many there are.
    siginfo_t next{};
    if (waitid(P_ALL, 0, &next, WEXITED | WNOHANG | WNOWAIT) != 0 || next.si_pid == 0) break;
    if (children.count(next.si_pid) == 0) {
      // Not ours, and in the way: ask for each of ours.
      for (pid_t pid : std::set<pid_t>(children))
        if (Reap(pid, status)) report(pid, status);
      break;
    }
    if (Reap(next.si_pid, status)) report(next.si_pid, status);
  }
  return result;
}

}  // namespace desktop_fork
