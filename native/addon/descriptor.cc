// Sockets that carry descriptors. Everything made here is close-on-exec.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "exports.h"
#include "support.h"

namespace desktop_fork {

// The kernel's SCM_MAX_FD.
constexpr size_t kMaxDescriptors = 253;
constexpr size_t kMaxVectors = 64;

static napi_value PairOf(napi_env env, int kind) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | kind, 0, ends) != 0) return FailWith(env, "socketpair", errno);
  napi_value pair;
  napi_create_array_with_length(env, 2, &pair);
  for (uint32_t i = 0; i < 2; i++) napi_set_element(env, pair, i, NumberOf(env, ends[i]));
  return pair;
}

napi_value SocketPair(napi_env env, napi_callback_info) { return PairOf(env, SOCK_NONBLOCK); }

// blockingPair(): for the streams of programs, which expect to wait.
napi_value BlockingPair(napi_env env, napi_callback_info) { return PairOf(env, 0); }

ssize_t SendVectors(int socket, const iovec* vectors, size_t count, const int* fds, size_t descriptors) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(vectors);
  message.msg_iovlen = count;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxDescriptors)];
  if (descriptors > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors);
    memset(control, 0, message.msg_controllen);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * descriptors);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * descriptors);
  }
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent;
}

// As addon.cts has it.
constexpr int kCongested = -2;

bool IsCongested(int error) { return error == ETOOMANYREFS || error == ENOBUFS || error == ENOMEM; }

// sendmsg(fd, buffers, fds): bytes sent; -1 when the socket is full; -2 when the kernel takes no more for now. The
// descriptors went with the first byte.
Napi::Value SendMessage(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto buffers = info[1].As<Napi::Array>();
  std::vector<int> fds = IntsOf(info[2]);
  if (fds.size() > kMaxDescriptors) throw SystemError(env, "sendmsg", EINVAL);

  iovec vectors[kMaxVectors];
  size_t count = std::min<size_t>(buffers.Length(), kMaxVectors);
  for (size_t i = 0; i < count; i++) {
    auto bytes = buffers.Get(static_cast<uint32_t>(i)).As<Napi::Uint8Array>();
    vectors[i] = {bytes.Data(), bytes.ByteLength()};
  }
  ssize_t sent = SendVectors(IntAt(info, 0), vectors, count, fds.data(), fds.size());
  if (sent < 0 && IsCongested(errno)) return Napi::Number::New(env, kCongested);
  if (sent < 0 && errno != EAGAIN) throw SystemError(env, "sendmsg", errno);
  return Napi::Number::New(env, static_cast<double>(sent));
}

// Takes what came with a message; false when the kernel could not hand all of it over.
static bool TakeDescriptors(msghdr& message, std::vector<Descriptor>& taken) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      taken.emplace_back(fd);
    }
  }
  return (message.msg_flags & MSG_CTRUNC) == 0;
}

// recvmsg(fd, buffer): bytes read (0 at the end, -1 when there is nothing yet), or an array of that and the descriptors
// that came along, and -1 when this process had no room for all of them.
napi_value ReceiveMessage(napi_env env, napi_callback_info info) {
  Arguments<2> arguments(env, info);
  auto [data, length] = OctetsOf(env, arguments[1]);
  iovec vector{data, length};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxDescriptors)];
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;

  ssize_t received;
  do received = recvmsg(arguments.Int(0), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (received < 0 && errno == EINTR);
  if (received < 0 && errno != EAGAIN) return FailWith(env, "recvmsg", errno);
  napi_value bytes = NumberOf(env, static_cast<double>(received));
  if (received < 0 || (message.msg_controllen == 0 && (message.msg_flags & MSG_CTRUNC) == 0)) return bytes;

  std::vector<Descriptor> taken;
  bool complete = TakeDescriptors(message, taken);
  napi_value result;
  napi_create_array_with_length(env, taken.size() + 1, &result);
  uint32_t count = 0;
  napi_set_element(env, result, count++, bytes);
  for (Descriptor& descriptor : taken) napi_set_element(env, result, count++, NumberOf(env, descriptor.release()));
  if (!complete) napi_set_element(env, result, count, NumberOf(env, -1));
  return result;
}

napi_value Close(napi_env env, napi_callback_info info) {
  // On Linux the descriptor is gone whatever close() answers.
  close(Arguments<1>(env, info).Int(0));
  return nullptr;
}

// ended(fd): whether everything was read from the socket, and nothing more can come.
Napi::Value Ended(const Napi::CallbackInfo& info) {
  char octet;
  return Napi::Boolean::New(info.Env(), recv(IntAt(info, 0), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0);
}

// peek(fd, buffer): as recvmsg(), but what is there stays there, and descriptors are not looked at.
Napi::Value Peek(const Napi::CallbackInfo& info) {
  auto buffer = info[1].As<Napi::Uint8Array>();
  ssize_t received;
  do received = recv(IntAt(info, 0), buffer.Data(), buffer.ByteLength(), MSG_PEEK | MSG_DONTWAIT);
  while (received < 0 && errno == EINTR);
  if (received < 0 && errno != EAGAIN) throw SystemError(info.Env(), "recv", errno);
  return Napi::Number::New(info.Env(), static_cast<double>(received));
}

// duplicate(fd, atLeast): a close-on-exec copy, numbered `atLeast` or above.
Napi::Value Duplicate(const Napi::CallbackInfo& info) {
  int copy = fcntl(IntAt(info, 0), F_DUPFD_CLOEXEC, IntAt(info, 1));
  if (copy < 0) throw SystemError(info.Env(), "fcntl", errno);
  return Napi::Number::New(info.Env(), copy);
}

// redirect(from, to): `to` becomes a copy of `from` that programs inherit. Both stay the caller's.
Napi::Value Redirect(const Napi::CallbackInfo& info) {
  if (dup2(IntAt(info, 0), IntAt(info, 1)) < 0) throw SystemError(info.Env(), "dup2", errno);
  return info.Env().Undefined();
}

}  // namespace desktop_fork
