/*
 * Condition variables that survive a fork.
 *
 * glibc's keep count of their waiters in two groups; a child inherits the counts but not the waiters, and then waits
 * for them for ever. These hold one sequence number and no count, so there is nothing that a fork could falsify. Every
 * wake-up that POSIX does not ask for counts as spurious, which callers must allow for anyway.
 *
 * A waiter does not touch the variable once it has been woken: it may be destroyed by then.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "thread.h"

struct condition {
  _Atomic uint32_t sequence;
  uint32_t clock; /* a clockid_t; PTHREAD_COND_INITIALIZER's zero is CLOCK_REALTIME, as it should be */
  uint32_t shared;
};
_Static_assert(sizeof(struct condition) <= sizeof(pthread_cond_t), "a condition must fit where glibc's did");
_Static_assert(CLOCK_REALTIME == 0, "the static initialiser means the real-time clock");

static struct condition *condition_of(pthread_cond_t *variable) { return (struct condition *)variable; }

GUARD_EXPORT int pthread_cond_init(pthread_cond_t *variable, const pthread_condattr_t *attributes) {
  struct condition *condition = condition_of(variable);
  clockid_t clock = CLOCK_REALTIME;
  int shared = PTHREAD_PROCESS_PRIVATE;
  if (attributes != NULL) {
    pthread_condattr_getclock(attributes, &clock);
    pthread_condattr_getpshared(attributes, &shared);
  }
  memset(variable, 0, sizeof *variable);
  condition->clock = (uint32_t)clock;
  condition->shared = shared == PTHREAD_PROCESS_SHARED;
  return 0;
}

GUARD_EXPORT int pthread_cond_destroy(pthread_cond_t *variable) {
  (void)variable;
  return 0;
}

static int condition_wake(pthread_cond_t *variable, int count) {
  struct condition *condition = condition_of(variable);
  atomic_fetch_add(&condition->sequence, 1);
  guard_futex_wake(&condition->sequence, count, condition->shared);
  if (atomic_load(&guard_unrevived) > 0) guard_revive_waiters(variable, count > 1);
  return 0;
}

/* The sequence number is what a waiter sleeps on, wherever in the condition it stands. */
_Static_assert(offsetof(struct condition, sequence) == 0,
               "rest.c takes a condition's address for its sequence number's");

GUARD_EXPORT int pthread_cond_signal(pthread_cond_t *variable) { return condition_wake(variable, 1); }

GUARD_EXPORT int pthread_cond_broadcast(pthread_cond_t *variable) { return condition_wake(variable, INT_MAX); }

static int condition_wait(pthread_cond_t *variable, pthread_mutex_t *mutex, clockid_t clock,
                          const struct timespec *deadline) {
  struct condition *condition = condition_of(variable);
  bool shared = condition->shared;
  if (deadline != NULL && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000)) return EINVAL;
  uint32_t sequence = atomic_load(&condition->sequence);

  struct thread *self = guard_self;
  if (self != NULL) {
    self->condition = variable;
    self->sequence = sequence;
    self->shared = shared;
    self->mutex = mutex;
    if (self->name[0] == '\0') prctl(PR_GET_NAME, self->name);
    getcontext(&self->context);
    self = guard_self; /* entered a second time, in a child: nothing that a register held is to be trusted */
    if (self->resumed) {
      self->resumed = false;
      return pthread_mutex_lock(self->mutex);
    }
  }

  int error = pthread_mutex_unlock(mutex);
  if (error != 0) return error;
  guard_rest(self, deadline == NULL ? REST_CONDITION : REST_CONDITION_TIMED);
  long waited = guard_futex_wait(&condition->sequence, sequence, clock, deadline, shared);
  guard_wake(self);
  error = pthread_mutex_lock(mutex);
  if (error != 0) return error;
  return waited == -ETIMEDOUT ? ETIMEDOUT : 0;
}

GUARD_EXPORT int pthread_cond_wait(pthread_cond_t *variable, pthread_mutex_t *mutex) {
  return condition_wait(variable, mutex, CLOCK_MONOTONIC, NULL);
}

GUARD_EXPORT int pthread_cond_timedwait(pthread_cond_t *variable, pthread_mutex_t *mutex,
                                        const struct timespec *deadline) {
  return condition_wait(variable, mutex, (clockid_t)condition_of(variable)->clock, deadline);
}

GUARD_EXPORT int pthread_cond_clockwait(pthread_cond_t *variable, pthread_mutex_t *mutex, clockid_t clock,
                                        const struct timespec *deadline) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) return EINVAL;
  return condition_wait(variable, mutex, clock, deadline);
}
