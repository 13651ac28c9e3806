/*
 * A process ends when the other side of its channel does, even in a busy loop that never gets back to its event loop.
 *
 * The kernel sends a signal for what happens on the channel. The handler looks only for a hang-up, and then gives the
 * event loop, which sees the same end of file, a moment to leave in order before a timer kills the process.
 *
 * Code of others can replace the handlers of signals, and block them. Therefore the signal is the C library's own for
 * its setuid(), which libc lets nobody replace or block, and the timer sends SIGKILL. libc takes that signal for its
 * own only when a thread has sent it (SI_TKILL). SIGIO comes where there is no such signal, or when too many are
 * pending.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include <cerrno>
#include <initializer_list>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

namespace {

constexpr long kGraceMs = 300;
// glibc's SIGSETXID.
constexpr int kReserved = 33;

// As the kernel has it: libc's sigaction() refuses its own signal.
struct KernelAction {
  void (*handler)(int, siginfo_t*, void*);
  unsigned long flags;
  void (*restorer)();
  unsigned long mask;
};

volatile int lifeline = -1;
// Of this process: a fork does not copy it. 0 is a timer too.
volatile int timer = -1;
KernelAction libc_action;

void KillSoon() {
  itimerspec once{};
  once.it_value.tv_nsec = kGraceMs * 1'000'000;
  if (timer >= 0 && syscall(SYS_timer_settime, timer, 0, &once, nullptr) == 0) return;
  // Without a timer of its own there is the process's: its signal can be blocked by what goes on after this.
  signal(SIGALRM, SIG_DFL);
  itimerval alarm{};
  alarm.it_value.tv_usec = kGraceMs * 1000;
  setitimer(ITIMER_REAL, &alarm, nullptr);
}

// True once.
bool HasHungUp() {
  pollfd channel{lifeline, POLLRDHUP, 0};
  if (lifeline < 0 || poll(&channel, 1, 0) != 1 || (channel.revents & (POLLHUP | POLLRDHUP)) == 0) return false;
  lifeline = -1;
  return true;
}

void Look(ucontext_t* interrupted) {
  int error = errno;
  if (HasHungUp()) {
    KillSoon();
    // The mask of now is that of the handler alone.
    if (interrupted != nullptr) sigdelset(&interrupted->uc_sigmask, SIGALRM);
  }
  errno = error;
}

void OnInput(int, siginfo_t*, void* context) { Look(static_cast<ucontext_t*>(context)); }

void OnReserved(int number, siginfo_t* info, void* context) {
  if (info->si_code == SI_TKILL) return libc_action.handler(number, info, context);
  Look(static_cast<ucontext_t*>(context));
}

// False where libc has no handler: then it is not the libc that is meant.
bool HandleReserved() {
  KernelAction action;
  if (syscall(SYS_rt_sigaction, kReserved, nullptr, &action, sizeof action.mask) != 0) return false;
  if (action.handler == nullptr || (action.flags & SA_SIGINFO) == 0) return false;
  libc_action = action;
  action.handler = OnReserved;
  return syscall(SYS_rt_sigaction, kReserved, &action, nullptr, sizeof action.mask) == 0;
}

bool HandleSigio() {
  struct sigaction action {};
  action.sa_sigaction = OnInput;
  action.sa_flags = SA_RESTART | SA_ONSTACK | SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  return sigaction(SIGIO, &action, nullptr) == 0;
}

int MakeTimer() {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  int made = -1;
  return syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &made) == 0 ? made : -1;
}

}  // namespace

void ForgetLifeline() {
  lifeline = -1;
  timer = -1;
}

void ResetLifeline() noexcept {
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    unsigned long mask;
  } action{};
  for (auto handler : {SIG_IGN, SIG_DFL}) {
    action.handler = handler;
    syscall(SYS_rt_sigaction, kReserved, &action, nullptr, sizeof action.mask);
  }
}

// lifeline(fd): while armed, this process ends within a third of a second of the hang-up of `fd`. -1: of nothing any
// more. Armed only while code of others runs: a process that waits in its event loop sees the end of file there.
Napi::Value Lifeline(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  int fd = IntAt(info, 0);
  int before = lifeline;
  lifeline = fd;
  if (fd == before) return env.Undefined();
  if (fd < 0) {
    fcntl(before, F_SETFL, O_NONBLOCK);
    return env.Undefined();
  }
  static bool handled = HandleSigio(), reserved = HandleReserved();
  if (!handled && !reserved) throw SystemError(env, "sigaction", errno);
  if (timer < 0) timer = MakeTimer();
  if (fcntl(fd, F_SETSIG, reserved ? kReserved : 0) != 0 || fcntl(fd, F_SETOWN, getpid()) != 0 ||
      fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) != 0)
    throw SystemError(env, "fcntl", errno);
  Look(nullptr);  // it may have hung up before we listened
  return env.Undefined();
}

}  // namespace desktop_fork
