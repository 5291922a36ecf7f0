// LD_PRELOADed into the server: while the file that KILL_AT names is there, the process is killed just before it
// renames, unlinks or syncs something with KILL_AT_OF in its path for the Nth time, where the file holds the number N.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int steps;

static void step(const char *path) {
  const char *gate = getenv("KILL_AT"), *of = getenv("KILL_AT_OF");
  int wanted = 0;
  FILE *file = gate && of && strstr(path, of) ? fopen(gate, "r") : NULL;
  if (!file) return;
  const int is_read = fscanf(file, "%d", &wanted) == 1;
  fclose(file);
  if (is_read && ++steps == wanted) kill(getpid(), SIGKILL);
}

int rename(const char *from, const char *to) {
  int (*next)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  step(to);
  return next(from, to);
}

int unlink(const char *path) {
  int (*next)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
  step(path);
  return next(path);
}

int fsync(int fd) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  path[size > 0 ? size : 0] = 0;
  step(path);
  return next(fd);
}
