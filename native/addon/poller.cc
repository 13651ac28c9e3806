// uv_poll for JavaScript: says when a descriptor is readable or writable. It never owns the descriptor, except when the
// thread of JavaScript ends: then nobody else is left to close it.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <thread>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

namespace {

class Poller : public Napi::ObjectWrap<Poller> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Poller",
                       {
                           InstanceMethod<&Poller::Start>("start"),
                           InstanceMethod<&Poller::Stop>("stop"),
                           InstanceMethod<&Poller::Shut>("close"),
                           InstanceMethod<&Poller::Ref>("ref"),
                           InstanceMethod<&Poller::Unref>("unref"),
                       });
  }

  // new Poller(fd, callback, child?): callback(events), events a mask of 1 (readable) and 2 (writable). `child`: fd is
  // the pidfd of a child that has to be reaped when this thread of JavaScript ends.
  explicit Poller(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Poller>(info) {
    auto handle = new Handle;
    int error = uv_poll_init(LoopOf(info.Env()), &handle->poll, IntAt(info, 0));
    if (error != 0) {
      delete handle;
      throw SystemError(info.Env(), "epoll_ctl", -error);
    }
    handle->callback = Napi::Persistent(info[1].As<Napi::Function>());
    handle->poll.data = handle;
    napi_add_async_cleanup_hook(
        info.Env(), [](napi_async_cleanup_hook_handle, void* data) { CloseAtTheEnd(static_cast<Handle*>(data)); },
        handle, &handle->hook);
    handle->fd = IntAt(info, 0);
    handle->child = info[2].ToBoolean();
    handle_ = handle;
    handle->owner = this;
  }

  ~Poller() override {
    if (handle_ != nullptr) CloseHandle(handle_);
  }

 private:
  struct Handle {
    uv_poll_t poll;
    Napi::FunctionReference callback;
    napi_async_cleanup_hook_handle hook = nullptr;
    Poller* owner = nullptr;
    int fd = -1;
    bool child = false;
    bool last = false;
  };

  static void CloseAtTheEnd(Handle* handle) {
    handle->last = uv_is_closing(reinterpret_cast<uv_handle_t*>(&handle->poll)) == 0;
    CloseHandle(handle);
  }

  // A child whose channel has just been closed ends soon, but nobody here will ask for it any more.
  static void LetGo(int fd, bool child) {
    if (!child) {
      close(fd);
      return;
    }
    std::thread([fd] {
      // libuv has made it non-blocking.
      pollfd ended{fd, POLLIN, 0};
      while (poll(&ended, 1, -1) < 0 && errno == EINTR) continue;
      siginfo_t status{};
      waitid(static_cast<idtype_t>(kWaitPidfd), static_cast<id_t>(fd), &status, WEXITED);
      close(fd);
    }).detach();
  }

  static void CloseHandle(Handle* handle) {
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&handle->poll)) != 0) return;
    if (handle->owner != nullptr) handle->owner->handle_ = nullptr;
    handle->owner = nullptr;
    handle->callback.Reset();
    uv_close(reinterpret_cast<uv_handle_t*>(&handle->poll), [](uv_handle_t* closed) {
      auto* done = static_cast<Handle*>(closed->data);
      napi_remove_async_cleanup_hook(done->hook);
      if (done->last) LetGo(done->fd, done->child);
      delete done;
    });
  }

  static void OnEvents(uv_poll_t* poll, int status, int events) {
    auto* handle = static_cast<Handle*>(poll->data);
    if (handle->callback.IsEmpty()) return;
    Napi::Env env = handle->callback.Env();
    Napi::HandleScope scope(env);
    // An error shows in the read or write that follows.
    CallFromLoop(handle->callback, {Napi::Number::New(env, status < 0 ? UV_READABLE : events)});
  }

  Napi::Value Start(const Napi::CallbackInfo& info) {
    if (handle_ == nullptr) return info.Env().Undefined();
    int error = uv_poll_start(&handle_->poll, IntAt(info, 0), OnEvents);
    if (error != 0) throw SystemError(info.Env(), "epoll_ctl", -error);
    return info.Env().Undefined();
  }

  Napi::Value Stop(const Napi::CallbackInfo& info) {
    if (handle_ != nullptr) uv_poll_stop(&handle_->poll);
    return info.Env().Undefined();
  }

  Napi::Value Shut(const Napi::CallbackInfo& info) {
    if (handle_ != nullptr) CloseHandle(handle_);
    return info.Env().Undefined();
  }

  Napi::Value Ref(const Napi::CallbackInfo& info) {
    if (handle_ != nullptr) uv_ref(reinterpret_cast<uv_handle_t*>(&handle_->poll));
    return info.Env().Undefined();
  }

  Napi::Value Unref(const Napi::CallbackInfo& info) {
    if (handle_ != nullptr) uv_unref(reinterpret_cast<uv_handle_t*>(&handle_->poll));
    return info.Env().Undefined();
  }

  Handle* handle_ = nullptr;
};

}  // namespace

Napi::Function DefinePoller(Napi::Env env) { return Poller::Define(env); }

}  // namespace desktop_fork
