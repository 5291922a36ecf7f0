// LD_PRELOADed into the server: while the file that FULL_DISK names is there, no file takes another byte; with
// FULL_DISK_OF none with that text in its path.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_of(int fd) {
  const char *of = getenv("FULL_DISK_OF");
  char link[64], path[4096];
  if (!of) return 1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  path[size > 0 ? size : 0] = 0;
  return strstr(path, of) != NULL;
}

static int is_full(int fd) {
  const char *gate = getenv("FULL_DISK");
  struct stat status;
  if (!gate || access(gate, F_OK) != 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  if (fd == STDERR_FILENO || !is_of(fd)) return 0;  // the log of the test
  errno = ENOSPC;
  return 1;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  ssize_t (*next)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return is_full(fd) ? -1 : next(fd, bytes, size);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  ssize_t (*next)(int, const struct iovec *, int) =
      (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  return is_full(fd) ? -1 : next(fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  ssize_t (*next)(int, const void *, size_t, off_t) =
      (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
  return is_full(fd) ? -1 : next(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  ssize_t (*next)(int, const void *, size_t, off64_t) =
      (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  return is_full(fd) ? -1 : next(fd, bytes, size, at);
}
