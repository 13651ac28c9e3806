// Signals and pidfds.
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

Napi::Value GetPid(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), getpid()); }

// hasPidfds(): whether all that is done with them works here. Before Linux 5.4 it does not, nor where a sandbox minds.
Napi::Value HasPidfds(const Napi::CallbackInfo& info) {
  Descriptor self(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  siginfo_t status{};
  bool works = errno == EMFILE || errno == ENFILE;  // that says nothing of pidfds
  if (self)
    works = syscall(SYS_pidfd_send_signal, self.get(), 0, nullptr, 0) == 0 &&
            waitid(static_cast<idtype_t>(kWaitPidfd), static_cast<id_t>(self.get()), &status, WEXITED | WNOHANG) != 0 &&
            errno == ECHILD;
  return Napi::Boolean::New(info.Env(), works);
}

Napi::Value PidfdOpen(const Napi::CallbackInfo& info) {
  int pidfd = static_cast<int>(syscall(SYS_pidfd_open, IntAt(info, 0), 0));
  if (pidfd < 0) throw SystemError(info.Env(), "pidfd_open", errno);
  return Napi::Number::New(info.Env(), pidfd);
}

// pidfdSignal(pidfd, signal): false when the process is gone.
Napi::Value PidfdSignal(const Napi::CallbackInfo& info) {
  long result = syscall(SYS_pidfd_send_signal, IntAt(info, 0), IntAt(info, 1), nullptr, 0);
  if (result != 0 && errno != ESRCH) throw SystemError(info.Env(), "pidfd_send_signal", errno);
  return Napi::Boolean::New(info.Env(), result == 0);
}

// pidfdWait(pidfd): reaps a child of ours. [si_code, si_status]; undefined while it runs; null when it is no child of
// this process, or somebody else has reaped it.
Napi::Value PidfdWait(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  siginfo_t status{};
  if (waitid(static_cast<idtype_t>(kWaitPidfd), static_cast<id_t>(IntAt(info, 0)), &status, WEXITED | WNOHANG) != 0) {
    if (errno == ECHILD) return env.Null();
    throw SystemError(env, "waitid", errno);
  }
  if (status.si_pid == 0) return env.Undefined();
  ForgetChild(status.si_pid);
  auto result = Napi::Array::New(env, 2);
  result.Set(0u, status.si_code);
  result.Set(1u, status.si_status);
  return result;
}

Napi::Value SetSession(const Napi::CallbackInfo& info) {
  setsid();
  return info.Env().Undefined();
}

namespace {

// The kernel hands the policy on to what this process makes, which does not want it.
bool gives_way = false;

bool SetPolicy(int policy) {
  sched_param parameters{};
  return sched_setscheduler(0, policy, &parameters) == 0;
}

}  // namespace

void TakeTurns() noexcept {
  if (gives_way) SetPolicy(SCHED_OTHER);
}

void GiveWayNoMore() {
  TakeTurns();
  gives_way = false;
}

// giveWay(): whoever wakes this process goes on first (SCHED_BATCH). Only where the policy is the usual one.
Napi::Value GiveWay(const Napi::CallbackInfo& info) {
  if (sched_getscheduler(0) == SCHED_OTHER) gives_way = SetPolicy(SCHED_BATCH);
  return info.Env().Undefined();
}

Napi::Value IgnoreSignal(const Napi::CallbackInfo& info) {
  signal(IntAt(info, 0), SIG_IGN);
  return info.Env().Undefined();
}

Napi::Value DefaultSignal(const Napi::CallbackInfo& info) {
  signal(IntAt(info, 0), SIG_DFL);
  return info.Env().Undefined();
}

// quickExit(code): ends at once, with C's streams flushed and nothing torn down.
Napi::Value QuickExit(const Napi::CallbackInfo& info) {
  fflush(nullptr);
  _exit(IntAt(info, 0));
}

}  // namespace desktop_fork
