// The table of everything that JavaScript can call. native/index.ts has the types and says who owns what.
#include <napi.h>

#include "exports.h"

namespace desktop_fork {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  const std::pair<const char*, Napi::Value (*)(const Napi::CallbackInfo&)> functions[] = {
      {"socketpair", SocketPair},
      {"blockingPair", BlockingPair},
      {"sendMessage", SendWholeMessage},
      {"sendmsg", SendMessage},
      {"recvmsg", ReceiveMessage},
      {"close", Close},
      {"ended", Ended},
      {"peek", Peek},
      {"duplicate", Duplicate},
      {"redirect", Redirect},
      {"spawn", Spawn},
      {"exec", Exec},
      {"leave", Leave},
      {"inheritance", Inheritance},
      {"environment", Environment},
      {"identifyDirectory", IdentifyDirectory},
      {"workingDirectory", WorkingDirectory},
      {"getpid", GetPid},
      {"pidfdOpen", PidfdOpen},
      {"pidfdSignal", PidfdSignal},
      {"pidfdWait", PidfdWait},
      {"setsid", SetSession},
      {"ignoreSignal", IgnoreSignal},
      {"defaultSignal", DefaultSignal},
      {"quickExit", QuickExit},
      {"giveWay", GiveWay},
      {"watchChildren", WatchChildren},
      {"reapChildren", ReapChildren},
      {"adoptChild", AdoptChild},
      {"hasGuard", HasGuard},
      {"adoptThreads", AdoptThreads},
      {"activeRequests", ActiveRequests},
      {"fork", Fork},
      {"lifeline", Lifeline},
  };
  for (const auto& [name, function] : functions) exports.Set(name, Napi::Function::New(env, function, name));
  exports.Set("Poller", DefinePoller(env));
  return exports;
}

}  // namespace desktop_fork

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return desktop_fork::Init(env, exports); }

NODE_API_MODULE(desktop_fork, Init)
