// LD_PRELOADed into the server: while the file that SLOW_DISK names is there, nothing gets to the disk; with SLOW_DISK_OF
// nothing of the files with that text in their path.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_slow(int fd) {
  const char *of = getenv("SLOW_DISK_OF");
  char link[64], path[4096];
  if (!of) return 1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, sizeof path - 1);
  path[size > 0 ? size : 0] = 0;
  return strstr(path, of) != NULL;
}

static void wait_for_disk(int fd) {
  const char *gate = getenv("SLOW_DISK");
  if (!gate || !is_slow(fd)) return;
  while (access(gate, F_OK) == 0) usleep(1000);
}

int fdatasync(int fd) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_for_disk(fd);
  return next(fd);
}

int fsync(int fd) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_for_disk(fd);
  return next(fd);
}
