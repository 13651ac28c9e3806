// The functions of addon.cc's table, by the file that has them.
#pragma once

#include <napi.h>
#include <sys/types.h>

struct iovec;

namespace desktop_fork {

// descriptor.cc
napi_value SocketPair(napi_env env, napi_callback_info info);
napi_value BlockingPair(napi_env env, napi_callback_info info);
Napi::Value SendMessage(const Napi::CallbackInfo& info);
napi_value ReceiveMessage(napi_env env, napi_callback_info info);
napi_value Close(napi_env env, napi_callback_info info);
Napi::Value Ended(const Napi::CallbackInfo& info);
Napi::Value Peek(const Napi::CallbackInfo& info);
Napi::Value Duplicate(const Napi::CallbackInfo& info);
Napi::Value Redirect(const Napi::CallbackInfo& info);
// sendmsg() with descriptors, without waiting: -1 and errno when it fails. At most 253 descriptors.
ssize_t SendVectors(int socket, const iovec* vectors, size_t count, const int* fds, size_t descriptors);
// Whether what could not be sent can be sent later, although the socket is not full.
bool IsCongested(int error);

// message.cc
napi_value SendWholeMessage(napi_env env, napi_callback_info info);

// spawn.cc
Napi::Value Spawn(const Napi::CallbackInfo& info);
Napi::Value Exec(const Napi::CallbackInfo& info);
Napi::Value Leave(const Napi::CallbackInfo& info);
Napi::Value Inheritance(const Napi::CallbackInfo& info);
Napi::Value Environment(const Napi::CallbackInfo& info);
Napi::Value IdentifyDirectory(const Napi::CallbackInfo& info);
Napi::Value WorkingDirectory(const Napi::CallbackInfo& info);

// process.cc
Napi::Value GetPid(const Napi::CallbackInfo& info);
Napi::Value HasPidfds(const Napi::CallbackInfo& info);
Napi::Value PidfdOpen(const Napi::CallbackInfo& info);
Napi::Value PidfdSignal(const Napi::CallbackInfo& info);
Napi::Value PidfdWait(const Napi::CallbackInfo& info);
Napi::Value SetSession(const Napi::CallbackInfo& info);
Napi::Value IgnoreSignal(const Napi::CallbackInfo& info);
Napi::Value DefaultSignal(const Napi::CallbackInfo& info);
Napi::Value QuickExit(const Napi::CallbackInfo& info);
Napi::Value GiveWay(const Napi::CallbackInfo& info);
// For what a process makes: it does not give way as that does. The second is for one that shares memory with its maker,
// and is async-signal-safe.
void GiveWayNoMore();
void TakeTurns() noexcept;

// rights.cc
Napi::Value WhyStranger(const Napi::CallbackInfo& info);
napi_value InheritanceAge(napi_env env, napi_callback_info info);

// children.cc
Napi::Value WatchChildren(const Napi::CallbackInfo& info);
Napi::Value ReapChildren(const Napi::CallbackInfo& info);
Napi::Value AdoptChild(const Napi::CallbackInfo& info);
// For fork(): a new child to reap; in a child, nothing is left to reap or to watch. For pidfdWait(): it was reaped.
void AddChild(pid_t pid);
void ForgetChild(pid_t pid);
void ForgetChildren();

// fork.cc
Napi::Value HasGuard(const Napi::CallbackInfo& info);
Napi::Value AdoptThreads(const Napi::CallbackInfo& info);
Napi::Value ActiveRequests(const Napi::CallbackInfo& info);
Napi::Value Fork(const Napi::CallbackInfo& info);

// lifeline.cc
Napi::Value Lifeline(const Napi::CallbackInfo& info);
// For fork(): a child has the handler, but its template's channel is not its own.
void ForgetLifeline();
// For a process that becomes a program: no handler is left, and nothing is pending. Async-signal-safe.
void ResetLifeline() noexcept;

// terminal.cc
Napi::Value HideTerminal(const Napi::CallbackInfo& info);
Napi::Value KeepTerminal(const Napi::CallbackInfo& info);

// poller.cc
napi_value DefinePoller(napi_env env);

}  // namespace desktop_fork
