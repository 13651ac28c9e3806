// The table of everything that JavaScript can call. native/addon/addon.cts has the types and says who owns what.
#include <napi.h>

#include "exports.h"

namespace desktop_fork {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  const std::pair<const char*, Napi::Value (*)(const Napi::CallbackInfo&)> functions[] = {
      {"sendmsg", SendMessage},
      {"ended", Ended},
      {"peek", Peek},
      {"duplicate", Duplicate},
      {"redirect", Redirect},
      {"spawn", Spawn},
      {"exec", Exec},
      {"leave", Leave},
      {"inheritance", Inheritance},
      {"whyStranger", WhyStranger},
      {"environment", Environment},
      {"identifyDirectory", IdentifyDirectory},
      {"workingDirectory", WorkingDirectory},
      {"getpid", GetPid},
      {"hasPidfds", HasPidfds},
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
      {"keepTerminal", KeepTerminal},
      {"hideTerminal", HideTerminal},
  };
  for (const auto& [name, function] : functions) exports.Set(name, Napi::Function::New(env, function, name));
  // Those that a start calls.
  const std::pair<const char*, napi_callback> bare[] = {
      {"socketpair", SocketPair},
      {"blockingPair", BlockingPair},
      {"sendMessage", SendWholeMessage},
      {"recvmsg", ReceiveMessage},
      {"close", Close},
      {"inheritanceAge", InheritanceAge},
  };
  for (const auto& [name, function] : bare) {
    napi_value made;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &made) == napi_ok) exports.Set(name, made);
  }
  exports.Set("Poller", DefinePoller(env));
  return exports;
}

}  // namespace desktop_fork

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return desktop_fork::Init(env, exports); }

NODE_API_MODULE(desktop_fork, Init)
