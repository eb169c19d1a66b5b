/*
 * Stands between a program and the disk (LD_PRELOAD): fails what the test wants failed, and writes down what was done.
 *
 *   DISK_FOLDER  the data directory; only the base's files in it (ramal.db*) are looked at
 *   DISK_ORDERS  a file, read before each operation: "OPERATION ERRNO EVERY ONCE", all but the first in digits; OPERATION is
 *                write, sync or any. Of these operations each EVERYth fails, or the EVERYth alone. Absent: none
 *   DISK_TRACE   a file that each operation is appended to once it is done (tests/store/trace.rs reads it)
 *
 * -shm files are memory to SQLite: they can fail, and no power cut leaves anything of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static long writes, syncs;

/* The file's name in the data directory, "." for the directory itself, NULL for whatever does not concern us. */
static const char *name_of_path(const char *path) {
    const char *folder = getenv("DISK_FOLDER");
    if (!folder || strncmp(path, folder, strlen(folder)) != 0) return NULL;
    const char *rest = path + strlen(folder);
    if (!*rest) return ".";
    return strncmp(rest, "/ramal.db", 9) == 0 ? rest + 1 : NULL;
}

static const char *name_of(int fd, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return NULL;
    path[length] = 0;
    return name_of_path(path);
}

/* The error that this operation shall end with; 0: none. */
static int failure(const char *operation, long *count) {
    const char *file = getenv("DISK_ORDERS");
    char line[64] = "", wanted[16];
    int error = 0, once = 0;
    long every = 0;
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDONLY) : -1;
    if (fd < 0) return 0;
    ssize_t length = syscall(SYS_read, fd, line, sizeof line - 1);
    syscall(SYS_close, fd);
    if (length <= 0 || sscanf(line, "%15s %d %ld %d", wanted, &error, &every, &once) != 4 || every <= 0) return 0;
    if (strcmp(wanted, operation) != 0 && strcmp(wanted, "any") != 0) return 0;
    long now = ++*count + (strcmp(wanted, "any") == 0 ? (count == &writes ? syncs : writes) : 0);
    return (once ? now == every : now % every == 0) ? error : 0;
}

static void note(const char *head, const void *data, size_t length) {
    const char *file = getenv("DISK_TRACE");
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    if (fd < 0) return;
    struct iovec parts[2] = {{(void *)head, strlen(head)}, {(void *)data, length}};
    if (syscall(SYS_writev, fd, parts, 2) < 0) abort(); /* a trace with a gap proves nothing */
    syscall(SYS_close, fd);
}

static int is_memory(const char *name) {
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, "-shm") == 0;
}

static ssize_t write_at(int fd, const void *data, size_t length, off_t at, int placed) {
    char path[PATH_MAX], head[PATH_MAX + 64];
    const char *name = name_of(fd, path);
    if (!name) return placed ? syscall(SYS_pwrite64, fd, data, length, at) : syscall(SYS_write, fd, data, length);
    pthread_mutex_lock(&one_at_a_time);
    int error = failure("write", &writes);
    if (!placed) at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = -1;
    if (error) {
        errno = error;
    } else {
        done = placed ? syscall(SYS_pwrite64, fd, data, length, at) : syscall(SYS_write, fd, data, length);
        if (done > 0 && !is_memory(name)) {
            snprintf(head, sizeof head, "W %s %lld %lld\n", name, (long long)at, (long long)done);
            note(head, data, (size_t)done);
        }
    }
    pthread_mutex_unlock(&one_at_a_time);
    return done;
}

ssize_t write(int fd, const void *data, size_t length) { return write_at(fd, data, length, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return write_at(fd, data, length, at, 1); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) { return write_at(fd, data, length, at, 1); }

static int open_file(const char *path, int flags, mode_t mode) {
    char head[PATH_MAX + 64];
    const char *name = flags & O_CREAT ? name_of_path(path) : NULL;
    if (!name) return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    pthread_mutex_lock(&one_at_a_time);
    int is_new = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && is_new && !is_memory(name)) {
        snprintf(head, sizeof head, "C %s\n", name);
        note(head, "", 0);
    }
    pthread_mutex_unlock(&one_at_a_time);
    return fd;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = flags & O_CREAT ? (mode_t)va_arg(rest, int) : 0;                                                 \
        va_end(rest);                                                                                                  \
        return open_file(path, flags, mode);                                                                           \
    }
OPEN(open)
OPEN(open64)

/* A failed sync is written down too: what it was to bring to the disk may never get there. */
static int sync_file(int fd, long call) {
    char path[PATH_MAX], head[PATH_MAX + 64];
    const char *name = name_of(fd, path);
    if (!name) return (int)syscall(call, fd);
    pthread_mutex_lock(&one_at_a_time);
    int error = failure("sync", &syncs);
    int done = error ? -1 : (int)syscall(call, fd);
    snprintf(head, sizeof head, "%s %s\n", done == 0 ? "S" : "F", name);
    note(head, "", 0);
    if (error) errno = error;
    pthread_mutex_unlock(&one_at_a_time);
    return done;
}

int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

static int cut(int fd, off_t size) {
    char path[PATH_MAX], head[PATH_MAX + 64];
    const char *name = name_of(fd, path);
    pthread_mutex_lock(&one_at_a_time);
    int done = (int)syscall(SYS_ftruncate, fd, size);
    if (done == 0 && name && !is_memory(name)) {
        snprintf(head, sizeof head, "T %s %lld\n", name, (long long)size);
        note(head, "", 0);
    }
    pthread_mutex_unlock(&one_at_a_time);
    return done;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }

int unlink(const char *path) {
    char head[PATH_MAX + 64];
    const char *name = name_of_path(path);
    pthread_mutex_lock(&one_at_a_time);
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (done == 0 && name && !is_memory(name)) {
        snprintf(head, sizeof head, "U %s\n", name);
        note(head, "", 0);
    }
    pthread_mutex_unlock(&one_at_a_time);
    return done;
}
