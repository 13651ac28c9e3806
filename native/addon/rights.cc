// Whose word a process takes, and whether what it hands on to others has changed.
#include <poll.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <mutex>

#include "exports.h"
#include "program.h"
#include "support.h"

namespace desktop_fork {

namespace {

// The parent of a process; -1 when nobody can tell.
pid_t ParentOf(pid_t pid) {
  char file[32], text[512];
  snprintf(file, sizeof file, "/proc/%d/stat", pid);
  FILE* stat = fopen(file, "re");
  if (stat == nullptr) return -1;
  size_t length = fread(text, 1, sizeof text - 1, stat);
  fclose(stat);
  text[length] = '\0';
  const char* name_end = strrchr(text, ')');  // a name may have any character in it
  int parent;
  return name_end != nullptr && sscanf(name_end + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

// A debugger or a wrapper may stand between a process and its maker. 0: outside of this pid namespace, as is the parent
// of the namespace's first process.
bool IsAncestor(pid_t wanted) {
  pid_t pid = getppid();
  while (pid > 0 && pid != wanted) pid = ParentOf(pid);
  return pid == wanted;
}

bool HasHungUp(int fd) {
  pollfd socket{fd, 0, 0};
  return poll(&socket, 1, 0) > 0 && (socket.revents & POLLHUP) != 0;
}

const char* WhyStranger(int fd) {
  int domain = 0;
  ucred peer{};
  socklen_t domain_length = sizeof domain, peer_length = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_length) != 0 || domain != AF_UNIX ||
      getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_length) != 0)
    return "it is no unix socket";
  // By its file a program may have more rights than the user who starts it. Root has them anyway.
  if (getauxval(AT_SECURE) != 0 && getuid() != 0) return "this program has more rights than who started it";
  if (peer.uid != geteuid() && peer.uid != 0) return "the other end is another user's";
  // A parent that has ended is no parent any more. What it has said by then still holds, and nobody can say more.
  if (!IsAncestor(peer.pid) && !HasHungUp(fd)) return "the other end is not this process's parent";
  return nullptr;
}

}  // namespace

// whyStranger(fd): why the maker of a socket is nobody to say what this process is to be; undefined: it is the parent.
Napi::Value WhyStranger(const Napi::CallbackInfo& info) {
  const char* reason = WhyStranger(IntAt(info, 0));
  if (reason == nullptr) return info.Env().Undefined();
  return Napi::String::New(info.Env(), reason);
}

// inheritanceAge(): a number that is another one when what inheritance() answers has changed.
napi_value InheritanceAge(napi_env env, napi_callback_info) {
  static std::mutex lock;  // of several JavaScript threads
  static std::vector<int32_t> last;
  static double age = 0;
  std::vector<int32_t> now = InheritanceNow();
  std::lock_guard<std::mutex> locked(lock);
  if (now != last) {
    last = std::move(now);
    age++;
  }
  return NumberOf(env, age);
}

}  // namespace desktop_fork
