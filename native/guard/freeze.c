/*
 * Freezing: before a fork every thread must rest, with nothing left to do, and be of a kind that a child can do without
 * or revive.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "guard.h"
#include "thread.h"

/* The end of a thread is announced before glibc and the kernel are done with it; then there is nobody left to tell. */
enum { ENDING_POLL_NS = 200 * 1000 };

static struct timespec soon(const struct timespec *deadline) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_nsec += ENDING_POLL_NS;
  if (time.tv_nsec >= 1000000000) {
    time.tv_nsec -= 1000000000;
    time.tv_sec++;
  }
  bool later = time.tv_sec > deadline->tv_sec || (time.tv_sec == deadline->tv_sec && time.tv_nsec > deadline->tv_nsec);
  return later ? *deadline : time;
}

static bool passed(const struct timespec *deadline) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > deadline->tv_sec || (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

/* A later thread may be lost in a child only if it is of a kind that makes itself anew: libuv's pool, whose threads run
 * code of the runtime and rest on a condition variable that is one of the runtime's own global variables. A Worker that
 * sits in Atomics.wait() rests on one from the heap. */
static bool runs_foreign_code(const struct thread *thread) {
  return !thread->adopted && !guard_in_runtime((const void *)(uintptr_t)thread->start);
}

static bool rests_in_foreign_place(const struct thread *thread) {
  return !thread->adopted && (thread->rest == REST_ELSEWHERE || !guard_in_runtime(thread->condition));
}

struct look {
  struct thread *busy;
  struct thread *foreign;
  bool ending;  /* one of them is busy with its end */
  bool settled; /* all were frozen before, and nobody has been woken since */
};

static struct look look_at_all(void) {
  struct look look = {.settled = true};
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next) {
    if (guard_left_behind(thread) || guard_gone(thread)) continue;
    bool ended = atomic_load(&thread->ended);
    if (!ended && runs_foreign_code(thread)) {
      look.foreign = thread;
      return look;
    }
    if (!guard_frozen(thread)) {
      look.settled = false;
      if (guard_freeze(thread)) continue;
      look.busy = thread;
      look.ending |= ended;
    } else if (guard_woken(thread)) {
      look.settled = false;
      look.busy = thread;
      guard_rouse(thread);
    } else if (rests_in_foreign_place(thread)) {
      look.foreign = thread;
    }
  }
  return look;
}

static void refuse(struct df_refusal *why, enum df_refusal_kind kind, const struct thread *thread) {
  why->kind = kind;
  why->thread = thread->tid;
  why->code = (const void *)(uintptr_t)thread->start;
}

bool guard_freeze_all(const struct timespec *deadline, struct df_refusal *why) {
  bool frozen = false;
  guard_watch_rests();
  for (;;) {
    uint32_t seen = guard_count_rests();
    bool last = passed(deadline);
    struct look look = look_at_all();
    if (look.foreign != NULL) {
      refuse(why, DF_REFUSED_FOREIGN, look.foreign);
      break;
    }
    frozen = look.settled;
    if (frozen) break;
    if (look.busy == NULL) continue;
    if (last) {
      refuse(why, DF_REFUSED_BUSY, look.busy);
      break;
    }
    struct timespec until = look.ending ? soon(deadline) : *deadline;
    guard_unlock_list(); /* a busy thread may be about to make one, or to join one */
    guard_await_rest(seen, &until);
    guard_lock_list();
  }
  guard_unwatch_rests();
  return frozen;
}

void guard_thaw_all(void) {
  uint32_t generation = atomic_load(&guard_generation);
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    if (guard_frozen(thread) && thread->generation == generation) guard_thaw(thread);
}
