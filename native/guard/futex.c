#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread.h"

long guard_futex_wait(_Atomic uint32_t *word, uint32_t expected, clockid_t clock, const struct timespec *deadline,
                      bool shared) {
  if (deadline != NULL && deadline->tv_sec < 0) return -ETIMEDOUT; /* long ago; the kernel takes it for an error */
  int operation = FUTEX_WAIT_BITSET;
  if (!shared) operation |= FUTEX_PRIVATE_FLAG;
  if (clock == CLOCK_REALTIME) operation |= FUTEX_CLOCK_REALTIME;
  int before = errno;
  long result = syscall(SYS_futex, word, operation, expected, deadline, NULL, FUTEX_BITSET_MATCH_ANY);
  if (result != 0) {
    result = -errno;
    errno = before;
  }
  return result;
}

void guard_futex_wake(_Atomic uint32_t *word, int count, bool shared) {
  int before = errno;
  syscall(SYS_futex, word, shared ? FUTEX_WAKE : FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL, NULL, 0);
  errno = before;
}

bool guard_futex_holds(_Atomic uint32_t *word, uint32_t expected, bool shared) {
  int before = errno;
  /* Moves nobody, but compares, and survives a word that has been unmapped. */
  const unsigned long nobody = 0;
  long result = syscall(SYS_futex, word, shared ? FUTEX_CMP_REQUEUE : FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 0, nobody,
                        word, expected);
  errno = before;
  return result == 0;
}
