/*
 * The fork guard's interface: what the addon may ask of the preloaded library.
 *
 * The guard is a shared library that is preloaded into a template's runtime. docs/design/fork-guard.md says
 * what it does and what it relies on.
 */
#ifndef DESKTOP_FORK_GUARD_H
#define DESKTOP_FORK_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DF_GUARD_VERSION 2u
#define DF_GUARD_SYMBOL "desktop_fork_guard"

enum df_refusal_kind {
  DF_REFUSED_BY_ERRNO = 1,  /* the fork itself failed: see `error` */
  DF_REFUSED_BUSY = 2,      /* a thread of the runtime did not come to rest in time */
  DF_REFUSED_FOREIGN = 3,   /* a thread exists that a child could not carry on */
  DF_REFUSED_UNKNOWN_C = 4, /* this C library is laid out in a way that the guard does not know */
};

struct df_refusal {
  enum df_refusal_kind kind;
  int error;
  pid_t thread;
  char thread_name[16];
  const void *code; /* where the thread's function is, if that is known */
  char module[256]; /* path of the object that `code` is in, or "" */
};

struct df_guard {
  uint32_t version;
  /* Says that the runtime's threads that exist now are those that it needs: a child gets them back. `runtime_code` are
   * addresses inside the runtime's objects (the executable, a shared libuv); the functions of its threads are there.
   * Its later threads reset themselves in a child. */
  void (*adopt)(const void *const *runtime_code, unsigned count);
  /* fork() with the runtime's parked threads carried over. Returns as fork() does; on -1 `why` says what refused.
   * Waits at most `patience_ms` for busy threads. */
  pid_t (*fork)(unsigned patience_ms, struct df_refusal *why);
};

/* The symbol to look up with dlsym(RTLD_DEFAULT, DF_GUARD_SYMBOL). */
const struct df_guard *desktop_fork_guard(void);

#ifdef __cplusplus
}
#endif
#endif
