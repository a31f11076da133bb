/* Makes a chosen system call on files below one folder fail, or kills the process there. For LD_PRELOAD.
 *
 *   FAULT_FOLDER   absolute path: only calls on files below it count
 *   FAULT_CALL     write (and pwrite, writev, sendfile, copy_file_range), fsync, rename, ftruncate or link
 *   FAULT_AT       the call that fails, from 1; 0: none, all are only reported
 *   FAULT_ERRNO    errno of the failing call; 0: the process is killed by SIGKILL in place of the call
 *   FAULT_HALF     1: a failing write first writes half of its bytes
 *   FAULT_LASTING  1: all later calls of this kind fail too
 *   FAULT_NO_LINKS 1: besides, every link fails with EPERM, as on file systems without hard links
 *   FAULT_REPORT   file to which a line "CALL PATH" is appended for each failure, or with FAULT_AT=0 for each call
 *
 * Writes by the C library's own streams (spdlog's log.txt) do not pass through here. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int calls;

static const char* setting(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

static int is_below(const char* path) {
  const char* folder = setting("FAULT_FOLDER");
  const size_t length = strlen(folder);
  return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/';
}

static void path_of(int descriptor, char* path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(link, path, size - 1);
  path[length < 0 ? 0 : length] = '\0';
}

static void report(const char* call, const char* path) {
  char line[4200];
  const int length = snprintf(line, sizeof line, "%s %s\n", call, path);
  const int file = (int)syscall(SYS_openat, AT_FDCWD, setting("FAULT_REPORT"), O_WRONLY | O_APPEND | O_CREAT, 0666);
  if (file < 0) return;
  syscall(SYS_write, file, line, (size_t)length);
  syscall(SYS_close, file);
}

/* Whether this call is to fail. */
static int fails(const char* call, const char* path) {
  if (!is_below(path)) return 0;
  if (strcmp(call, "link") == 0 && atoi(setting("FAULT_NO_LINKS"))) {
    errno = EPERM;
    return 1;
  }
  if (strcmp(call, setting("FAULT_CALL")) != 0) return 0;
  const int number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST), at = atoi(setting("FAULT_AT"));
  if (at == 0) report(call, path);
  if (at == 0 || number < at || (number > at && !atoi(setting("FAULT_LASTING")))) return 0;
  report(call, path);
  errno = atoi(setting("FAULT_ERRNO"));
  return 1;
}

static int fails_at(const char* call, int descriptor) {
  char path[4096];
  path_of(descriptor, path, sizeof path);
  return fails(call, path);
}

/* What a failing call returns. */
static int failure(void) {
  if (errno == 0) kill(getpid(), SIGKILL);
  return -1;
}

/* Half of the bytes if that is asked for, at the first failure. */
static size_t half(size_t size) {
  const int first = __atomic_load_n(&calls, __ATOMIC_SEQ_CST) == atoi(setting("FAULT_AT"));
  return first && atoi(setting("FAULT_HALF")) ? size / 2 : 0;
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

/* A part of the bytes is written and returned, so that the caller tries to write the rest; then the next call must fail
 * too, hence FAULT_LASTING. A kill comes at once. */
#define WRITE(name, parameters, arguments, descriptor, size, part)                        \
  ssize_t name parameters {                                                               \
    ssize_t (*next) parameters = NEXT(ssize_t(*) parameters, #name);                      \
    if (!fails_at("write", descriptor)) return next arguments;                            \
    const int number = errno;                                                             \
    const size_t first = half(size);                                                      \
    if (first > 0) {                                                                      \
      const ssize_t written = next part;                                                  \
      if (number != 0) return written;                                                    \
    }                                                                                     \
    errno = number;                                                                       \
    return failure();                                                                     \
  }

WRITE(write, (int to, const void* bytes, size_t size), (to, bytes, size), to, size, (to, bytes, first))
WRITE(pwrite, (int to, const void* bytes, size_t size, off_t at), (to, bytes, size, at), to, size,
      (to, bytes, first, at))
WRITE(pwrite64, (int to, const void* bytes, size_t size, off64_t at), (to, bytes, size, at), to, size,
      (to, bytes, first, at))
WRITE(writev, (int to, const struct iovec* parts, int count), (to, parts, count), to, 0, (to, parts, (int)first))
WRITE(sendfile, (int to, int from, off_t* at, size_t size), (to, from, at, size), to, size, (to, from, at, first))
WRITE(sendfile64, (int to, int from, off64_t* at, size_t size), (to, from, at, size), to, size, (to, from, at, first))
WRITE(copy_file_range, (int from, off64_t* at, int to, off64_t* there, size_t size, unsigned flags),
      (from, at, to, there, size, flags), to, size, (from, at, to, there, first, flags))

#define SIMPLE(name, call, parameters, arguments, check) \
  int name parameters {                                  \
    if (check) return failure();                         \
    return NEXT(int(*) parameters, #name) arguments;     \
  }

SIMPLE(fsync, "fsync", (int file), (file), fails_at("fsync", file))
SIMPLE(fdatasync, "fsync", (int file), (file), fails_at("fsync", file))
SIMPLE(ftruncate, "ftruncate", (int file, off_t size), (file, size), fails_at("ftruncate", file))
SIMPLE(ftruncate64, "ftruncate", (int file, off64_t size), (file, size), fails_at("ftruncate", file))
SIMPLE(rename, "rename", (const char* from, const char* to), (from, to), fails("rename", to))
SIMPLE(renameat, "rename", (int a, const char* from, int b, const char* to), (a, from, b, to), fails("rename", to))
SIMPLE(renameat2, "rename", (int a, const char* from, int b, const char* to, unsigned flags), (a, from, b, to, flags),
       fails("rename", to))
SIMPLE(link, "link", (const char* from, const char* to), (from, to), fails("link", to))
SIMPLE(linkat, "link", (int a, const char* from, int b, const char* to, int flags), (a, from, b, to, flags),
       fails("link", to))
