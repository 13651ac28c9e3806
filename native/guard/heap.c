/*
 * Where V8's heap lies. V8 takes it from the kernel in pieces of 256 KB, and asks for each at an address of its own
 * choosing, far from all others: every piece then needs three pages of the page table for itself, which a fork makes
 * anew and an exit frees. An address that is asked for without MAP_FIXED is no more than a wish, so here the wishes are
 * replaced: the pieces lie side by side, and neighbours become one mapping. The kernel chooses where that is, at
 * random.
 *
 * The pieces come to lie in a room of bounded size. At its end the room is used from its start again: most of what was
 * there has been given back, and what has not is passed over.
 */
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "kernel.h"
#include "thread.h"

#define MB ((uintptr_t)1 << 20)

static const size_t PIECE = MB / 4;
/* What one page of the page table maps. */
static const size_t PAGE_TABLE = 2 * MB;
/* Code, WebAssembly and other things that choose their place with care ask for more. */
static const size_t LARGEST = 16 * MB;
/* Below what the kernel gives out by itself: no mapping of others comes in between. */
static const uintptr_t BELOW_OTHERS = MB << 20;
/* More than a heap ever is, and far from the end of what is below the others. */
static const uintptr_t ROOM = MB << 16;
/* Each try looks twice as far from the last one: 128 MB altogether. */
enum { TRIES = 9 };

static uintptr_t first, end; /* the room; 0: V8 chooses */
static _Atomic uintptr_t next;

static long map(uintptr_t wish, size_t length, int protection, int flags, int fd, off64_t offset) {
  return guard_call_kernel(SYS_mmap, (long)wish, (long)length, protection, flags, fd, offset);
}

void guard_place_heap(void) {
  long others = map(0, MB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (others < 0) return;
  guard_call_kernel(SYS_munmap, others, (long)MB, 0, 0, 0, 0);
  if ((uintptr_t)others < 2 * BELOW_OTHERS) return;
  first = ((uintptr_t)others - BELOW_OTHERS) / PAGE_TABLE * PAGE_TABLE;
  end = first + ROOM;
  atomic_store(&next, first);
}

static bool is_piece(uintptr_t wish, size_t length, int flags) {
  if (wish == 0 || wish % PIECE != 0 || length < PIECE || length > LARGEST) return false;
  return (flags & (MAP_ANONYMOUS | MAP_FIXED | MAP_FIXED_NOREPLACE)) == MAP_ANONYMOUS;
}

/* Where the next `length` octets of the room are. */
static uintptr_t advance(size_t length) {
  uintptr_t place, from = atomic_load(&next);
  do place = from + length > end ? first : from;
  while (!atomic_compare_exchange_weak(&next, &from, place + length));
  return place;
}

/* The place of a piece in the room, or a negative errno: nothing free was found there. */
static long map_piece(size_t length, int protection, int flags, int fd, off64_t offset) {
  /* V8 asks for nearly a piece more than it needs, and returns what it did not need for its alignment. */
  size_t kept = length / PIECE * PIECE, skipped = 0;
  for (int tries = 0; tries < TRIES; tries++) {
    long mapped = map(advance(kept), length, protection, flags | MAP_FIXED_NOREPLACE, fd, offset);
    if (mapped != -EEXIST) return mapped;
    if (skipped > 0) advance(skipped);
    skipped = skipped == 0 ? kept : 2 * skipped;
  }
  return -EEXIST;
}

static void *map_for(const void *caller, void *wish, size_t length, int protection, int flags, int fd, off64_t offset) {
  long mapped = -EEXIST;
  if (first != 0 && is_piece((uintptr_t)wish, length, flags) && guard_in_runtime(caller))
    mapped = map_piece(length, protection, flags, fd, offset);
  if (mapped == -EEXIST) mapped = map((uintptr_t)wish, length, protection, flags, fd, offset);
  if (mapped >= 0 || mapped < -MAX_ERRNO) return (void *)mapped;
  errno = (int)-mapped;
  return MAP_FAILED;
}

GUARD_EXPORT void *mmap64(void *wish, size_t length, int protection, int flags, int fd, off64_t offset) {
  return map_for(__builtin_return_address(0), wish, length, protection, flags, fd, offset);
}

/* A shared libnode is not always built for large files. With them, the headers make mmap64() of the name mmap(). */
GUARD_EXPORT void *guard_mmap(void *wish, size_t length, int protection, int flags, int fd,
                              off64_t offset) __asm__("mmap");

GUARD_EXPORT void *guard_mmap(void *wish, size_t length, int protection, int flags, int fd, off64_t offset) {
  return map_for(__builtin_return_address(0), wish, length, protection, flags, fd, offset);
}
