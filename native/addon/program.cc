// What a program is to be, from JavaScript's options.
#include "program.h"

#include <paths.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "support.h"

namespace desktop_fork {

namespace {

// Most users have no more: one call of the kernel is enough then.
constexpr int kFewGroups = 64;

// Of `inherits`: umask, priority, three user ids, three group ids; supplementary groups follow.
constexpr size_t kUsersAt = 2, kGroupsAt = 5, kSupplementaryAt = 8;

// Pointers to the NUL-terminated strings of a block, and a null pointer.
std::vector<char*> PointersInto(std::string& block) {
  std::vector<char*> pointers;
  for (size_t start = 0; start < block.size(); start = block.find('\0', start) + 1) pointers.push_back(&block[start]);
  pointers.push_back(nullptr);
  return pointers;
}

std::string BlockOf(const Napi::Value& value) {
  std::string block;
  if (value.IsString()) {
    block = value.As<Napi::String>().Utf8Value();
  } else {
    auto octets = value.As<Napi::Uint8Array>();
    block.assign(reinterpret_cast<const char*>(octets.Data()), octets.ByteLength());
  }
  if (!block.empty() && block.back() != '\0') block.push_back('\0');
  return block;
}

const char* Variable(const std::vector<char*>& environment, const char* name) {
  size_t length = strlen(name);
  for (const char* entry : environment)
    if (entry != nullptr && strncmp(entry, name, length) == 0 && entry[length] == '=') return entry + length + 1;
  return nullptr;
}

// The files that execvp() would try, which searches the PATH of the caller and not of the program.
std::vector<std::string> CandidatesOf(const std::string& file, const char* path) {
  std::vector<std::string> candidates;
  std::string folders = path == nullptr ? "/bin:/usr/bin" : path;
  for (size_t start = 0;;) {
    size_t end = folders.find(':', start);
    std::string folder = folders.substr(start, end == std::string::npos ? end : end - start);
    candidates.push_back(folder.empty() ? file : folder + "/" + file);
    if (end == std::string::npos) return candidates;
    start = end + 1;
  }
}

template <typename T>
std::optional<T> OptionalInt(const Napi::Object& options, const char* name) {
  Napi::Value value = options.Get(name);
  if (!value.IsNumber()) return std::nullopt;
  return static_cast<T>(value.As<Napi::Number>().Int64Value());
}

// Resource, soft, hard, one after the other.
std::vector<Limit> LimitsOf(const Napi::Array& numbers) {
  auto number = [&](uint32_t i) { return numbers.Get(i).As<Napi::Number>().Int64Value(); };
  auto value = [&](uint32_t i) { return number(i) < 0 ? RLIM_INFINITY : static_cast<rlim_t>(number(i)); };
  std::vector<Limit> limits;
  for (uint32_t i = 0; i + 2 < numbers.Length(); i += 3)
    limits.push_back({static_cast<int>(number(i)), {value(i + 1), value(i + 2)}});
  return limits;
}

// As the kernel tells it in text, which takes too long to be read each time. 077 where there is no /proc: until the
// first look is over, files of other threads have too few rights rather than too many.
mode_t FirstUmask() {
  FILE* status = fopen("/proc/self/status", "re");
  if (status == nullptr) return 077;
  char line[256];
  unsigned mask = 077;
  while (fgets(line, sizeof line, status) != nullptr && sscanf(line, "Umask: %o", &mask) != 1) continue;
  fclose(status);
  return mask;
}

// There is no call that asks. This one sets what it was the last time, so it changes nothing if nothing has changed.
mode_t CurrentUmask() {
  static std::mutex lock;  // of several JavaScript threads
  static mode_t known = FirstUmask();
  std::lock_guard<std::mutex> locked(lock);
  mode_t mask = umask(known);
  if (mask != known) umask(mask);
  return known = mask;
}

}  // namespace

Credentials Credentials::Current() {
  Credentials now;
  getresuid(&now.users[0], &now.users[1], &now.users[2]);
  getresgid(&now.groups[0], &now.groups[1], &now.groups[2]);
  gid_t few[kFewGroups];
  int count = getgroups(kFewGroups, few);
  if (count >= 0) {
    now.supplementary.assign(few, few + count);
    return now;
  }
  count = getgroups(0, nullptr);
  now.supplementary.resize(count > 0 ? static_cast<size_t>(count) : 0);
  if (count > 0) getgroups(count, now.supplementary.data());
  return now;
}

bool Credentials::operator==(const Credentials& other) const {
  return memcmp(users, other.users, sizeof users) == 0 && memcmp(groups, other.groups, sizeof groups) == 0 &&
         supplementary == other.supplementary;
}

std::vector<int32_t> InheritanceNow() {
  Credentials now = Credentials::Current();
  std::vector<int32_t> numbers{static_cast<int32_t>(CurrentUmask()), getpriority(PRIO_PROCESS, 0)};
  numbers.insert(numbers.end(), std::begin(now.users), std::end(now.users));
  numbers.insert(numbers.end(), std::begin(now.groups), std::end(now.groups));
  numbers.insert(numbers.end(), now.supplementary.begin(), now.supplementary.end());
  return numbers;
}

Program::Program(const Napi::Object& options)
    : arguments_(BlockOf(options.Get("args"))),
      environment_(BlockOf(options.Get("env"))),
      argv_(PointersInto(arguments_)),
      envp_(PointersInto(environment_)),
      stdio_(IntsOf(options.Get("stdio"))),
      sources_(stdio_.size(), -1),
      session_(options.Get("session").ToBoolean()),
      uid_(OptionalInt<uid_t>(options, "uid")),
      gid_(OptionalInt<gid_t>(options, "gid")) {
  std::string file = options.Get("file").As<Napi::String>().Utf8Value();
  searched_ = file.find('/') == std::string::npos;
  candidates_ = searched_ ? CandidatesOf(file, Variable(envp_, "PATH")) : std::vector<std::string>{file};
  shell_argv_ = {const_cast<char*>(_PATH_BSHELL), nullptr};
  for (size_t i = 1; i < argv_.size(); i++) shell_argv_.push_back(argv_[i]);
  if (argv_.size() < 2) shell_argv_.push_back(nullptr);
  if (options.Get("cwd").IsString()) working_directory_ = options.Get("cwd").As<Napi::String>().Utf8Value();
  directory_ = OptionalInt<int>(options, "directory").value_or(-1);
  if (options.Get("inherits").IsTypedArray()) Inherit(options.Get("inherits"));
  if (auto priority = OptionalInt<int>(options, "priority")) {
    priority_ = priority;
    must_have_priority_ = true;
  }
  if (options.Get("limits").IsArray()) limits_ = LimitsOf(options.Get("limits").As<Napi::Array>());
}

void Program::Inherit(const Napi::Value& value) {
  auto octets = value.As<Napi::Uint8Array>();
  std::vector<int32_t> numbers(octets.ByteLength() / sizeof(int32_t));
  if (numbers.size() < kSupplementaryAt) throw SystemError(value.Env(), "spawn", EINVAL);
  memcpy(numbers.data(), octets.Data(), numbers.size() * sizeof numbers[0]);
  umask_ = static_cast<mode_t>(numbers[0]);
  priority_ = numbers[1];
  Credentials wanted;
  std::copy_n(&numbers[kUsersAt], 3, wanted.users);
  std::copy_n(&numbers[kGroupsAt], 3, wanted.groups);
  wanted.supplementary.assign(numbers.begin() + kSupplementaryAt, numbers.end());
  Credentials current = Credentials::Current();
  if (wanted == current) return;
  regroup_ = wanted.supplementary != current.supplementary;
  credentials_ = std::move(wanted);
}

}  // namespace desktop_fork
