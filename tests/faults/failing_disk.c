// LD_PRELOADed into the server: while the file that FAILING_DISK names is there, the calls in its text fail with EIO
// for each file with FAILING_DISK_OF in its path: "fsync", "write", or both.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_told(const char *what) {
  const char *gate = getenv("FAILING_DISK");
  char text[64] = "";
  int file = gate ? (int)syscall(SYS_openat, AT_FDCWD, gate, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  return size > 0 && strstr(text, what) != NULL;
}

static int fails(int fd, const char *what) {
  struct stat status;
  char link[64], path[4096];
  if (fstat(fd, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) || !is_told(what)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  path[size > 0 ? size : 0] = 0;
  const char *of = getenv("FAILING_DISK_OF");
  if (of && !strstr(path, of)) return 0;
  errno = EIO;
  return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { return fails(fd, "fsync") ? -1 : NEXT(fsync)(fd); }

int fdatasync(int fd) { return fails(fd, "fsync") ? -1 : NEXT(fdatasync)(fd); }

ssize_t write(int fd, const void *bytes, size_t size) { return fails(fd, "write") ? -1 : NEXT(write)(fd, bytes, size); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return fails(fd, "write") ? -1 : NEXT(writev)(fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  return fails(fd, "write") ? -1 : NEXT(pwrite)(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  return fails(fd, "write") ? -1 : NEXT(pwrite64)(fd, bytes, size, at);
}
