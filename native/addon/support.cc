#include "support.h"

#include <uv.h>

#include <cstring>

namespace desktop_fork {

Napi::Error SystemError(Napi::Env env, const char* syscall, int error) {
  std::string code = uv_err_name(-error);
  Napi::Error thrown = Napi::Error::New(env, std::string(syscall) + ": " + code + ", " + uv_strerror(-error));
  thrown.Set("code", Napi::String::New(env, code));
  thrown.Set("errno", Napi::Number::New(env, -error));
  thrown.Set("syscall", Napi::String::New(env, syscall));
  return thrown;
}

int IntAt(const Napi::CallbackInfo& info, size_t index) { return info[index].As<Napi::Number>().Int32Value(); }

std::vector<int> IntsOf(const Napi::Value& value) {
  auto array = value.As<Napi::Array>();
  std::vector<int> ints;
  ints.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) ints.push_back(array.Get(i).As<Napi::Number>().Int32Value());
  return ints;
}

std::vector<std::string> StringsOf(const Napi::Value& value) {
  auto array = value.As<Napi::Array>();
  std::vector<std::string> strings;
  strings.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) strings.push_back(array.Get(i).As<Napi::String>().Utf8Value());
  return strings;
}

napi_value NumberOf(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

std::pair<void*, size_t> OctetsOf(napi_env env, napi_value value) {
  void* data = nullptr;
  size_t length = 0;
  napi_get_typedarray_info(env, value, nullptr, &length, &data, nullptr, nullptr);
  return {data, length};
}

napi_value FailWith(napi_env env, const char* syscall, int error) {
  try {
    SystemError(env, syscall, error).ThrowAsJavaScriptException();
  } catch (const Napi::Error& other) {
    other.ThrowAsJavaScriptException();
  }
  return nullptr;
}

uv_loop_s* LoopOf(Napi::Env env) {
  uv_loop_s* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) throw Napi::Error::New(env, "this runtime has no libuv loop");
  return loop;
}

void CallFromLoop(napi_env env, napi_value callback, size_t count, const napi_value* arguments) {
  napi_value global, result, thrown;
  napi_get_global(env, &global);
  napi_status status = napi_make_callback(env, nullptr, global, callback, count, arguments, &result);
  if (status != napi_pending_exception) return;
  // A thread that is being terminated has nothing pending that could be told.
  if (napi_get_and_clear_last_exception(env, &thrown) == napi_ok) napi_fatal_exception(env, thrown);
}

}  // namespace desktop_fork
