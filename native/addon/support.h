// What every file of the addon needs: descriptors that close themselves, and errors as Node's own code makes them.
#pragma once

#include <napi.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

namespace desktop_fork {

// waitid()'s idtype for a pidfd; older headers lack the name.
constexpr int kWaitPidfd = 3;

// Owns a descriptor. Move it to hand it on; release() when JavaScript takes it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// An Error with `code`, `errno` (negative) and `syscall`, as Node's have.
Napi::Error SystemError(Napi::Env env, const char* syscall, int error);

int IntAt(const Napi::CallbackInfo& info, size_t index);
std::vector<int> IntsOf(const Napi::Value& value);
std::vector<std::string> StringsOf(const Napi::Value& value);

uv_loop_s* LoopOf(Napi::Env env);

// Calls from the event loop. What the callback throws is an uncaught exception, as from any other event.
void CallFromLoop(const Napi::FunctionReference& callback, const std::vector<napi_value>& arguments);

}  // namespace desktop_fork
