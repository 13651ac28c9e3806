/* What happens at load time, and the one advice that would make a fork of V8 impossible. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

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
}

/* V8 asks the kernel to leave its heap out of a child. A child without it dies at once. */
GUARD_EXPORT int madvise(void *address, size_t length, int advice) {
  if (advice == MADV_DONTFORK) return 0;
  return (int)syscall(SYS_madvise, address, length, advice);
}
