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
  REST_ELSEWHERE = 0, /* a semaphore, epoll: the thread cannot be carried over */
  REST_CONDITION = 1, /* a condition variable without a time limit */
  REST_CONDITION_TIMED = 2,
};

/* Of a revived thread's rights: see credentials.c. */
enum thread_change { CHANGE_NONE, CHANGE_WANTED, CHANGE_MADE, CHANGE_FAILED };

/*
 * Who may touch a record, and under which lock ("the list" is guard_lock_list()):
 *
 * - The record is found, linked, unlinked and freed under the list. One thread frees it: the one that joins it, or,
 *   when it is detached and gone, any that makes a thread.
 * - `start`, `argument`, `mapping`, `mapping_size`, `handle` and `born` do not change once the record is in the list.
 * - `rest` to `context`, `name`, `result` and the robust list belong to the thread itself while it is RUNNING, and to
 *   the process that holds the list while the thread is frozen.
 * - `state` is atomic. RUNNING and RESTING change hands by the thread itself; only a holder of the list freezes, thaws
 *   and revives. `generation` is written under the list, before the state says that the thread is frozen.
 * - `adopted`, `detached`, `revived` and `tid` are written under the list (`tid` first by the thread itself).
 * - `ended`, `alive` and `change` are atomic. The first two say that the thread has come to its end.
 */
struct thread {
  struct thread *next;
  void *(*start)(void *);
  void *argument;
  void *result;

  void *mapping; /* our own stack with this record at its end, or this record alone: the caller brought a stack */
  size_t mapping_size;

  pthread_t handle;
  pid_t tid;
  void *thread_pointer;
  char name[16];
  void *robust_list;
  size_t robust_list_size;

  _Atomic uint32_t state;
  uint32_t generation; /* guard_generation when it was frozen */
  uint32_t born;       /* guard_generation when it was made: glibc knows the threads of its own process */
  bool detached;
  bool adopted;       /* the runtime's own: its function is in the runtime's code, and it existed at adopt() */
  bool revived;       /* runs on a kernel thread that glibc knows nothing of */
  bool resumed;       /* set while the context is being entered a second time */
  _Atomic bool ended; /* its function is over; glibc may still be cleaning up: see guard_gone() */

  enum thread_rest rest;
  pthread_cond_t *condition;
  uint32_t sequence; /* of the condition, when the wait began: another one by now means that it was woken */
  bool shared;
  pthread_mutex_t *mutex;
  ucontext_t context;
  _Atomic uint32_t change; /* an enum thread_change */
  _Atomic uint32_t alive;  /* of a revived thread: the kernel clears it and wakes the joiner at its end */
};

/* This thread's record; NULL in the main thread and in threads that were not made through pthread_create. */
extern __thread struct thread *guard_self __attribute__((tls_model("initial-exec")));

/* Forks between the first process and this one. A thread that was frozen in another generation is one that a fork left
 * behind. */
extern _Atomic uint32_t guard_generation;

/* Threads that were left behind on a condition variable and can still be revived here. */
extern _Atomic uint32_t guard_unrevived;

/* Where glibc keeps the kernel's thread id in a thread's control block, or -1 when it was not found. */
extern ptrdiff_t guard_tid_offset;
void guard_find_tid_offset(void);

/* The list of all records. A thread may lock it again that has locked it: handlers of pthread_atfork make threads. */
extern struct thread *guard_list;
void guard_lock_list(void);
void guard_unlock_list(void);

/* Takes a record that nothing uses any more out of the list, and frees it. Locks the list. */
void guard_forget(struct thread *thread);

/* True once neither glibc nor the kernel will touch the thread's stack again. */
bool guard_gone(const struct thread *thread);

/* The objects (the executable, a shared libuv) that hold `addresses` are the runtime. */
void guard_set_runtime(const void *const *addresses, unsigned count);
bool guard_in_runtime(const void *address);

/* In every process that the guard has made or was loaded into. */
void guard_know_process(void);

/* Once, before others register handlers of forks. */
void guard_prepare_forks(void);

/* Once, before the runtime has a heap. */
void guard_place_heap(void);

/* Brackets around every wait in which a thread may be frozen. */
void guard_rest(struct thread *self, enum thread_rest rest);
void guard_wake(struct thread *self);

/* Tells a freeze that waits for it that some thread rests or has ended. */
void guard_announce_rest(void);
/* Between these two, rests are counted. */
void guard_watch_rests(void);
void guard_unwatch_rests(void);
uint32_t guard_count_rests(void);
/* Returns when a thread has come to rest since the count was `seen`, or at `deadline` (CLOCK_MONOTONIC). */
void guard_await_rest(uint32_t seen, const struct timespec *deadline);

/* True if the thread rested, and now can't leave its wait. */
bool guard_freeze(struct thread *thread);
void guard_thaw(struct thread *thread);
/* True if the condition variable that a frozen thread rests on has been signalled since: it may have work to do. */
bool guard_woken(const struct thread *thread);
/* Thaws the thread and sees to it that its wait ends: a wake-up, perhaps a spurious one. */
void guard_rouse(struct thread *thread);

struct df_refusal;
/* Freezes every thread that a child could need. The list must be locked, and is not while this waits. */
bool guard_freeze_all(const struct timespec *deadline, struct df_refusal *why);
void guard_thaw_all(void);

static inline bool guard_frozen(const struct thread *thread) { return atomic_load(&thread->state) >= THREAD_FROZEN; }

/* True if glibc of this process did not make the thread, and must not take it out of its lists: they do not have it. */
static inline bool guard_is_inherited(const struct thread *thread) {
  return thread->born != atomic_load(&guard_generation);
}

/* The list must be locked. */
static inline bool guard_left_behind(const struct thread *thread) {
  return guard_frozen(thread) && thread->generation != atomic_load(&guard_generation);
}

/* In a new child, the list locked: what was frozen is left behind from now on. */
void guard_begin_generation(void);
/* Starts a left-behind thread again where it rested. Does nothing for any other. The list must be locked. */
void guard_revive(struct thread *thread);
/* Revives one thread, or all, that rest on `condition`. */
void guard_revive_waiters(const pthread_cond_t *condition, bool all);

/* futex(2): 0, or a negative errno. `deadline` is absolute, NULL waits for ever. */
long guard_futex_wait(_Atomic uint32_t *word, uint32_t expected, clockid_t clock, const struct timespec *deadline,
                      bool shared);
void guard_futex_wake(_Atomic uint32_t *word, int count, bool shared);
/* False also if the word is not there any more. */
bool guard_futex_holds(_Atomic uint32_t *word, uint32_t expected, bool shared);

#endif
