/* System calls without libc's wrappers: those that the guard wraps are called before libc can look anything up. */
#ifndef DESKTOP_FORK_GUARD_KERNEL_H
#define DESKTOP_FORK_GUARD_KERNEL_H

/* The kernel's largest error number; anything below its negative is an address. */
enum { MAX_ERRNO = 4095 };

/* The kernel's answer: a negative errno when the call failed. Async-signal-safe; leaves errno alone. */
static inline long guard_call_kernel(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result;
  register long fourth __asm__("r10") = d;
  register long fifth __asm__("r8") = e;
  register long sixth __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long first __asm__("x0") = a;
  register long second __asm__("x1") = b;
  register long third __asm__("x2") = c;
  register long fourth __asm__("x3") = d;
  register long fifth __asm__("x4") = e;
  register long sixth __asm__("x5") = f;
  register long call __asm__("x8") = number;
  __asm__ volatile("svc 0"
                   : "+r"(first)
                   : "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth), "r"(call)
                   : "memory");
  return first;
#else
#error "the fork guard knows x86-64 and arm64"
#endif
}

#endif
