/*
 * Threads that were made behind pthread_create's back, by a bare clone or inside of glibc: they are seen by counting
 * alone. The link count of /proc/self/task is two more than the threads. Without /proc nothing is checked.
 */
#include "strangers.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread.h"

static bool here(const struct thread *thread) { return !guard_left_behind(thread) && !guard_gone(thread); }

static unsigned count_known(void) {
  unsigned known = 1;
  for (const struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    if (here(thread)) known++;
  return known;
}

static bool known(pid_t tid) {
  for (const struct thread *thread = guard_list; thread != NULL; thread = thread->next)
    if (thread->tid == tid && here(thread)) return true;
  return false;
}

void guard_read_name(pid_t tid, char *name, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", (int)tid);
  name[0] = '\0';
  FILE *comm = fopen(path, "re");
  if (comm == NULL) return;
  if (fgets(name, (int)size, comm) != NULL) name[strcspn(name, "\n")] = '\0';
  fclose(comm);
}

/* The kernel tells the joiner of a thread before it takes the thread out of /proc. */
static bool leaving(pid_t tid) {
  enum { PF_EXITING = 0x4 };
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)tid);
  FILE *stat = fopen(path, "re");
  if (stat == NULL) return true;
  bool read = fgets(line, sizeof line, stat) != NULL;
  fclose(stat);
  if (!read) return true;
  const char *after_name = strrchr(line, ')');
  unsigned flags = 0;
  if (after_name == NULL || sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) != 1) return false;
  return (flags & PF_EXITING) != 0;
}

/* The kernel's own io_uring helpers are not copied by a fork, and harmless. */
static bool is_kernels(pid_t tid) {
  char name[16];
  guard_read_name(tid, name, sizeof name);
  return strncmp(name, "iou-", 4) == 0;
}

pid_t guard_find_stranger(void) {
  struct stat tasks;
  if (stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink < 3) return 0;
  if (tasks.st_nlink - 2 == count_known()) return 0;

  DIR *directory = opendir("/proc/self/task");
  if (directory == NULL) return 0;
  pid_t self = (pid_t)syscall(SYS_gettid), stranger = 0;
  for (struct dirent *entry; stranger == 0 && (entry = readdir(directory)) != NULL;) {
    pid_t tid = (pid_t)atoi(entry->d_name);
    if (tid != 0 && tid != self && !known(tid) && !leaving(tid) && !is_kernels(tid)) stranger = tid;
  }
  closedir(directory);
  return stranger;
}
