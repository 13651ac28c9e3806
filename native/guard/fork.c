/*
 * The fork: freeze every thread, fork, and leave behind in the child what can be revived when it is needed.
 *
 * Nothing is written to a record in the child: "left behind" is a frozen thread of an older generation. A left-behind
 * thread is revived when somebody signals what it waits for, or joins it; until then it costs the child nothing.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "guard.h"
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
  thread->tid = (pid_t)syscall(SYS_gettid);
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
  thread->generation = atomic_load(&guard_generation);
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
  if (made == -1) {
    fprintf(stderr, "desktop-fork: can't revive thread '%s' of the runtime: %s\n", thread->name, strerror(error));
    abort();
  }
}

void guard_revive_waiters(const pthread_cond_t *condition, bool all) {
  pthread_mutex_lock(&guard_list_lock);
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next) {
    if (thread->condition != condition || !revivable(thread) || !guard_left_behind(thread)) continue;
    guard_revive(thread);
    if (!all) break;
  }
  pthread_mutex_unlock(&guard_list_lock);
}

static void read_name(pid_t tid, char *name, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", (int)tid);
  name[0] = '\0';
  FILE *comm = fopen(path, "re");
  if (comm == NULL) return;
  if (fgets(name, (int)size, comm) != NULL) name[strcspn(name, "\n")] = '\0';
  fclose(comm);
}

static void refuse(struct df_refusal *why, enum df_refusal_kind kind, struct thread *thread) {
  why->kind = kind;
  why->thread = thread->tid;
  guard_classify(thread, why->module, sizeof why->module);
  read_name(thread->tid, why->thread_name, sizeof why->thread_name);
}

/* A thread that came after adopt() may be lost in a child only if it is of a kind that makes itself anew: libuv's pool.
 */
static bool foreign(struct thread *thread) {
  if (thread->adopted) return false;
  if (!thread->known_module) guard_classify(thread, NULL, 0);
  return !thread->runtime_module || thread->rest == REST_ELSEWHERE;
}

static bool freeze_all(const struct timespec *deadline, struct df_refusal *why) {
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next) {
    if (atomic_load(&thread->ended) || guard_frozen(thread)) continue;
    if (!thread->adopted && !thread->known_module) guard_classify(thread, NULL, 0);
    if (!thread->adopted && !thread->runtime_module) {
      refuse(why, DF_REFUSED_FOREIGN, thread);
      return false;
    }
    if (!guard_freeze(thread, deadline)) {
      refuse(why, DF_REFUSED_BUSY, thread);
      return false;
    }
    if (!atomic_load(&thread->ended) && foreign(thread)) {
      refuse(why, DF_REFUSED_FOREIGN, thread);
      return false;
    }
  }
  return true;
}

/*
 * Threads that were made behind pthread_create's back (a bare clone) are seen by counting alone: the link count of
 * /proc/self/task is two more than the threads. The kernel's own io_uring helpers are not copied by a fork and
 * harmless. Without /proc nothing is checked.
 */
static bool only_known_threads(struct df_refusal *why) {
  unsigned known = 1, ended = 0;
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next) {
    if (atomic_load(&thread->ended))
      ended++;
    else if (!guard_left_behind(thread))
      known++;
  }
  struct stat tasks;
  if (stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink < 3) return true;
  unsigned threads = (unsigned)tasks.st_nlink - 2;
  if (threads >= known && threads <= known + ended) return true;

  DIR *directory = opendir("/proc/self/task");
  if (directory == NULL) return true;
  pid_t self = (pid_t)syscall(SYS_gettid), stranger = 0;
  for (struct dirent *entry; stranger == 0 && (entry = readdir(directory)) != NULL;) {
    pid_t tid = (pid_t)atoi(entry->d_name);
    if (tid == 0 || tid == self) continue;
    stranger = tid;
    for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
      if (thread->tid == tid && !guard_left_behind(thread)) stranger = 0;
    if (stranger == 0) continue;
    read_name(tid, why->thread_name, sizeof why->thread_name);
    if (strncmp(why->thread_name, "iou-", 4) == 0) stranger = 0;
  }
  closedir(directory);
  if (stranger == 0) return true;
  why->kind = DF_REFUSED_FOREIGN;
  why->thread = stranger;
  return false;
}

static void thaw_all(void) {
  uint32_t generation = atomic_load(&guard_generation);
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    if (guard_frozen(thread) && thread->generation == generation) guard_thaw(thread);
}

static void begin_generation(void) {
  atomic_fetch_add(&guard_generation, 1);
  uint32_t unrevived = 0;
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    if (guard_left_behind(thread) && revivable(thread)) unrevived++;
  atomic_store(&guard_unrevived, unrevived);
  /* Nobody signals a time limit. */
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    if (thread->rest == REST_CONDITION_TIMED) guard_revive(thread);
}

static pid_t guarded_fork(unsigned patience_ms, struct df_refusal *why) {
  memset(why, 0, sizeof *why);
  if (guard_tid_offset < 0) {
    why->kind = DF_REFUSED_UNKNOWN_C;
    return -1;
  }
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += patience_ms / 1000;
  deadline.tv_nsec += (long)(patience_ms % 1000) * 1000000;
  if (deadline.tv_nsec >= 1000000000) {
    deadline.tv_nsec -= 1000000000;
    deadline.tv_sec++;
  }

  pthread_mutex_lock(&guard_list_lock);
  pid_t pid = -1;
  if (freeze_all(&deadline, why) && only_known_threads(why)) {
    pid = fork();
    if (pid == -1) {
      why->kind = DF_REFUSED_BY_ERRNO;
      why->error = errno;
    }
  }
  if (pid == 0)
    begin_generation();
  else
    thaw_all();
  pthread_mutex_unlock(&guard_list_lock);
  return pid;
}

enum { RUNTIME_OBJECTS = 4 };
static const void *runtime_objects[RUNTIME_OBJECTS];

static const void *object_of(const void *address, char *path, size_t path_size) {
  Dl_info info;
  if (dladdr(address, &info) == 0) return NULL;
  if (path != NULL && info.dli_fname != NULL) snprintf(path, path_size, "%s", info.dli_fname);
  return info.dli_fbase;
}

void guard_set_runtime_code(const void *const *addresses, unsigned count) {
  for (unsigned i = 0; i < RUNTIME_OBJECTS; i++)
    runtime_objects[i] = i < count ? object_of(addresses[i], NULL, 0) : NULL;
}

void guard_classify(struct thread *thread, char *module, size_t module_size) {
  union {
    void *(*code)(void *);
    const void *address;
  } start = {.code = thread->start};
  const void *object = object_of(start.address, module, module_size);
  thread->known_module = true;
  thread->runtime_module = false;
  for (unsigned i = 0; i < RUNTIME_OBJECTS; i++)
    if (object != NULL && object == runtime_objects[i]) thread->runtime_module = true;
}

static void adopt(const void *const *runtime_code, unsigned count) {
  guard_set_runtime_code(runtime_code, count);
  pthread_mutex_lock(&guard_list_lock);
  for (struct thread *thread = guard_list; thread != NULL; thread = thread->next) thread->adopted = true;
  pthread_mutex_unlock(&guard_list_lock);
}

GUARD_EXPORT const struct df_guard *desktop_fork_guard(void) {
  static const struct df_guard guard = {.version = DF_GUARD_VERSION, .adopt = adopt, .fork = guarded_fork};
  return &guard;
}
