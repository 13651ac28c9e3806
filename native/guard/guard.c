/* What happens at load time, and the two system calls that a runtime which is to be forked must not make. */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"
#include "thread.h"

/* Takes this library out of LD_PRELOAD, so that no program that the template starts inherits it. */
static void leave_no_trace(void) {
  Dl_info self;
  char *preload = getenv("LD_PRELOAD");
  if (preload == NULL || dladdr((void *)&guard_tid_offset, &self) == 0) return;
  char *kept = strdup(preload), *end = kept, *rest = preload;
  if (kept == NULL) return;
  for (char *entry; (entry = strsep(&rest, ": ")) != NULL;) {
    if (*entry == '\0' || strcmp(entry, self.dli_fname) == 0) continue;
    if (end != kept) *end++ = ':';
    end = stpcpy(end, entry);
  }
  if (end == kept)
    unsetenv("LD_PRELOAD");
  else
    setenv("LD_PRELOAD", kept, 1);
  free(kept);
}

__attribute__((constructor)) static void load(void) {
  leave_no_trace();
  guard_find_tid_offset();
  const void *runtime_code = dlsym(RTLD_DEFAULT, "napi_create_function");
  guard_set_runtime(&runtime_code, 1);
  guard_prepare_forks();
  guard_place_heap();
}

static long answer(long result) {
  if (result >= 0 || result < -MAX_ERRNO) return result;
  errno = (int)-result;
  return -1;
}

/* V8 asks the kernel to leave its heap out of a child. A child without it dies at once. */
GUARD_EXPORT int madvise(void *address, size_t length, int advice) {
  if (advice == MADV_DONTFORK) return 0;
  return (int)answer(guard_call_kernel(SYS_madvise, (long)address, (long)length, advice, 0, 0, 0));
}

/*
 * libuv adds descriptors to epoll by way of an io_uring where there is one, and a fork shares the memory of the ring.
 * The event loop of JavaScript gets another one in a child, but that of Node's tracing agent doesn't, and each child
 * turns it once at its exit: two of them at the same time wrote to one ring, and libuv ended both (SIGABRT, Node 22 and
 * later). Without a ring libuv asks epoll itself.
 */
GUARD_EXPORT long syscall(long number, ...) {
  if (number == SYS_io_uring_setup) {
    errno = ENOSYS;
    return -1;
  }
  va_list list;
  va_start(list, number);
  long arguments[6];
  for (int i = 0; i < 6; i++) arguments[i] = va_arg(list, long);
  va_end(list);
  return answer(
      guard_call_kernel(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]));
}
