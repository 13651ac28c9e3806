/* Joining, detaching and leaving: of ordinary threads, of revived ones, and of those that a fork left behind. */
#include <dlfcn.h>
#include <errno.h>
#include <time.h>

#include "thread.h"

/* A thread that is to be joined or detached. */
struct found {
  struct thread *thread; /* NULL: it was not made through pthread_create, or is no thread at all */
  bool ours;             /* glibc of this process does not have it in its lists, and must not be asked */
  bool there;            /* it runs, or did: it is not one that the fork left behind for good */
};

/* The list must be locked. */
static struct found find(pthread_t handle) {
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next) {
    if (thread->handle != handle) continue;
    guard_revive(thread);
    return (struct found){thread, guard_is_inherited(thread), !guard_left_behind(thread)};
  }
  return (struct found){0};
}

/* Somebody may be reviving the very thread: only under the list is it either left behind or alive. */
static struct found find_to_join(pthread_t handle, int *error) {
  guard_lock_list();
  struct found found = find(handle);
  *error = 0;
  if (found.ours && found.thread->detached) *error = EINVAL;
  if (found.ours && found.thread == guard_self) *error = EDEADLK;
  guard_unlock_list();
  return found;
}

static bool is_alive(const struct found *found) {
  return found->there && found->thread->revived && atomic_load(&found->thread->alive) != 0;
}

static int finish(const struct found *found, void **result) {
  /* Of one that is not there nothing is left to be had: it ended with the fork. Its stack stays, with what others may
   * have pointers to. */
  if (result != NULL) *result = found->there ? found->thread->result : NULL;
  if (found->there) guard_forget(found->thread);
  return 0;
}

static int join_ours(const struct found *found, void **result, clockid_t clock, const struct timespec *deadline) {
  while (is_alive(found)) {
    _Atomic uint32_t *alive = &found->thread->alive;
    if (guard_futex_wait(alive, 1, clock, deadline, true) == -ETIMEDOUT) return ETIMEDOUT;
  }
  return finish(found, result);
}

/* What glibc has joined, its result stored, needs no record any more. */
static int joined(const struct found *found, int error) {
  if (error == 0 && found->thread != NULL) guard_forget(found->thread);
  return error;
}

GUARD_EXPORT int pthread_join(pthread_t handle, void **result) {
  static int (*next)(pthread_t, void **);
  if (next == NULL) next = (int (*)(pthread_t, void **))dlsym(RTLD_NEXT, "pthread_join");
  int error;
  struct found found = find_to_join(handle, &error);
  if (error != 0) return error;
  if (found.ours) return join_ours(&found, result, CLOCK_MONOTONIC, NULL);
  return joined(&found, next(handle, result));
}

GUARD_EXPORT int pthread_tryjoin_np(pthread_t handle, void **result) {
  static int (*next)(pthread_t, void **);
  if (next == NULL) next = (int (*)(pthread_t, void **))dlsym(RTLD_NEXT, "pthread_tryjoin_np");
  int error;
  struct found found = find_to_join(handle, &error);
  if (error != 0) return error;
  if (!found.ours) return joined(&found, next(handle, result));
  return is_alive(&found) ? EBUSY : finish(&found, result);
}

GUARD_EXPORT int pthread_clockjoin_np(pthread_t handle, void **result, clockid_t clock,
                                      const struct timespec *deadline) {
  static int (*next)(pthread_t, void **, clockid_t, const struct timespec *);
  if (next == NULL)
    next = (int (*)(pthread_t, void **, clockid_t, const struct timespec *))dlsym(RTLD_NEXT, "pthread_clockjoin_np");
  /* glibc 2.36 asks the kernel again and again. */
  if (deadline != NULL && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000)) return EINVAL;
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) return EINVAL;
  int error;
  struct found found = find_to_join(handle, &error);
  if (error != 0) return error;
  if (found.ours) return join_ours(&found, result, clock, deadline);
  return joined(&found, next(handle, result, clock, deadline));
}

GUARD_EXPORT int pthread_timedjoin_np(pthread_t handle, void **result, const struct timespec *deadline) {
  return pthread_clockjoin_np(handle, result, CLOCK_REALTIME, deadline);
}

GUARD_EXPORT int pthread_detach(pthread_t handle) {
  static int (*next)(pthread_t);
  if (next == NULL) next = (int (*)(pthread_t))dlsym(RTLD_NEXT, "pthread_detach");
  guard_lock_list();
  struct thread *thread;
  for (thread = guard_list; thread != NULL; thread = thread->next)
    if (thread->handle == handle) break;
  int error;
  if (thread == NULL || !guard_is_inherited(thread)) {
    error = next(handle); /* waits for nobody */
  } else {
    error = thread->detached ? EINVAL : 0;
  }
  if (error == 0 && thread != NULL) thread->detached = true;
  guard_unlock_list();
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
