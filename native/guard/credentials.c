/*
 * setuid() and its kin reach the revived threads too.
 *
 * To the kernel each thread has rights of its own. glibc makes the call in every thread that glibc knows, by a signal
 * of its own that nobody can block; revived threads are not among them, and would keep the rights that the process has
 * given up. They get the same signal, and make the same call. Under the list no thread is made or revived meanwhile,
 * and one that is revived later has the rights of the thread that revives it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"
#include "thread.h"

/* glibc's SIGSETXID: __SIGRTMIN + 1, which its sigprocmask() never blocks. */
enum { SIGNAL = 33 };
/* A thread that ends meanwhile answers no more. */
enum { ANSWER_POLL_NS = 2 * 1000 * 1000 };

/* As the kernel has it. */
struct action {
  void (*handler)(int, siginfo_t *, void *);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

struct change {
  long number, a, b, c;
};

static pid_t process;
static struct change wanted; /* under the list */
static void (*glibc_handler)(int, siginfo_t *, void *);

/* A copy that libc's fork() or vfork() has made has no threads but one, and perhaps a list that is locked for ever. */
void guard_know_process(void) { process = getpid(); }

static long make_call(const struct change *change) {
  return guard_call_kernel(change->number, change->a, change->b, change->c, 0, 0, 0);
}

static void on_signal(int number, siginfo_t *info, void *context) {
  struct thread *self = guard_self;
  if (self == NULL || !self->revived || atomic_load(&self->change) != CHANGE_WANTED)
    return glibc_handler(number, info, context);
  atomic_store(&self->change, make_call(&wanted) == 0 ? CHANGE_MADE : CHANGE_FAILED);
  guard_futex_wake(&self->change, 1, false);
}

/* glibc has its handler since the first thread was made; this one comes before. */
static bool listen(void) {
  if (glibc_handler != NULL) return true;
  struct action action;
  if (guard_call_kernel(SYS_rt_sigaction, SIGNAL, 0, (long)&action, sizeof action.mask, 0, 0) != 0) return false;
  if (action.handler == NULL || (action.flags & SA_SIGINFO) == 0) return false;
  glibc_handler = action.handler;
  action.handler = on_signal;
  if (guard_call_kernel(SYS_rt_sigaction, SIGNAL, (long)&action, 0, sizeof action.mask, 0, 0) == 0) return true;
  glibc_handler = NULL;
  return false;
}

static bool runs_revived(const struct thread *thread) {
  return thread->revived && !guard_left_behind(thread) && atomic_load(&thread->alive) != 0;
}

static bool any_revived(void) {
  for (const struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    if (runs_revived(thread)) return true;
  return false;
}

static void ask(struct thread *thread) {
  atomic_store(&thread->change, CHANGE_WANTED);
  guard_call_kernel(SYS_tgkill, process, thread->tid, SIGNAL, 0, 0, 0);
}

static void await_answer(struct thread *thread) {
  while (atomic_load(&thread->change) == CHANGE_WANTED && atomic_load(&thread->alive) != 0) {
    struct timespec soon;
    clock_gettime(CLOCK_MONOTONIC, &soon);
    soon.tv_nsec += ANSWER_POLL_NS;
    if (soon.tv_nsec >= 1000000000) {
      soon.tv_nsec -= 1000000000;
      soon.tv_sec++;
    }
    guard_futex_wait(&thread->change, CHANGE_WANTED, CLOCK_MONOTONIC, &soon, false);
  }
  if (atomic_load(&thread->change) != CHANGE_FAILED) return;
  /* As glibc does: a process must not go on with threads of several rights. */
  fprintf(stderr, "desktop-fork: thread '%s' can't give up what the process gave up\n", thread->name);
  abort();
}

/* Before the change. False, and errno: there are threads that it could not reach. */
static bool begin(void) {
  if (getpid() != process) return true;
  guard_lock_list();
  if (!any_revived() || listen()) return true;
  guard_unlock_list();
  errno = EAGAIN;
  return false;
}

/* After glibc has made the change, or failed: then nothing has changed. */
static int end(int result, struct change change) {
  if (getpid() != process) return result;
  int error = errno;
  if (result == 0) {
    wanted = change;
    for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
      if (runs_revived(thread)) ask(thread);
    for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
      if (runs_revived(thread)) await_answer(thread);
  }
  guard_unlock_list();
  errno = error;
  return result;
}

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))
#define ID(id) ((long)(id))

GUARD_EXPORT int setuid(uid_t user) {
  if (!begin()) return -1;
  return end(NEXT(setuid)(user), (struct change){SYS_setuid, ID(user), 0, 0});
}

GUARD_EXPORT int setgid(gid_t group) {
  if (!begin()) return -1;
  return end(NEXT(setgid)(group), (struct change){SYS_setgid, ID(group), 0, 0});
}

GUARD_EXPORT int seteuid(uid_t user) {
  if (!begin()) return -1;
  return end(NEXT(seteuid)(user), (struct change){SYS_setresuid, -1, ID(user), -1});
}

GUARD_EXPORT int setegid(gid_t group) {
  if (!begin()) return -1;
  return end(NEXT(setegid)(group), (struct change){SYS_setresgid, -1, ID(group), -1});
}

GUARD_EXPORT int setreuid(uid_t real, uid_t effective) {
  if (!begin()) return -1;
  return end(NEXT(setreuid)(real, effective), (struct change){SYS_setreuid, ID(real), ID(effective), 0});
}

GUARD_EXPORT int setregid(gid_t real, gid_t effective) {
  if (!begin()) return -1;
  return end(NEXT(setregid)(real, effective), (struct change){SYS_setregid, ID(real), ID(effective), 0});
}

GUARD_EXPORT int setresuid(uid_t real, uid_t effective, uid_t saved) {
  if (!begin()) return -1;
  return end(NEXT(setresuid)(real, effective, saved),
             (struct change){SYS_setresuid, ID(real), ID(effective), ID(saved)});
}

GUARD_EXPORT int setresgid(gid_t real, gid_t effective, gid_t saved) {
  if (!begin()) return -1;
  return end(NEXT(setresgid)(real, effective, saved),
             (struct change){SYS_setresgid, ID(real), ID(effective), ID(saved)});
}

GUARD_EXPORT int setgroups(size_t count, const gid_t *groups) {
  if (!begin()) return -1;
  return end(NEXT(setgroups)(count, groups), (struct change){SYS_setgroups, (long)count, (long)groups, 0});
}

/* glibc looks the groups up and sets them inside of itself. */
GUARD_EXPORT int initgroups(const char *user, gid_t group) {
  if (!begin()) return -1;
  enum { MAX_GROUPS = 65536 };
  static gid_t groups[MAX_GROUPS]; /* under the list */
  int result = NEXT(initgroups)(user, group);
  int count = result == 0 ? getgroups(MAX_GROUPS, groups) : 0;
  return end(result, (struct change){SYS_setgroups, count, (long)groups, 0});
}
