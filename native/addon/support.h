// What every file of the addon needs: descriptors that close themselves, and errors as Node's own code makes them.
#pragma once

#include <napi.h>
#include <unistd.h>

#include <cstddef>
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

// The arguments of a function of the bare Node-API. What a start calls is written that way: after a rest each call by
// way of node-addon-api takes 5 to 15 µs longer, which is memory that nobody else needs.
template <size_t count>
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t given = count;
    napi_get_cb_info(env, info, &given, values_, &receiver_, nullptr);
  }

  napi_value operator[](size_t index) const { return values_[index]; }
  napi_value receiver() const { return receiver_; }

  // -1 when it is none: no descriptor.
  int Int(size_t index) const {
    int value = -1;
    napi_get_value_int32(env_, values_[index], &value);
    return value;
  }

 private:
  napi_env env_;
  napi_value receiver_ = nullptr;
  napi_value values_[count];
};

napi_value NumberOf(napi_env env, double number);
// The octets of a Buffer, or another Uint8Array.
std::pair<void*, size_t> OctetsOf(napi_env env, napi_value value);
// Throws a SystemError from a function of the bare Node-API, which returns this.
napi_value FailWith(napi_env env, const char* syscall, int error);

uv_loop_s* LoopOf(Napi::Env env);

// Calls from the event loop. What the callback throws is an uncaught exception, as from any other event.
void CallFromLoop(napi_env env, napi_value callback, size_t count, const napi_value* arguments);

}  // namespace desktop_fork
