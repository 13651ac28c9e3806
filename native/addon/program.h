// A program that a process is to become, with everything made ready that must not be done between vfork() and exec.
#pragma once

#include <napi.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace desktop_fork {

// Who a process is to the kernel: real, effective and saved ids, and supplementary groups.
struct Credentials {
  uid_t users[3];
  gid_t groups[3];
  std::vector<gid_t> supplementary;

  static Credentials Current();
  bool operator==(const Credentials& other) const;
};

// Umask, priority, and credentials of this process, as the option `inherits` has them.
std::vector<int32_t> InheritanceNow();

struct Limit {
  int resource;
  rlimit values;
};

class Program {
 public:
  explicit Program(const Napi::Object& options);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Turns this process into the program, or answers the errno of what failed: the process is of no use then, except to
  // say so. Async-signal-safe; allocates nothing. Every signal must be blocked.
  int Become() noexcept;

  // Whether Become() changes users: then it must not share memory with a process that has other rights.
  bool ChangesUser() const { return uid_ || gid_ || credentials_; }

 private:
  void Inherit(const Napi::Value& octets);
  void ResetSignals() noexcept;
  int PlaceDescriptors() noexcept;
  int ChangeDirectory() noexcept;
  int SetResources() noexcept;
  int ChangeUser() noexcept;
  int Execute() noexcept;

  std::string arguments_, environment_, working_directory_;
  std::vector<char*> argv_, envp_, shell_argv_;
  std::vector<std::string> candidates_;
  bool searched_ = false;
  std::vector<int> stdio_, sources_;
  int directory_ = -1;
  bool session_ = false;
  std::optional<uid_t> uid_;
  std::optional<gid_t> gid_;
  std::optional<mode_t> umask_;
  std::optional<int> priority_;
  bool must_have_priority_ = false;
  std::vector<Limit> limits_;
  std::optional<Credentials> credentials_;
  bool regroup_ = false;
};

}  // namespace desktop_fork
