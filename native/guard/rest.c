/* Resting and freezing: how a fork is sure that no thread is half-way through something. */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>

#include "thread.h"

/* Goes up whenever a thread comes to rest while somebody waits for that. */
static _Atomic uint32_t rests;
static _Atomic uint32_t rest_watchers;

void guard_announce_rest(void) {
  if (atomic_load(&rest_watchers) == 0) return;
  atomic_fetch_add(&rests, 1);
  guard_futex_wake(&rests, INT_MAX, false);
}

void guard_watch_rests(void) { atomic_fetch_add(&rest_watchers, 1); }

void guard_unwatch_rests(void) { atomic_fetch_sub(&rest_watchers, 1); }

uint32_t guard_count_rests(void) { return atomic_load(&rests); }

void guard_await_rest(uint32_t seen, const struct timespec *deadline) {
  guard_futex_wait(&rests, seen, CLOCK_MONOTONIC, deadline, false);
}

void guard_rest(struct thread *self, enum thread_rest rest) {
  if (self == NULL) return;
  self->rest = rest;
  atomic_store(&self->state, THREAD_RESTING);
  guard_announce_rest();
}

void guard_wake(struct thread *self) {
  if (self == NULL) return;
  for (;;) {
    uint32_t state = THREAD_RESTING;
    if (atomic_compare_exchange_strong(&self->state, &state, THREAD_RUNNING)) return;
    if (state == THREAD_FROZEN && !atomic_compare_exchange_strong(&self->state, &state, THREAD_FROZEN_AWAKE)) continue;
    guard_futex_wait(&self->state, THREAD_FROZEN_AWAKE, CLOCK_MONOTONIC, NULL, false);
  }
}

bool guard_freeze(struct thread *thread) {
  /* First: whoever sees it frozen with an older generation takes it for left behind. */
  thread->generation = atomic_load(&guard_generation);
  uint32_t state = THREAD_RESTING;
  return atomic_compare_exchange_strong(&thread->state, &state, THREAD_FROZEN);
}

void guard_thaw(struct thread *thread) {
  if (atomic_exchange(&thread->state, THREAD_RESTING) == THREAD_FROZEN_AWAKE)
    guard_futex_wake(&thread->state, INT_MAX, false);
}

bool guard_woken(const struct thread *thread) {
  if (thread->rest == REST_ELSEWHERE) return false;
  return !guard_futex_holds((_Atomic uint32_t *)thread->condition, thread->sequence, thread->shared);
}

void guard_rouse(struct thread *thread) {
  /* Once it is thawed its record may change under our hands. */
  _Atomic uint32_t *sequence = (_Atomic uint32_t *)thread->condition;
  bool shared = thread->shared;
  guard_thaw(thread);
  guard_futex_wake(sequence, INT_MAX, shared);
}

/*
 * The other waits of a runtime's threads: the signal watchdog sits in a semaphore, the delayed-task thread in epoll.
 * Looked up at first use: the wrappers may be called before this library's constructor.
 */
GUARD_EXPORT int epoll_pwait(int epoll, struct epoll_event *events, int capacity, int timeout_ms,
                             const sigset_t *mask) {
  static int (*next)(int, struct epoll_event *, int, int, const sigset_t *);
  if (next == NULL)
    next = (int (*)(int, struct epoll_event *, int, int, const sigset_t *))dlsym(RTLD_NEXT, "epoll_pwait");
  guard_rest(guard_self, REST_ELSEWHERE);
  int ready = next(epoll, events, capacity, timeout_ms, mask);
  guard_wake(guard_self);
  return ready;
}

GUARD_EXPORT int epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeout_ms) {
  return epoll_pwait(epoll, events, capacity, timeout_ms, NULL);
}

GUARD_EXPORT int sem_wait(sem_t *semaphore) {
  static int (*next)(sem_t *);
  if (next == NULL) next = (int (*)(sem_t *))dlsym(RTLD_NEXT, "sem_wait");
  guard_rest(guard_self, REST_ELSEWHERE);
  int result = next(semaphore);
  guard_wake(guard_self);
  return result;
}
