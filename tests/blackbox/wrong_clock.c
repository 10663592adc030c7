// wrong_clock.c: a program's wall clock, as far off as a file says at that moment; its steady clocks stay right.
//
// Loaded with LD_PRELOAD (wrong_clock.py). No memory is allocated and nothing of libc is asked, so that it stands below any
// sanitizer. Timers on the wall clock are the kernel's and stay right.
// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* seconds_ahead;

__attribute__((constructor)) static void look_at_file(void) {
  const char* file = getenv("DUOLOG_WRONG_CLOCK");
  const int fd = file ? (int)syscall(SYS_open, file, O_RDONLY | O_CLOEXEC, 0) : -1;
  void* found = fd >= 0 ? mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (fd >= 0) close(fd);
  if (found != MAP_FAILED) seconds_ahead = found;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int result = (int)syscall(SYS_clock_gettime, clock, now);
  const int of_the_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && of_the_wall && seconds_ahead) now->tv_sec += *seconds_ahead;
  return result;
}

time_t time(time_t* now) {
  struct timespec read;
  clock_gettime(CLOCK_REALTIME, &read);
  if (now) *now = read.tv_sec;
  return read.tv_sec;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  (void)zone;
  struct timespec read;
  clock_gettime(CLOCK_REALTIME, &read);
  now->tv_sec = read.tv_sec;
  now->tv_usec = read.tv_nsec / 1000;
  return 0;
}
