// From a process to a program: all of it between vfork() and exec, where nothing may be allocated or locked.
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "exports.h"
#include "program.h"

namespace desktop_fork {

namespace {

constexpr unsigned kCloseOnExec = 1u << 2;  // CLOSE_RANGE_CLOEXEC; older headers lack the name
constexpr int kStandardDescriptors = 3;

}  // namespace

int Program::Become() noexcept {
  ResetSignals();
  if (session_) setsid();
  TakeTurns();
  int error = PlaceDescriptors();
  if (umask_) umask(*umask_);
  if (error == 0) error = ChangeDirectory();
  if (error == 0) error = SetResources();
  if (error == 0) error = ChangeUser();
  if (error != 0) return error;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  return Execute();
}

// Ignored signals stay ignored over an exec, and handlers must not run in memory that is shared with the parent.
void Program::ResetSignals() noexcept {
  // Ignoring forgets what is pending: the channel's, see lifeline.cc.
  signal(SIGIO, SIG_IGN);
  ResetLifeline();
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
}

int Program::PlaceDescriptors() noexcept {
  int count = std::max(static_cast<int>(stdio_.size()), kStandardDescriptors);
  // Out of the way first: a source may itself be the place of another.
  for (size_t i = 0; i < stdio_.size(); i++) {
    if (stdio_[i] < 0) continue;
    sources_[i] = stdio_[i] >= count ? stdio_[i] : fcntl(stdio_[i], F_DUPFD_CLOEXEC, count);
    if (sources_[i] < 0) return errno;
  }
  if (directory_ >= 0 && directory_ < count) {
    directory_ = fcntl(directory_, F_DUPFD_CLOEXEC, count);
    if (directory_ < 0) return errno;
  }
  for (int i = 0; i < count; i++) {
    int source = static_cast<size_t>(i) < stdio_.size() ? sources_[i] : -1;
    if (source >= 0) {
      if (dup2(source, i) < 0) return errno;
    } else {
      close(i);
      if (i >= kStandardDescriptors) continue;
      if (open("/dev/null", i == 0 ? O_RDONLY : O_RDWR) != i) return errno;  // the lowest free number
    }
    if (i >= kStandardDescriptors) continue;
    int flags = fcntl(i, F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK) != 0) fcntl(i, F_SETFL, flags & ~O_NONBLOCK);
  }
  // Not closed yet: whoever is not replaced after all still has to tell. Without this call (before Linux 5.11) there is
  // what everything in a runtime is anyway, close-on-exec.
  syscall(SYS_close_range, static_cast<unsigned>(count), ~0u, kCloseOnExec);
  return 0;
}

int Program::ChangeDirectory() noexcept {
  if (directory_ >= 0 && fchdir(directory_) != 0) return errno;
  if (!working_directory_.empty() && chdir(working_directory_.c_str()) != 0) return errno;
  return 0;
}

int Program::SetResources() noexcept {
  // A priority that is only inherited is left as it is when it is not allowed.
  if (priority_ && setpriority(PRIO_PROCESS, 0, *priority_) != 0 && must_have_priority_) return errno;
  for (const Limit& limit : limits_)
    if (setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &limit.values) != 0) return errno;
  return 0;
}

// The bare system calls: glibc's would reach out to the other threads of a process that is not this one.
int Program::ChangeUser() noexcept {
  if (credentials_) {
    const Credentials& wanted = *credentials_;
    const std::vector<gid_t>& groups = wanted.supplementary;
    if (regroup_ && syscall(SYS_setgroups, groups.size(), groups.data()) != 0) return errno;
    if (syscall(SYS_setresgid, wanted.groups[0], wanted.groups[1], wanted.groups[2]) != 0) return errno;
    if (syscall(SYS_setresuid, wanted.users[0], wanted.users[1], wanted.users[2]) != 0) return errno;
  }
  if (uid_ || gid_) syscall(SYS_setgroups, 0, nullptr);  // only root can, and only root has to
  if (gid_ && syscall(SYS_setgid, *gid_) != 0) return errno;
  if (uid_ && syscall(SYS_setuid, *uid_) != 0) return errno;
  return 0;
}

int Program::Execute() noexcept {
  int error = ENOENT;
  bool denied = false;
  for (std::string& candidate : candidates_) {
    execve(candidate.c_str(), argv_.data(), envp_.data());
    error = errno;
    if (error == ENOEXEC) {  // a script without its first line
      shell_argv_[1] = candidate.data();
      execve(_PATH_BSHELL, shell_argv_.data(), envp_.data());
      error = errno;
    }
    if (!searched_) return error;
    denied = denied || error == EACCES;
    const bool next = error == EACCES || error == ENOENT || error == ESTALE || error == ENOTDIR || error == ENODEV ||
                      error == ETIMEDOUT;
    if (!next) return error;
  }
  return denied ? EACCES : error;
}

}  // namespace desktop_fork
