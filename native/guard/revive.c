/*
 * Reviving, in a child, what its template left behind.
 *
 * Nothing is written to a record in the child: "left behind" is a thread that was frozen in an older generation. It is
 * revived when somebody signals what it waits for, or joins it; until then it costs the child nothing.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread.h"

_Atomic uint32_t guard_unrevived;

static bool revivable(const struct thread *thread) { return thread->adopted && thread->rest != REST_ELSEWHERE; }

/* glibc 2.35 registers a restartable-sequence area for each thread that it makes. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

static void register_rseq(void *thread_pointer) {
#if defined(__x86_64__)
  enum { SIGNATURE = 0x53053053 };
#else
  enum { SIGNATURE = 0xd428bc00 };
#endif
  enum { AREA_BYTES = 32, REGISTRATION_FAILED = -2 };
  if (&__rseq_size == NULL || __rseq_size == 0) return;
  char *area = (char *)thread_pointer + __rseq_offset;
  if (syscall(SYS_rseq, area, AREA_BYTES, 0, SIGNATURE) != 0) {
    int32_t failed = REGISTRATION_FAILED; /* cpu_id: makes sched_getcpu() ask the kernel */
    memcpy(area + 4, &failed, sizeof failed);
  }
}

/* Runs on the revived thread's own stack, below everything it still needs, and with its thread pointer. */
static int resume(void *argument) {
  struct thread *thread = argument;
  prctl(PR_SET_NAME, thread->name);
  syscall(SYS_set_robust_list, thread->robust_list, thread->robust_list_size);
  register_rseq(thread->thread_pointer);
  thread->resumed = true;
  setcontext(&thread->context); /* with the signal mask that the thread had */
  abort();
}

static void *below(const ucontext_t *context) {
#if defined(__x86_64__)
  uintptr_t pointer = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
  uintptr_t pointer = (uintptr_t)context->uc_mcontext.sp;
#else
#error "the fork guard knows x86-64 and arm64"
#endif
  enum { RED_ZONE_BYTES = 256, ALIGNMENT = 16 };
  return (void *)((pointer - RED_ZONE_BYTES) & ~(uintptr_t)(ALIGNMENT - 1));
}

void guard_revive(struct thread *thread) {
  if (!revivable(thread) || !guard_left_behind(thread)) return;
  uint32_t state = atomic_load(&thread->state);
  if (state < THREAD_FROZEN || !atomic_compare_exchange_strong(&thread->state, &state, THREAD_RUNNING)) return;
  atomic_fetch_sub(&guard_unrevived, 1);
  thread->revived = true;
  atomic_store(&thread->alive, 1);

  /* glibc's joinable thread ended with the fork; this one is joined by the word that the kernel clears. */
  const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
                    CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int made = clone(resume, below(&thread->context), flags, thread, (char *)thread->handle + guard_tid_offset,
                   thread->thread_pointer, &thread->alive);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  thread->tid = made;
  if (made == -1) {
    fprintf(stderr, "desktop-fork: can't revive thread '%s' of the runtime: %s\n", thread->name, strerror(error));
    abort();
  }
}

void guard_revive_waiters(const pthread_cond_t *condition, bool all) {
  guard_lock_list();
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next) {
    if (!guard_left_behind(thread) || !revivable(thread) || thread->condition != condition) continue;
    guard_revive(thread);
    if (!all) break;
  }
  guard_unlock_list();
}

void guard_begin_generation(void) {
  atomic_fetch_add(&guard_generation, 1);
  uint32_t unrevived = 0;
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    if (guard_left_behind(thread) && revivable(thread)) unrevived++;
  atomic_store(&guard_unrevived, unrevived);
  /* Nobody signals a time limit; and handlers of the fork may have signalled after the freeze. */
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next) {
    if (!guard_left_behind(thread) || !revivable(thread)) continue;
    if (thread->rest == REST_CONDITION_TIMED || guard_woken(thread)) guard_revive(thread);
  }
}
