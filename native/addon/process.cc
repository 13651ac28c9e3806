// Programs, signals and pidfds.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

// waitid()'s idtype for a pidfd; older headers lack the name.
constexpr int kWaitPidfd = 3;

namespace {

struct SpawnPlan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  std::vector<Descriptor> sources;

  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

// spawn({ file, args, env, cwd?, stdio, session }): the pid. The program gets `stdio[i]` as descriptor i and no other,
// default signals, and an empty mask. An exec that fails throws its errno here.
Napi::Value Spawn(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto options = info[0].As<Napi::Object>();
  std::string file = options.Get("file").As<Napi::String>().Utf8Value();
  std::vector<std::string> arguments = StringsOf(options.Get("args"));
  std::vector<std::string> environment = StringsOf(options.Get("env"));
  std::vector<int> stdio = IntsOf(options.Get("stdio"));

  SpawnPlan plan;
  // Copies out of the way first: a source may itself be the target of another.
  for (int fd : stdio) {
    Descriptor copy(fcntl(fd, F_DUPFD_CLOEXEC, static_cast<int>(stdio.size()) + 3));
    if (!copy) throw SystemError(env, "fcntl", errno);
    plan.sources.push_back(std::move(copy));
  }
  for (size_t i = 0; i < stdio.size(); i++)
    posix_spawn_file_actions_adddup2(&plan.actions, plan.sources[i].get(), static_cast<int>(i));
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, static_cast<int>(stdio.size()));
  if (options.Get("cwd").IsString()) {
    std::string cwd = options.Get("cwd").As<Napi::String>().Utf8Value();
    posix_spawn_file_actions_addchdir_np(&plan.actions, cwd.c_str());
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (options.Get("session").ToBoolean()) flags |= POSIX_SPAWN_SETSID;
  posix_spawnattr_setflags(&plan.attributes, flags);

  pid_t pid = 0;
  int error = posix_spawn(&pid, file.c_str(), &plan.actions, &plan.attributes, Pointers(arguments).data(),
                          Pointers(environment).data());
  if (error != 0) throw SystemError(env, "posix_spawn", error);
  return Napi::Number::New(env, pid);
}

Napi::Value GetPid(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), getpid()); }

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

// pidfdWait(pidfd): reaps a child of ours. [si_code, si_status], or undefined while it runs.
Napi::Value PidfdWait(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  siginfo_t status{};
  if (waitid(static_cast<idtype_t>(kWaitPidfd), static_cast<id_t>(IntAt(info, 0)), &status, WEXITED | WNOHANG) != 0)
    throw SystemError(env, "waitid", errno);
  if (status.si_pid == 0) return env.Undefined();
  auto result = Napi::Array::New(env, 2);
  result.Set(0u, status.si_code);
  result.Set(1u, status.si_status);
  return result;
}

Napi::Value SetSession(const Napi::CallbackInfo& info) {
  setsid();
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
