// The terminal. Node puts each of its standard streams back into the state in which it found them, when it exits and
// when SIGTERM or SIGINT ends it. That state is of the time when a template started, and the program has gone on since.
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

namespace {

// Comes before Node does that, which leaves a stream alone that is another file now. /dev/tty is the same terminal,
// so that what is written still later gets there; a process in a session of its own has none.
void HideTerminal() {
  fflush(nullptr);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (isatty(fd) == 0) continue;
    const char* other = tcgetsid(fd) < 0 ? "/dev/null" : "/dev/tty";
    Descriptor opened(open(other, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (opened) dup2(opened.get(), fd);
  }
}

bool HasNodesHandler(int signal) {
  struct sigaction current {};
  return sigaction(signal, nullptr, &current) == 0 && (current.sa_flags & static_cast<int>(SA_RESETHAND)) != 0;
}

}  // namespace

Napi::Value HideTerminal(const Napi::CallbackInfo& info) {
  HideTerminal();
  return info.Env().Undefined();
}

// keepTerminal(): this process ends without a change of the terminal. Node's handlers of signals do nothing but that.
Napi::Value KeepTerminal(const Napi::CallbackInfo& info) {
  for (int number : {SIGTERM, SIGINT})
    if (HasNodesHandler(number)) signal(number, SIG_DFL);
  atexit(static_cast<void (*)()>(HideTerminal));
  return info.Env().Undefined();
}

}  // namespace desktop_fork
