/* One record for every thread that the process made through pthread_create, and the states it goes through. */
#ifndef DESKTOP_FORK_GUARD_THREAD_H
#define DESKTOP_FORK_GUARD_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <ucontext.h>

/* What the dynamic linker may see; the rest of the library is hidden. */
#define GUARD_EXPORT __attribute__((visibility("default")))

enum thread_state {
  THREAD_RUNNING = 0,
  /* Inside a wait that the guard wraps; it owns no lock that the wait's caller does not expect. */
  THREAD_RESTING = 1,
  /* Resting, and not let out of its wait until it is thawed. In a child: not there, see `generation`. */
  THREAD_FROZEN = 2,
  /* Frozen with its wait over: it wants to be told when it is thawed. */
  THREAD_FROZEN_AWAKE = 3,
};

enum thread_rest {
  REST_ELSEWHERE = 0, /* a semaphore, epoll, poll: the thread cannot be carried over */
  REST_CONDITION = 1, /* a condition variable without a time limit */
  REST_CONDITION_TIMED = 2,
};

struct thread {
  struct thread *next;
  void *(*start)(void *);
  void *argument;
  void *result;

  void *mapping; /* our own stack with this record at its end, or NULL: the caller brought a stack */
  size_t mapping_size;

  pthread_t handle;
  pid_t tid;
  void *thread_pointer;
  char name[16];
  void *robust_list;
  size_t robust_list_size;

  _Atomic uint32_t state;
  uint32_t
      generation; /* the number of forks between the guard's start and this thread's (re)birth: see guard_generation */
  bool detached;
  bool adopted; /* the runtime's own: it existed at adopt() */
  bool revived; /* runs on a kernel thread that glibc knows nothing of */
  bool resumed; /* set while the context is being entered a second time */
  bool known_module;
  bool runtime_module;
  _Atomic bool ended;

  enum thread_rest rest;
  pthread_cond_t *condition;
  pthread_mutex_t *mutex;
  ucontext_t context;
  _Atomic uint32_t alive; /* of a revived thread: the kernel clears it and wakes the joiner at its end */
};

/* This thread's record; NULL in the main thread and in threads that were not made through pthread_create. */
extern __thread struct thread *guard_self __attribute__((tls_model("initial-exec")));

/* Forks between the first process and this one. A frozen thread of an older generation is one that the fork left
 * behind. */
extern _Atomic uint32_t guard_generation;

/* Threads of older generations that rest on a condition variable and can still be revived here. */
extern _Atomic uint32_t guard_unrevived;

/* Where glibc keeps the kernel's thread id in a thread's control block, or -1 when it was not found. */
extern ptrdiff_t guard_tid_offset;

extern pthread_mutex_t guard_list_lock;
extern struct thread *guard_list;

void guard_find_tid_offset(void);
void guard_set_runtime_code(const void *const *addresses, unsigned count);
void guard_classify(struct thread *thread, char *module, size_t module_size);

/* Brackets around every wait in which a thread may be frozen. */
void guard_rest(struct thread *self, enum thread_rest rest);
void guard_wake(struct thread *self);

/* Wakes a freeze that waits for some thread to rest or end. */
void guard_announce_rest(void);

/* True once the thread rests and can't leave; false when `deadline` (CLOCK_MONOTONIC) has passed. */
bool guard_freeze(struct thread *thread, const struct timespec *deadline);
void guard_thaw(struct thread *thread);

static inline bool guard_frozen(const struct thread *thread) { return atomic_load(&thread->state) >= THREAD_FROZEN; }

static inline bool guard_left_behind(const struct thread *thread) {
  return guard_frozen(thread) && thread->generation != atomic_load(&guard_generation);
}

/* Starts a left-behind thread again where it rested. Does nothing for any other. */
void guard_revive(struct thread *thread);
/* Revives one thread, or all, that rest on `condition`. */
void guard_revive_waiters(const pthread_cond_t *condition, bool all);

/* futex(2): 0, or a negative errno. `deadline` is absolute, NULL waits for ever. */
long guard_futex_wait(_Atomic uint32_t *word, uint32_t expected, clockid_t clock, const struct timespec *deadline,
                      bool shared);
void guard_futex_wake(_Atomic uint32_t *word, int count, bool shared);

#endif
