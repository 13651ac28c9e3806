/* Which addresses belong to the runtime: its executable, and a libuv of its own if that is a shared library. */
#include <link.h>

#include "thread.h"

enum { RUNTIME_OBJECTS = 4 };

struct range {
  uintptr_t first, end;
};

static struct range runtime[RUNTIME_OBJECTS];

struct search {
  uintptr_t address;
  struct range found;
};

static int look_into(struct dl_phdr_info *object, size_t size, void *data) {
  (void)size;
  struct search *search = data;
  struct range range = {UINTPTR_MAX, 0};
  bool found = false;
  for (unsigned i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD) continue;
    uintptr_t first = object->dlpi_addr + segment->p_vaddr, end = first + segment->p_memsz;
    if (first < range.first) range.first = first;
    if (end > range.end) range.end = end;
    found |= search->address >= first && search->address < end;
  }
  if (found) search->found = range;
  return found;
}

void guard_set_runtime(const void *const *addresses, unsigned count) {
  for (unsigned i = 0; i < RUNTIME_OBJECTS; i++) {
    struct search search = {.address = i < count ? (uintptr_t)addresses[i] : 0};
    if (search.address != 0) dl_iterate_phdr(look_into, &search);
    runtime[i] = search.found;
  }
}

bool guard_in_runtime(const void *address) {
  for (unsigned i = 0; i < RUNTIME_OBJECTS; i++)
    if ((uintptr_t)address >= runtime[i].first && (uintptr_t)address < runtime[i].end) return true;
  return false;
}
