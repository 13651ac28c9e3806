/*
 * A process ends when the other side of its channel does, even in a busy loop that never gets back to its event loop.
 *
 * The kernel sends SIGIO for what happens on the channel. The handler looks only for a hang-up, and then gives the
 * event loop, which sees the same end of file, a moment to leave in order before the alarm ends the process.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>

#include <cerrno>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

namespace {

constexpr suseconds_t kGraceUs = 300'000;

volatile int lifeline = -1;

void OnInput(int) {
  int error = errno;
  pollfd channel{lifeline, POLLRDHUP, 0};
  if (lifeline >= 0 && poll(&channel, 1, 0) == 1 && (channel.revents & (POLLHUP | POLLRDHUP)) != 0) {
    lifeline = -1;
    signal(SIGALRM, SIG_DFL);
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);
    itimerval once{};
    once.it_value.tv_usec = kGraceUs;
    setitimer(ITIMER_REAL, &once, nullptr);
  }
  errno = error;
}

}  // namespace

void ForgetLifeline() { lifeline = -1; }

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
  static bool handled = false;
  if (!handled) {
    struct sigaction action {};
    action.sa_handler = OnInput;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGIO, &action, nullptr) != 0) throw SystemError(env, "sigaction", errno);
    handled = true;
  }
  if (fcntl(fd, F_SETOWN, getpid()) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) != 0)
    throw SystemError(env, "fcntl", errno);
  OnInput(SIGIO);  // it may have hung up before we listened
  return env.Undefined();
}

}  // namespace desktop_fork
