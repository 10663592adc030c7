// faulty_calls.c: stands between a program and its calls to the disk, and fails the one it is told to.
//
// Loaded with LD_PRELOAD (faults.py). The plan is a file that both map, so that a fault can be armed while the program
// runs. Only calls on files below the plan's folder count; a path counts as it is given. What libc calls within itself
// (stdio) is not seen: for every system call there is strace.
// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// The same numbers stand in faults.py.
enum call { READ = 1, WRITE = 2, SYNC = 4, OPEN = 8, TRUNCATE = 16, RENAME = 32, UNLINK = 64, MKDIR = 128 };
enum fault { ERROR = 1, KILL = 2, HALF_AND_KILL = 3, ASTRAY = 4, SHORT = 5 };

struct plan {
  volatile uint32_t calls;  // which kinds are counted; 0: no plan
  volatile uint32_t fault;
  volatile uint32_t error;     // the errno of ERROR
  volatile uint32_t nth;       // which of them fails, from 1
  volatile uint32_t for_good;  // and every later one
  volatile uint32_t seen;
  volatile uint32_t fired;
  char folder[996];
};
static struct plan* plan;

__attribute__((constructor)) static void read_plan(void) {
  const char* file = getenv("DUOLOG_FAULTY_PLAN");
  const int fd = file ? (int)syscall(SYS_open, file, O_RDWR | O_CLOEXEC, 0) : -1;
  void* found = fd >= 0 ? mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (fd >= 0) close(fd);
  if (found != MAP_FAILED) plan = found;
}

// True: this is the call that the plan means.
static int strikes(enum call call) {
  if ((plan->calls & call) == 0) return 0;
  const uint32_t seen = ++plan->seen;
  if (seen != plan->nth && !(plan->for_good && seen > plan->nth)) return 0;
  plan->fired++;
  if (plan->fault == KILL) kill(getpid(), SIGKILL);
  return 1;
}

static int strikes_path(enum call call, const char* path) {
  return plan && plan->calls && strncmp(path, plan->folder, strlen(plan->folder)) == 0 && strikes(call);
}

static int strikes_file(enum call call, int fd) {
  if (!plan || (plan->calls & call) == 0) return 0;
  char link[40], path[4096];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = syscall(SYS_readlink, link, path, sizeof(path) - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strikes_path(call, path);
}

static int fails(void) {
  errno = (int)plan->error;
  return -1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// ---- reading ----

#define READS(name, parameters, arguments, fewer)             \
  ssize_t name parameters {                                   \
    if (!strikes_file(READ, fd)) return REAL(name) arguments; \
    return plan->fault == SHORT ? REAL(name) fewer : fails(); \
  }
READS(read, (int fd, void* to, size_t count), (fd, to, count), (fd, to, count / 2))
READS(pread, (int fd, void* to, size_t count, off_t at), (fd, to, count, at), (fd, to, count / 2, at))
READS(pread64, (int fd, void* to, size_t count, off64_t at), (fd, to, count, at), (fd, to, count / 2, at))
READS(readv, (int fd, const struct iovec* to, int count), (fd, to, count), (fd, to, count / 2))

// ---- writing ----

static void write_half_and_end(int fd, const void* from, size_t count, int64_t at) {
  if (at >= 0) {
    syscall(SYS_pwrite64, fd, from, count / 2, at);
  } else {
    syscall(SYS_write, fd, from, count / 2);
  }
  kill(getpid(), SIGKILL);
}

ssize_t write(int fd, const void* from, size_t count) {
  if (!strikes_file(WRITE, fd)) return REAL(write)(fd, from, count);
  if (plan->fault == HALF_AND_KILL) write_half_and_end(fd, from, count, -1);
  if (plan->fault == SHORT) return REAL(write)(fd, from, count / 2);
  return fails();
}

// 4096 bytes from where it belongs, before it where there is room: over something else.
static int64_t astray(int64_t at) { return at >= 4096 ? at - 4096 : at + 4096; }

#define PWRITES(name, offset)                                                                      \
  ssize_t name(int fd, const void* from, size_t count, offset at) {                                \
    if (!strikes_file(WRITE, fd)) return REAL(name)(fd, from, count, at);                          \
    if (plan->fault == HALF_AND_KILL) write_half_and_end(fd, from, count, at);                     \
    if (plan->fault == SHORT) return REAL(name)(fd, from, count / 2, at);                          \
    if (plan->fault == ASTRAY) return syscall(SYS_pwrite64, fd, from, count, astray((int64_t)at)); \
    return fails();                                                                                \
  }
PWRITES(pwrite, off_t)
PWRITES(pwrite64, off64_t)

int fsync(int fd) { return strikes_file(SYNC, fd) ? fails() : REAL(fsync)(fd); }
int fdatasync(int fd) { return strikes_file(SYNC, fd) ? fails() : REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { return strikes_file(TRUNCATE, fd) ? fails() : REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return strikes_file(TRUNCATE, fd) ? fails() : REAL(ftruncate64)(fd, size); }

// ---- names ----

#define OPENS(name)                               \
  int name(const char* path, int flags, ...) {    \
    va_list more;                                 \
    va_start(more, flags);                        \
    const mode_t mode = va_arg(more, mode_t);     \
    va_end(more);                                 \
    if (strikes_path(OPEN, path)) return fails(); \
    return REAL(name)(path, flags, mode);         \
  }
OPENS(open)
OPENS(open64)

int rename(const char* from, const char* to) { return strikes_path(RENAME, to) ? fails() : REAL(rename)(from, to); }
int unlink(const char* path) { return strikes_path(UNLINK, path) ? fails() : REAL(unlink)(path); }
int mkdir(const char* path, mode_t mode) { return strikes_path(MKDIR, path) ? fails() : REAL(mkdir)(path, mode); }
