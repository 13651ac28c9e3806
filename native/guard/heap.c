/*
 * Where V8's heap lies. V8 takes it from the kernel in pieces of 256 KB, and asks for each at an address of its own
 * choosing, far from all others: every piece then needs three pages of the page table for itself, which a fork makes
 * anew and an exit frees. An address that is asked for without MAP_FIXED is no more than a wish, so here the wishes are
 * replaced: the pieces lie side by side, and neighbours become one mapping. The kernel chooses where that is, at
 * random.
 */
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread.h"

#define MB ((uintptr_t)1 << 20)

static const size_t PIECE = MB / 4;
/* What one page of the page table maps. */
static const size_t PAGE_TABLE = 2 * MB;
/* Code, WebAssembly and other things that choose their place with care ask for more. */
static const size_t LARGEST = 16 * MB;
/* Below what the kernel gives out by itself: no mapping of others comes in between. */
static const uintptr_t BELOW_OTHERS = MB << 20;

static _Atomic uintptr_t next; /* where the next piece goes; 0: V8 chooses */

void guard_place_heap(void) {
  void *others = mmap(NULL, MB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (others == MAP_FAILED) return;
  munmap(others, MB);
  if ((uintptr_t)others < 2 * BELOW_OTHERS) return;
  atomic_store(&next, ((uintptr_t)others - BELOW_OTHERS) / PAGE_TABLE * PAGE_TABLE);
}

static bool is_piece(const void *wish, size_t length, int flags) {
  if (wish == NULL || (uintptr_t)wish % PIECE != 0 || length < PIECE || length > LARGEST) return false;
  return (flags & (MAP_ANONYMOUS | MAP_FIXED | MAP_FIXED_NOREPLACE)) == MAP_ANONYMOUS;
}

GUARD_EXPORT void *mmap64(void *wish, size_t length, int protection, int flags, int fd, off64_t offset) {
  if (atomic_load(&next) != 0 && is_piece(wish, length, flags) && guard_in_runtime(__builtin_return_address(0))) {
    /* V8 asks for nearly a piece more than it needs, and returns what it did not need for its alignment. */
    wish = (void *)atomic_fetch_add(&next, length / PIECE * PIECE);
  }
  return (void *)syscall(SYS_mmap, wish, length, protection, flags, fd, offset);
}
