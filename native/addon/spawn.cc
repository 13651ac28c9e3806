// Starting programs: as children, or in this process's own place.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "exports.h"
#include "program.h"
#include "support.h"

extern char** environ;

namespace desktop_fork {

namespace {

// Memory that a child has in common with its parent even when it has its own copy of the rest: its stack, and its
// errno.
class Shared {
 public:
  Shared()
      : memory_(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() {
    if (*this) munmap(memory_, kBytes);
  }

  explicit operator bool() const { return memory_ != MAP_FAILED; }
  volatile int& error() { return *static_cast<volatile int*>(memory_); }
  void* stack_top() { return static_cast<char*>(memory_) + kBytes; }

 private:
  static constexpr size_t kBytes = 64 * 1024;
  void* memory_;
};

struct Birth {
  Program& program;
  Shared& shared;
};

int BeBorn(void* argument) {
  auto* birth = static_cast<Birth*>(argument);
  birth->shared.error() = birth->program.Become();
  _exit(127);
}

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

// spawn(options): [pid, pidfd] of a child that runs the program. The caller's thread sleeps until the exec is done; the
// child borrows this process's memory meanwhile, so that the size of it does not matter. Throws the errno of what
// failed.
Napi::Value Spawn(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Program program(info[0].As<Napi::Object>());
  Shared shared;
  if (!shared) throw SystemError(env, "mmap", errno);
  Birth birth{program, shared};
  int pidfd = -1;
  // A process of other rights must not see this one's memory, not even for a moment.
  int memory = program.ChangesUser() ? 0 : CLONE_VM;
  pid_t pid;
  int error;
  {
    SignalsBlocked blocked;
    pid = clone(BeBorn, shared.stack_top(), memory | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &birth, &pidfd);
    error = errno;
  }
  if (pid < 0) throw SystemError(env, "spawn", error);
  Descriptor owned(pidfd);
  if (shared.error() != 0) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
    throw SystemError(env, "spawn", shared.error());
  }
  auto result = Napi::Array::New(env, 2);
  result.Set(0u, pid);
  result.Set(1u, owned.release());
  return result;
}

// exec(options): this process becomes the program. Returns only the errno of what failed, and the process is good for
// nothing then but to report it and leave.
Napi::Value Exec(const Napi::CallbackInfo& info) {
  Program program(info[0].As<Napi::Object>());
  SignalsBlocked blocked;
  return Napi::Number::New(info.Env(), program.Become());
}

Napi::Value Leave(const Napi::CallbackInfo& info) { _exit(IntAt(info, 0)); }

// inheritance(): what a program has from this process besides environment and directory, as spawn() takes it.
Napi::Value Inheritance(const Napi::CallbackInfo& info) {
  std::vector<int32_t> numbers = InheritanceNow();
  auto* octets = reinterpret_cast<const uint8_t*>(numbers.data());
  return Napi::Buffer<uint8_t>::Copy(info.Env(), octets, numbers.size() * sizeof numbers[0]);
}

// environment(): this process's, as NUL-terminated octets.
Napi::Value Environment(const Napi::CallbackInfo& info) {
  size_t bytes = 0;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; entry++) bytes += strlen(*entry) + 1;
  auto block = Napi::Buffer<char>::New(info.Env(), bytes);
  char* end = block.Data();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; entry++) end = stpcpy(end, *entry) + 1;
  return block;
}

namespace {

// What tells one directory from every other that somebody has open.
struct DirectoryIdentity {
  uint64_t mount = 0, inode = 0;
  uint32_t device_major = 0, device_minor = 0;

  // Of the working directory. False: the kernel can't tell (before Linux 5.8).
  bool Read() {
#ifdef STATX_MNT_ID
    constexpr unsigned kMask = STATX_INO | STATX_MNT_ID;
    struct statx now;
    if (statx(AT_FDCWD, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, kMask, &now) != 0) return false;
    if ((now.stx_mask & kMask) != kMask) return false;
    *this = {now.stx_mnt_id, now.stx_ino, now.stx_dev_major, now.stx_dev_minor};
    return true;
#else
    return false;
#endif
  }
};

}  // namespace

// identifyDirectory(): what workingDirectory() knows it by; undefined when the kernel can't tell.
Napi::Value IdentifyDirectory(const Napi::CallbackInfo& info) {
  DirectoryIdentity now;
  if (!now.Read()) return info.Env().Undefined();
  return Napi::Buffer<uint8_t>::Copy(info.Env(), reinterpret_cast<const uint8_t*>(&now), sizeof now);
}

// workingDirectory(known?): a descriptor of it, which names it whatever becomes of its path; -1 when it is the known
// one.
Napi::Value WorkingDirectory(const Napi::CallbackInfo& info) {
  if (info[0].IsTypedArray()) {
    auto known = info[0].As<Napi::Uint8Array>();
    DirectoryIdentity now;
    if (known.ByteLength() == sizeof now && now.Read() && memcmp(known.Data(), &now, sizeof now) == 0)
      return Napi::Number::New(info.Env(), -1);
  }
  int directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) throw SystemError(info.Env(), "open", errno);
  return Napi::Number::New(info.Env(), directory);
}

}  // namespace desktop_fork
