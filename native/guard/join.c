/* Joining, detaching and leaving: of ordinary threads, of revived ones, and of those that a fork left behind. */
#include <dlfcn.h>
#include <errno.h>
#include <time.h>

#include "thread.h"

static struct thread *find(pthread_t handle) {
  struct thread *thread;
  guard_lock_list();
  for (thread = guard_list; thread != NULL; thread = thread->next)
    if (thread->handle == handle) break;
  guard_unlock_list();
  return thread;
}

/* True if glibc knows nothing of the thread's kernel thread, or takes it for alive although it is not there. */
static bool is_ours(struct thread *thread) {
  if (guard_left_behind(thread)) guard_revive(thread);
  return thread->revived || guard_left_behind(thread);
}

static int finish(struct thread *thread, void **result) {
  if (result != NULL) *result = thread->result;
  guard_forget(thread);
  return 0;
}

/* Of a thread that is_ours(). */
static int join_ours(struct thread *thread, void **result, clockid_t clock, const struct timespec *deadline) {
  if (guard_left_behind(thread)) {
    if (result != NULL) *result = NULL; /* it ended with the fork */
    return 0;
  }
  uint32_t alive;
  while ((alive = atomic_load(&thread->alive)) != 0)
    if (guard_futex_wait(&thread->alive, alive, clock, deadline, true) == -ETIMEDOUT) return ETIMEDOUT;
  return finish(thread, result);
}

/* What glibc has joined, its result stored, needs no record any more. */
static int joined(struct thread *thread, int error) {
  if (error == 0 && thread != NULL) guard_forget(thread);
  return error;
}

GUARD_EXPORT int pthread_join(pthread_t handle, void **result) {
  static int (*next)(pthread_t, void **);
  if (next == NULL) next = (int (*)(pthread_t, void **))dlsym(RTLD_NEXT, "pthread_join");
  struct thread *thread = find(handle);
  if (thread != NULL && is_ours(thread)) return join_ours(thread, result, CLOCK_MONOTONIC, NULL);
  return joined(thread, next(handle, result));
}

GUARD_EXPORT int pthread_tryjoin_np(pthread_t handle, void **result) {
  static int (*next)(pthread_t, void **);
  if (next == NULL) next = (int (*)(pthread_t, void **))dlsym(RTLD_NEXT, "pthread_tryjoin_np");
  struct thread *thread = find(handle);
  if (thread == NULL || !is_ours(thread)) return joined(thread, next(handle, result));
  if (!guard_left_behind(thread) && atomic_load(&thread->alive) != 0) return EBUSY;
  return join_ours(thread, result, CLOCK_MONOTONIC, NULL);
}

GUARD_EXPORT int pthread_clockjoin_np(pthread_t handle, void **result, clockid_t clock,
                                      const struct timespec *deadline) {
  static int (*next)(pthread_t, void **, clockid_t, const struct timespec *);
  if (next == NULL)
    next = (int (*)(pthread_t, void **, clockid_t, const struct timespec *))dlsym(RTLD_NEXT, "pthread_clockjoin_np");
  struct thread *thread = find(handle);
  if (thread != NULL && is_ours(thread)) return join_ours(thread, result, clock, deadline);
  return joined(thread, next(handle, result, clock, deadline));
}

GUARD_EXPORT int pthread_timedjoin_np(pthread_t handle, void **result, const struct timespec *deadline) {
  return pthread_clockjoin_np(handle, result, CLOCK_REALTIME, deadline);
}

GUARD_EXPORT int pthread_detach(pthread_t handle) {
  static int (*next)(pthread_t);
  if (next == NULL) next = (int (*)(pthread_t))dlsym(RTLD_NEXT, "pthread_detach");
  struct thread *thread = find(handle);
  if (thread == NULL) return next(handle);
  int error = thread->revived || guard_left_behind(thread) ? 0 : next(handle);
  if (error == 0) thread->detached = true; /* not sooner: whoever makes a thread next may free this one then */
  return error;
}

/* A revived thread never gets to the place where glibc would keep the result. */
GUARD_EXPORT void pthread_exit(void *result) {
  static void (*next)(void *);
  if (next == NULL) next = (void (*)(void *))dlsym(RTLD_NEXT, "pthread_exit");
  if (guard_self != NULL) guard_self->result = result;
  next(result);
  __builtin_unreachable();
}
