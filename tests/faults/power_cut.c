// LD_PRELOADed into the server: writes down how each change below the folder POWER_CUT_OF is undone, before it is made,
// and each sync, in the file POWER_CUT. When the server has been killed, power_cut.py undoes the changes that a power
// cut may take: those that were not synced.
//
// The bytes of a file last once that file is synced, names (made, renamed, removed) once their folder is. A sync that
// fails leaves its changes readable, but no later sync covers them: so does Linux. sync_file_range() promises nothing
// and is not looked at; O_DIRECT makes nothing last, and goes by the same write(). A file that is renamed over or
// removed is kept by a link in the folder POWER_CUT_KEPT, so that it can be put back and its inode's number is not used
// again. Not seen, and so taken for synced, are bytes written through a mapping (the mapping is written down, so that
// power_cut.py knows), by stdio inside libc, by sendfile() and copy_file_range().
//
// One mutex: records have the order of the changes. A record is there before its change, so a kill between them leaves
// the record of a change that was not made, and undoing that changes nothing.
//
// While the file that POWER_CUT_CHEAT names is there, a sync of files with its text in their path is claimed and does
// not count: a run must see the losses then.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FILES 65536

// power_cut.py reads these: kind, inode, place, end, size before, and how many bytes follow.
struct record {
  uint64_t kind, file, at, end, was, size;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned char watched[FILES];  // of each descriptor: it was opened below the folder
static int journal = -1;
static uint64_t kept;

static const char *folder(void) { return getenv("POWER_CUT_OF"); }

// The path without a trailing part that is not there yet; or 0 where it is not below the folder.
static int is_below(int directory, const char *path, char *whole) {
  char parent[PATH_MAX], base[PATH_MAX];
  const char *of = folder();
  if (!of || !path || !*path) return 0;
  if (path[0] == '/' || directory == AT_FDCWD) {
    snprintf(parent, sizeof parent, "%s", path);
  } else {
    snprintf(parent, sizeof parent, "/proc/self/fd/%d/%s", directory, path);
  }
  size_t length = strlen(parent);
  while (length > 1 && parent[length - 1] == '/') parent[--length] = 0;
  char *slash = strrchr(parent, '/');
  snprintf(base, sizeof base, "%s", slash ? slash + 1 : parent);
  if (slash) *(slash == parent ? slash + 1 : slash) = 0;
  char resolved[PATH_MAX];
  if (!realpath(slash ? parent : ".", resolved)) return 0;
  if (snprintf(whole, PATH_MAX, "%s/%s", resolved, base) >= PATH_MAX) return 0;
  length = strlen(of);
  return strncmp(whole, of, length) == 0 && (whole[length] == '/' || whole[length] == 0);
}

static void open_journal(void) {
  if (journal < 0) journal = NEXT(open)(getenv("POWER_CUT"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// REQUIRES: the mutex is held. With the bytes of `file` from `from` on, or with text.
static void note(struct record record, int file, uint64_t from, const char *text) {
  open_journal();
  struct iovec parts[2] = {{&record, sizeof record}, {(void *)text, record.size}};
  char *old = NULL;
  if (!text && record.size > 0) {
    old = malloc(record.size);
    ssize_t got = pread(file, old, record.size, (off_t)from);
    record.size = got > 0 ? (uint64_t)got : 0;
    parts[1] = (struct iovec){old, record.size};
  }
  if (NEXT(writev)(journal, parts, record.size > 0 ? 2 : 1) != (ssize_t)(sizeof record + record.size)) abort();
  free(old);
}

static uint64_t inode_of_folder(const char *path) {
  char parent[PATH_MAX];
  struct stat status;
  snprintf(parent, sizeof parent, "%s", path);
  char *slash = strrchr(parent, '/');
  if (slash) *slash = 0;
  return stat(parent, &status) == 0 ? status.st_ino : 0;
}

static int is_watched(int fd, struct stat *status) {
  return fd >= 0 && fd < FILES && watched[fd] && fstat(fd, status) == 0 &&
         (S_ISREG(status->st_mode) || S_ISDIR(status->st_mode));
}

// --- bytes

// A file opened to be read as well can be asked for its old bytes; one that is not is read by another descriptor.
static int readable(int fd) {
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY) return fd;
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return NEXT(open)(path, O_RDONLY | O_CLOEXEC);
}

// REQUIRES: the mutex is held, and fd is watched.
static void note_write(int fd, const struct stat *status, uint64_t at, uint64_t count) {
  const uint64_t was = (uint64_t)status->st_size, end = at + count;
  struct record record = {'W', status->st_ino, at, end, was, 0};
  if (at < was) record.size = (end < was ? end : was) - at;
  const int file = record.size > 0 ? readable(fd) : fd;
  note(record, file, at, NULL);
  if (file != fd) close(file);
}

static void note_truncate(int file, const struct stat *status, uint64_t end) {
  const uint64_t was = (uint64_t)status->st_size;
  struct record record = {'T', status->st_ino, end, end, was, end < was ? was - end : 0};
  const int reader = record.size > 0 ? readable(file) : file;
  note(record, reader, end, NULL);
  if (reader != file) close(reader);
}

static uint64_t place_of(int fd, const struct stat *status) {
  if (fcntl(fd, F_GETFL) & O_APPEND) return (uint64_t)status->st_size;
  return (uint64_t)lseek(fd, 0, SEEK_CUR);
}

#define CHANGED(fd, noting, changing)            \
  struct stat status;                            \
  if (!is_watched(fd, &status)) return changing; \
  pthread_mutex_lock(&mutex);                    \
  fstat(fd, &status);                            \
  noting;                                        \
  __typeof__(changing) result = changing;        \
  const int reason = errno;                      \
  pthread_mutex_unlock(&mutex);                  \
  errno = reason;                                \
  return result

static uint64_t bytes_of(const struct iovec *parts, int count) {
  uint64_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  return bytes;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  CHANGED(fd, note_write(fd, &status, place_of(fd, &status), size), NEXT(write)(fd, bytes, size));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  CHANGED(fd, note_write(fd, &status, place_of(fd, &status), bytes_of(parts, count)), NEXT(writev)(fd, parts, count));
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  CHANGED(fd, note_write(fd, &status, (uint64_t)at, size), NEXT(pwrite)(fd, bytes, size, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  CHANGED(fd, note_write(fd, &status, (uint64_t)at, size), NEXT(pwrite64)(fd, bytes, size, at));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  CHANGED(fd, note_write(fd, &status, (uint64_t)at, bytes_of(parts, count)), NEXT(pwritev)(fd, parts, count, at));
}

int ftruncate(int fd, off_t size) {
  CHANGED(fd, note_truncate(fd, &status, (uint64_t)size), NEXT(ftruncate)(fd, size));
}

int ftruncate64(int fd, off64_t size) {
  CHANGED(fd, note_truncate(fd, &status, (uint64_t)size), NEXT(ftruncate64)(fd, size));
}

// REQUIRES: the mutex is held.
static void note_truncate_of(const char *path, uint64_t end) {
  struct stat status;
  const int file = NEXT(open)(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  if (fstat(file, &status) == 0 && (uint64_t)status.st_size != end) note_truncate(file, &status, end);
  close(file);
}

static void note_allocation(int fd, const struct stat *status, uint64_t end) {
  if (end > (uint64_t)status->st_size) note_truncate(fd, status, end);
}

int fallocate(int fd, int mode, off_t at, off_t size) {
  if (mode & FALLOC_FL_KEEP_SIZE) return NEXT(fallocate)(fd, mode, at, size);
  CHANGED(fd, note_allocation(fd, &status, (uint64_t)(at + size)), NEXT(fallocate)(fd, mode, at, size));
}

int posix_fallocate(int fd, off_t at, off_t size) {
  CHANGED(fd, note_allocation(fd, &status, (uint64_t)(at + size)), NEXT(posix_fallocate)(fd, at, size));
}

static void note_mapping(int fd, int protection, int flags) {
  struct stat status;
  if (!(protection & PROT_WRITE) || !(flags & MAP_SHARED) || !is_watched(fd, &status)) return;
  pthread_mutex_lock(&mutex);
  note((struct record){'M', status.st_ino, 0, 0, 0, 0}, fd, 0, NULL);
  pthread_mutex_unlock(&mutex);
}

void *mmap(void *where, size_t size, int protection, int flags, int fd, off_t at) {
  note_mapping(fd, protection, flags);
  return NEXT(mmap)(where, size, protection, flags, fd, at);
}

void *mmap64(void *where, size_t size, int protection, int flags, int fd, off64_t at) {
  note_mapping(fd, protection, flags);
  return NEXT(mmap64)(where, size, protection, flags, fd, at);
}

// --- syncs: each covers the records that were there when it began

static int is_cheated(int fd) {
  const char *cheat = getenv("POWER_CUT_CHEAT");
  char of[64] = "", link[64], path[PATH_MAX] = "";
  const int file = cheat ? NEXT(open)(cheat, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  const ssize_t size = read(file, of, sizeof of - 1);
  close(file);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return size > 0 && readlink(link, path, sizeof path - 1) > 0 && strstr(path, of);
}

static int synced(int fd, int (*next)(int)) {
  struct stat status;
  if (!is_watched(fd, &status)) return next(fd);
  pthread_mutex_lock(&mutex);
  open_journal();
  const uint64_t covered = (uint64_t)lseek(journal, 0, SEEK_END);
  pthread_mutex_unlock(&mutex);
  if (is_cheated(fd)) return 0;
  const int result = next(fd), reason = errno;
  pthread_mutex_lock(&mutex);
  note((struct record){result == 0 ? 'S' : 'F', status.st_ino, covered, 0, 0, 0}, fd, 0, NULL);
  pthread_mutex_unlock(&mutex);
  errno = reason;
  return result;
}

int fsync(int fd) { return synced(fd, NEXT(fsync)); }

int fdatasync(int fd) { return synced(fd, NEXT(fdatasync)); }

// --- names

// REQUIRES: the mutex is held. A link to the file of this name, or "" where there is none.
static void keep(const char *path, char *link_path) {
  link_path[0] = 0;
  char wanted[PATH_MAX];
  snprintf(wanted, sizeof wanted, "%s/%d.%llu", getenv("POWER_CUT_KEPT"), getpid(), (unsigned long long)kept++);
  if (NEXT(link)(path, wanted) == 0) snprintf(link_path, PATH_MAX, "%s", wanted);
}

// Texts with a zero behind each: the name, the name before, the link to the file that is kept.
static void note_names(char kind, const char *path, const char *from, const char *link_path) {
  static char texts[3 * PATH_MAX];
  const int size = snprintf(texts, sizeof texts, "%s%c%s%c%s%c", path, 0, from, 0, link_path, 0);
  note((struct record){(uint64_t)kind, inode_of_folder(path), 0, 0, 0, (uint64_t)size}, -1, 0, texts);
}

static void note_removal(const char *path) {
  char link_path[PATH_MAX];
  keep(path, link_path);
  if (link_path[0]) note_names('U', path, "", link_path);
}

#define NAMED(below, noting, changing)         \
  if (!(below)) return changing;               \
  pthread_mutex_lock(&mutex);                  \
  noting;                                      \
  const int result = changing, reason = errno; \
  pthread_mutex_unlock(&mutex);                \
  errno = reason;                              \
  return result

static void note_rename(const char *from, const char *to) {
  char link_path[PATH_MAX];
  keep(to, link_path);
  note_names('R', to, from, link_path);
}

int rename(const char *from, const char *to) {
  char old[PATH_MAX], new[PATH_MAX];
  NAMED(is_below(AT_FDCWD, from, old) && is_below(AT_FDCWD, to, new), note_rename(old, new), NEXT(rename)(from, to));
}

int unlink(const char *path) {
  char whole[PATH_MAX];
  NAMED(is_below(AT_FDCWD, path, whole), note_removal(whole), NEXT(unlink)(path));
}

static void note_removal_of(const char *path, int is_folder) {
  if (is_folder) {
    note_names('d', path, "", "");
  } else {
    note_removal(path);
  }
}

int unlinkat(int directory, const char *path, int flags) {
  char whole[PATH_MAX];
  NAMED(is_below(directory, path, whole), note_removal_of(whole, flags & AT_REMOVEDIR),
        NEXT(unlinkat)(directory, path, flags));
}

int remove(const char *path) {
  char whole[PATH_MAX];
  struct stat status;
  NAMED(is_below(AT_FDCWD, path, whole), note_removal_of(whole, lstat(path, &status) == 0 && S_ISDIR(status.st_mode)),
        NEXT(remove)(path));
}

int rmdir(const char *path) {
  char whole[PATH_MAX];
  NAMED(is_below(AT_FDCWD, path, whole), note_names('d', whole, "", ""), NEXT(rmdir)(path));
}

int truncate(const char *path, off_t size) {
  char whole[PATH_MAX];
  NAMED(is_below(AT_FDCWD, path, whole), note_truncate_of(whole, (uint64_t)size), NEXT(truncate)(path, size));
}

int truncate64(const char *path, off64_t size) {
  char whole[PATH_MAX];
  NAMED(is_below(AT_FDCWD, path, whole), note_truncate_of(whole, (uint64_t)size), NEXT(truncate64)(path, size));
}

int mkdir(const char *path, mode_t mode) {
  char whole[PATH_MAX];
  NAMED(is_below(AT_FDCWD, path, whole) && access(path, F_OK) != 0, note_names('D', whole, "", ""),
        NEXT(mkdir)(path, mode));
}

int link(const char *from, const char *to) {
  char whole[PATH_MAX];
  NAMED(is_below(AT_FDCWD, to, whole) && access(to, F_OK) != 0, note_names('C', whole, "", ""), NEXT(link)(from, to));
}

// --- opening

// REQUIRES: the mutex is held.
static void note_opening(const char *path, int flags) {
  struct stat status;
  if (stat(path, &status) != 0) {
    if (flags & O_CREAT) note_names('C', path, "", "");
  } else if ((flags & O_TRUNC) && S_ISREG(status.st_mode)) {
    note_truncate_of(path, 0);
  }
}

static int opened(int directory, const char *path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  const int below = is_below(directory, path, whole);
  if (below) {
    pthread_mutex_lock(&mutex);
    note_opening(whole, flags);
  }
  const int fd = NEXT(openat)(directory, path, flags, mode), reason = errno;
  if (fd >= 0 && fd < FILES) watched[fd] = (unsigned char)below;
  if (below) pthread_mutex_unlock(&mutex);
  errno = reason;
  return fd;
}

#define MODE(flags)                        \
  mode_t mode = 0;                         \
  if ((flags) & (O_CREAT | __O_TMPFILE)) { \
    va_list more;                          \
    va_start(more, flags);                 \
    mode = va_arg(more, mode_t);           \
    va_end(more);                          \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE(flags)
  return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int directory, const char *path, int flags, ...) {
  MODE(flags)
  return opened(directory, path, flags, mode);
}
