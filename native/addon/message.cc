// One message of the channel (PROTOCOL.md), written and sent in one call: what a start costs the process that asks for
// it is little more than this.
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "exports.h"
#include "program.h"
#include "support.h"

extern char** environ;

namespace desktop_fork {

namespace {

constexpr size_t kHeaderBytes = 12, kValueHeaderBytes = 5;
// Longer ones are sent in pieces, by JavaScript.
constexpr size_t kMaxBytes = 16 * 1024;
constexpr size_t kMaxDescriptors = 8;
enum Kind : uint8_t { kString, kOctets };
// In the place of a value: what this process's programs have from it. native/addon/addon.cts has the same numbers.
enum Gathered { kEnvironment, kInheritance };

class Message {
 public:
  Message(uint8_t type, uint32_t id, size_t descriptors) {
    memset(bytes_, 0, kHeaderBytes);
    bytes_[4] = static_cast<char>(type);
    bytes_[5] = static_cast<char>(descriptors);
    memcpy(bytes_ + 8, &id, sizeof id);
  }

  // False: it does not fit.
  bool Add(napi_env env, napi_value value) {
    napi_valuetype type;
    napi_typeof(env, value, &type);
    if (type == napi_string) return AddString(env, value);
    if (type == napi_number) {
      int what = 0;
      napi_get_value_int32(env, value, &what);
      return AddGathered(what);
    }
    auto [data, length] = OctetsOf(env, value);
    return AddOctets(data, length);
  }

  void Finish() {
    auto length = static_cast<uint32_t>(size_ - kHeaderBytes);
    memcpy(bytes_, &length, sizeof length);
  }

  size_t size() const { return size_; }

  ssize_t SendTo(int socket, const int* fds, size_t descriptors) {
    if (descriptors > 0) {
      iovec vector{bytes_, size_};
      return SendVectors(socket, &vector, 1, fds, descriptors);
    }
    ssize_t sent;
    do sent = send(socket, bytes_, size_, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent;
  }

 private:
  char* Room() { return bytes_ + size_ + kValueHeaderBytes; }
  size_t RoomLeft() const { return size_ + kValueHeaderBytes < kMaxBytes ? kMaxBytes - size_ - kValueHeaderBytes : 0; }

  bool AddString(napi_env env, napi_value value) {
    constexpr size_t kLongestCharacter = 4;
    size_t room = RoomLeft(), written = 0;
    if (room == 0 || napi_get_value_string_utf8(env, value, Room(), room, &written) != napi_ok) return false;
    // As much as there was room for: perhaps not all.
    if (written + kLongestCharacter >= room) return false;
    Close(kString, written);
    return true;
  }

  // Not even an empty value fits without its header.
  bool IsFull() const { return size_ + kValueHeaderBytes > kMaxBytes; }

  bool AddOctets(const void* octets, size_t length) {
    if (IsFull() || length > RoomLeft()) return false;
    if (length > 0) memcpy(Room(), octets, length);
    Close(kOctets, length);
    return true;
  }

  bool AddGathered(int what) {
    if (what == kEnvironment) return AddEnvironment();
    std::vector<int32_t> numbers = InheritanceNow();
    return AddOctets(numbers.data(), numbers.size() * sizeof numbers[0]);
  }

  bool AddEnvironment() {
    if (IsFull()) return false;
    size_t room = RoomLeft(), used = 0;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; entry++) {
      size_t bytes = strlen(*entry) + 1;
      if (used + bytes > room) return false;
      memcpy(Room() + used, *entry, bytes);
      used += bytes;
    }
    Close(kOctets, used);
    return true;
  }

  void Close(Kind kind, size_t length) {
    auto count = static_cast<uint32_t>(length);
    bytes_[size_] = static_cast<char>(kind);
    memcpy(bytes_ + size_ + 1, &count, sizeof count);
    size_ += kValueHeaderBytes + length;
  }

  char bytes_[kMaxBytes];
  size_t size_ = kHeaderBytes;
};

}  // namespace

// sendMessage(fd, type, id, values, fds): how many bytes of the message are left to be sent, mostly 0; -1 when it is
// too long for this. Once any byte has gone, the descriptors are closed. Throws the errno of what failed.
napi_value SendWholeMessage(napi_env env, napi_callback_info info) {
  Arguments<5> arguments(env, info);
  uint32_t id = 0, values = 0, descriptors = 0;
  napi_get_value_uint32(env, arguments[2], &id);
  napi_get_array_length(env, arguments[3], &values);
  napi_get_array_length(env, arguments[4], &descriptors);
  if (descriptors > kMaxDescriptors) return NumberOf(env, -1);

  Message message(static_cast<uint8_t>(arguments.Int(1)), id, descriptors);
  napi_value item;
  for (uint32_t i = 0; i < values; i++)
    if (napi_get_element(env, arguments[3], i, &item) != napi_ok || !message.Add(env, item)) return NumberOf(env, -1);
  message.Finish();

  int fds[kMaxDescriptors];
  for (uint32_t i = 0; i < descriptors; i++) {
    napi_get_element(env, arguments[4], i, &item);
    napi_get_value_int32(env, item, &fds[i]);
  }
  ssize_t sent = message.SendTo(arguments.Int(0), fds, descriptors);
  if (sent < 0 && errno != EAGAIN && !IsCongested(errno)) return FailWith(env, "sendmsg", errno);
  if (sent > 0)
    for (uint32_t i = 0; i < descriptors; i++) close(fds[i]);
  return NumberOf(env, static_cast<double>(message.size() - (sent < 0 ? 0 : static_cast<size_t>(sent))));
}

}  // namespace desktop_fork
