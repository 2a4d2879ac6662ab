/* CLOCK_MONOTONIC with an offset and a drift, for a process that is started with LD_PRELOAD:
 * SHIFT_OFFSET_NS, SHIFT_DRIFT_PPB (from SHIFT_ORIGIN_NS on). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

typedef int (*clock_gettime_function)(clockid_t, struct timespec *);

static long long number_of(const char *name) {
  const char *text = getenv(name);
  return text ? atoll(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static clock_gettime_function real;
  static long long offset_ns, drift_ppb, origin_ns;
  if (!real) {
    offset_ns = number_of("SHIFT_OFFSET_NS");
    drift_ppb = number_of("SHIFT_DRIFT_PPB");
    origin_ns = number_of("SHIFT_ORIGIN_NS");
    real = (clock_gettime_function)dlsym(RTLD_NEXT, "clock_gettime");
  }
  const int code = real(clock, time);
  if (code != 0 || clock != CLOCK_MONOTONIC) return code;
  const long long now_ns = time->tv_sec * 1000000000LL + time->tv_nsec;
  const __int128 drift = (__int128)(now_ns - origin_ns) * drift_ppb / 1000000000LL;
  const long long shifted_ns = now_ns + offset_ns + (long long)drift;
  time->tv_sec = shifted_ns / 1000000000LL;
  time->tv_nsec = shifted_ns % 1000000000LL;
  return 0;
}
