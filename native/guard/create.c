/*
 * Making threads, and the list of them.
 *
 * Every thread gets a stack that the guard maps. glibc recycles the stacks of threads that a fork left behind; ours
 * stay, so that a left-behind thread can be revived on its own, and so that its pthread_t is never handed out twice.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread.h"

__thread struct thread *guard_self __attribute__((tls_model("initial-exec")));
_Atomic uint32_t guard_generation;
struct thread *guard_list;
ptrdiff_t guard_tid_offset = -1;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;

/* Larger than glibc's control block has ever been. */
enum { CONTROL_BLOCK_BYTES = 2304 };

void guard_find_tid_offset(void) {
  const char *block = (const char *)pthread_self();
  pid_t tid = (pid_t)syscall(SYS_gettid);
  for (ptrdiff_t offset = 0; offset + (ptrdiff_t)sizeof tid <= CONTROL_BLOCK_BYTES; offset += (ptrdiff_t)sizeof tid) {
    pid_t found;
    memcpy(&found, block + offset, sizeof found);
    if (found == tid) {
      guard_tid_offset = offset;
      return;
    }
  }
}

static __thread unsigned list_locks __attribute__((tls_model("initial-exec")));

void guard_lock_list(void) {
  if (list_locks++ == 0) pthread_mutex_lock(&list_lock);
}

void guard_unlock_list(void) {
  if (--list_locks == 0) pthread_mutex_unlock(&list_lock);
}

bool guard_gone(const struct thread *thread) {
  if (!atomic_load(&thread->ended)) return false;
  if (thread->revived) return atomic_load(&thread->alive) == 0;
  if (guard_tid_offset < 0) return false;
  const _Atomic pid_t *tid = (const _Atomic pid_t *)((const char *)thread->handle + guard_tid_offset);
  return atomic_load(tid) == 0;
}

static void release(struct thread *thread) { munmap(thread->mapping, thread->mapping_size); }

/* Frees the detached threads that are gone. The list must be locked. */
static void sweep(void) {
  for (struct thread **link = &guard_list; *link != NULL;) {
    struct thread *thread = *link;
    if (thread->detached && guard_gone(thread)) {
      *link = thread->next;
      release(thread);
    } else {
      link = &thread->next;
    }
  }
}

void guard_forget(struct thread *thread) {
  guard_lock_list();
  for (struct thread **link = &guard_list; *link != NULL; link = &(*link)->next) {
    if (*link == thread) {
      *link = thread->next;
      break;
    }
  }
  guard_unlock_list();
  release(thread);
}

/* However the thread ends: it returns, calls pthread_exit(), or is cancelled. */
static void leave(void *argument) {
  struct thread *self = argument;
  atomic_store(&self->ended, true);
  guard_announce_rest();
  /* glibc did not make this kernel thread: neither its counts nor its malloc arenas may see it end. */
  if (self->revived) syscall(SYS_exit, 0);
}

static void *enter(void *argument) {
  struct thread *self = argument;
  guard_self = self;
  self->handle = pthread_self();
  self->tid = (pid_t)syscall(SYS_gettid);
  self->thread_pointer = __builtin_thread_pointer();
  pid_t recorded;
  if (guard_tid_offset >= 0) {
    memcpy(&recorded, (const char *)self->handle + guard_tid_offset, sizeof recorded);
    if (recorded != self->tid) guard_tid_offset = -1;
  }
  syscall(SYS_get_robust_list, 0, &self->robust_list, &self->robust_list_size);

  pthread_cleanup_push(leave, self);
  self->result = self->start(self->argument);
  pthread_cleanup_pop(true);
  return self->result;
}

/* False: there are not so many octets. */
static bool round_up(size_t *size, size_t page) {
  if (__builtin_add_overflow(*size, page - 1, size)) return false;
  *size &= ~(page - 1);
  return true;
}

/* One mapping: a guard page (or more), the stack, this record. On NULL, `error` says why. */
static struct thread *make_record(const pthread_attr_t *attributes, pthread_attr_t *adjusted, int *error) {
  void *brought = NULL;
  size_t stack_size = 0, guard_size = 0;
  pthread_attr_getstack(attributes, &brought, &stack_size);
  if (stack_size == 0) pthread_attr_getstacksize(attributes, &stack_size);
  pthread_attr_getguardsize(attributes, &guard_size);

  /* Without a stack of the caller's there is its size alone, below address 0. */
  bool ours = brought == NULL || (uintptr_t)brought + stack_size == 0;
  size_t page = (size_t)sysconf(_SC_PAGESIZE), record_size = sizeof(struct thread), size = 0;
  *error = EINVAL;
  round_up(&record_size, page);
  if (ours && (!round_up(&stack_size, page) || !round_up(&guard_size, page) ||
               __builtin_add_overflow(stack_size, guard_size, &size)))
    return NULL;
  if (__builtin_add_overflow(size, record_size, &size)) return NULL;

  *error = EAGAIN;
  char *mapping = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapping == MAP_FAILED) return NULL;
  char *usable = ours ? mapping + guard_size : mapping;
  if (mprotect(usable, size - (size_t)(usable - mapping), PROT_READ | PROT_WRITE) != 0 ||
      (ours && pthread_attr_setstack(adjusted, usable, stack_size) != 0)) {
    munmap(mapping, size);
    return NULL;
  }
  struct thread *thread = (struct thread *)(mapping + size - record_size);
  thread->mapping = mapping;
  thread->mapping_size = size;
  return thread;
}

GUARD_EXPORT int pthread_create(pthread_t *handle, const pthread_attr_t *attributes, void *(*start)(void *),
                                void *argument) {
  static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (next == NULL)
    next = (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(RTLD_NEXT, "pthread_create");

  pthread_attr_t defaults, adjusted;
  pthread_attr_init(&defaults);
  /* A flat copy shares what the caller's attributes point to (affinity, signal mask) and must not be destroyed. */
  memcpy(&adjusted, attributes != NULL ? attributes : &defaults, sizeof adjusted);
  int error;
  struct thread *thread = make_record(attributes != NULL ? attributes : &defaults, &adjusted, &error);
  if (thread == NULL) {
    pthread_attr_destroy(&defaults);
    return error;
  }
  int detach_state = PTHREAD_CREATE_JOINABLE;
  pthread_attr_getdetachstate(&adjusted, &detach_state);
  thread->detached = detach_state == PTHREAD_CREATE_DETACHED;
  thread->start = start;
  thread->argument = argument;

  guard_lock_list();
  sweep();
  thread->result = PTHREAD_CANCELED; /* unless the thread says something else */
  thread->born = atomic_load(&guard_generation);
  error = next(handle, &adjusted, enter, thread);
  if (error == 0) {
    thread->handle = *handle;
    thread->next = guard_list;
    guard_list = thread;
  }
  guard_unlock_list();
  if (error != 0) release(thread);
  pthread_attr_destroy(&defaults);
  return error;
}
