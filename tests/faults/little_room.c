// LD_PRELOADed into the server: while the file that LITTLE_ROOM names is there, its text says how many bytes are free on
// each disk.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

int statvfs(const char *path, struct statvfs *found) {
  int (*next)(const char *, struct statvfs *) = (int (*)(const char *, struct statvfs *))dlsym(RTLD_NEXT, "statvfs");
  const char *gate = getenv("LITTLE_ROOM");
  FILE *file = gate ? fopen(gate, "re") : NULL;
  unsigned long long bytes = 0;
  const int told = file && fscanf(file, "%llu", &bytes) == 1;
  if (file) fclose(file);
  const int status = next(path, found);
  if (told && status == 0) found->f_bavail = bytes / found->f_frsize;
  return status;
}
