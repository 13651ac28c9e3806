/* The fork itself: freeze every thread, fork, and tell the child what was left behind. */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard.h"
#include "strangers.h"
#include "thread.h"

static struct timespec from_now(unsigned ms) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_sec += ms / 1000;
  time.tv_nsec += (long)(ms % 1000) * 1000000;
  if (time.tv_nsec >= 1000000000) {
    time.tv_nsec -= 1000000000;
    time.tv_sec++;
  }
  return time;
}

static bool only_known_threads(struct df_refusal *why) {
  why->thread = guard_find_stranger();
  if (why->thread == 0) return true;
  why->kind = DF_REFUSED_FOREIGN;
  return false;
}

/* Asks the linker and the kernel, which takes locks: nothing may be frozen meanwhile. */
static void name_culprit(struct df_refusal *why) {
  if (why->thread != 0) guard_read_name(why->thread, why->thread_name, sizeof why->thread_name);
  Dl_info object;
  struct link_map *map = NULL;
  if (why->code == NULL || dladdr1(why->code, &object, (void **)&map, RTLD_DL_LINKMAP) == 0 || map == NULL) return;
  if (map->l_name[0] != '\0') {
    snprintf(why->module, sizeof why->module, "%s", map->l_name);
  } else if (readlink("/proc/self/exe", why->module, sizeof why->module - 1) == -1) {
    why->module[0] = '\0';
  }
}

/* What C's streams hold would be written by each child too. Every thread rests, so none is inside of a stream: but for
 * one that holds a stream's lock (flockfile) and waits, and a pipe that nobody reads from, this waits for nobody. */
static void flush_streams(void) {
  int before = errno;
  fflush(NULL);
  errno = before;
}

static bool forking; /* under the list */

/* Handlers of pthread_atfork() make, join and wake threads in the child, before fork() returns: this one comes first.
 */
static void begin_in_child(void) {
  if (!forking) return; /* somebody else's fork */
  forking = false;
  guard_know_process();
  guard_begin_generation();
}

void guard_prepare_forks(void) {
  guard_know_process();
  pthread_atfork(NULL, NULL, begin_in_child);
}

static pid_t guarded_fork(unsigned patience_ms, struct df_refusal *why) {
  memset(why, 0, sizeof *why);
  if (guard_tid_offset < 0) {
    why->kind = DF_REFUSED_UNKNOWN_C;
    return -1;
  }
  struct timespec deadline = from_now(patience_ms);
  guard_lock_list();
  pid_t pid = -1;
  if (guard_freeze_all(&deadline, why) && only_known_threads(why)) {
    flush_streams();
    forking = true;
    pid = fork();
    if (pid == -1) {
      why->kind = DF_REFUSED_BY_ERRNO;
      why->error = errno;
    }
  }
  if (pid == 0) begin_in_child();
  forking = false;
  if (pid != 0) guard_thaw_all();
  guard_unlock_list();
  if (pid == -1) name_culprit(why);
  return pid;
}

static void adopt(const void *const *runtime_code, unsigned count) {
  guard_set_runtime(runtime_code, count);
  guard_lock_list();
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    thread->adopted = guard_in_runtime((const void *)(uintptr_t)thread->start);
  guard_unlock_list();
}

GUARD_EXPORT const struct df_guard *desktop_fork_guard(void) {
  static const struct df_guard guard = {.version = DF_GUARD_VERSION, .adopt = adopt, .fork = guarded_fork};
  return &guard;
}
