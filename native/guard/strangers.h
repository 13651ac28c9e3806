#ifndef DESKTOP_FORK_GUARD_STRANGERS_H
#define DESKTOP_FORK_GUARD_STRANGERS_H

#include <stddef.h>
#include <sys/types.h>

/* A thread that has no record, or 0. The list must be locked. */
pid_t guard_find_stranger(void);

/* A thread's name as the kernel has it; empty when the thread is gone. */
void guard_read_name(pid_t tid, char *name, size_t size);

#endif
