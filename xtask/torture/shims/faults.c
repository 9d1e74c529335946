/* A disk that fails: calls on files below a folder fail by chance, or write less than they were asked to.
 *
 * TORTURE_BELOW    the folder
 * TORTURE_CONTROL  a file of two 32-bit numbers, looked at with each call: failures in a million calls, and a seed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_FILES 4096

static const char *below;
static size_t below_length;
static volatile const uint32_t *control;
static atomic_uint calls;
static atomic_char ours[MOST_FILES];

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("TORTURE_CONTROL");
    int (*opens)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int file = path ? opens(path, O_RDONLY) : -1;
    if (file < 0) return;
    void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
    if (map == MAP_FAILED) return;
    below = getenv("TORTURE_BELOW");
    below_length = below ? strlen(below) : 0;
    control = map;
}

/* Whether this call fails; errno is set. */
static int fails(void) {
    if (!control || !control[0]) return 0;
    uint64_t hash = ((uint64_t)control[1] << 32) + atomic_fetch_add(&calls, 1);
    hash = (hash ^ (hash >> 31)) * 0x9e3779b97f4a7c15ull;
    hash = (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9ull;
    hash ^= hash >> 32;
    if (hash % 1000000 >= control[0]) return 0;
    static const int reasons[] = {EIO, ENOSPC, EINTR, EIO, EDQUOT};
    errno = reasons[(hash >> 40) % 5];
    return 1;
}

static int is_below(const char *path) {
    return below_length && path && strncmp(path, below, below_length) == 0;
}

static int is_ours(int file) {
    return file >= 0 && file < MOST_FILES && ours[file];
}

static int opened(int file, const char *path) {
    if (file >= 0 && file < MOST_FILES) ours[file] = is_below(path);
    return file;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
        REAL(int, #name, const char *, int, ...); \
        if (is_below(path) && fails()) return -1; \
        return opened(real(path, flags, mode), path); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
        REAL(int, #name, int, const char *, int, ...); \
        if (is_below(path) && fails()) return -1; \
        return opened(real(folder, path, flags, mode), path); \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int file) {
    REAL(int, "close", int);
    if (file >= 0 && file < MOST_FILES) ours[file] = 0;
    return real(file);
}

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (is_ours(file) && fails()) {
        if (errno == EIO && count > 1) return real(file, bytes, count / 2);
        return -1;
    }
    return real(file, bytes, count);
}

#define PWRITE(name, offset_type) \
    ssize_t name(int file, const void *bytes, size_t count, offset_type at) { \
        REAL(ssize_t, #name, int, const void *, size_t, offset_type); \
        if (is_ours(file) && fails()) { \
            if (errno == EIO && count > 1) return real(file, bytes, count / 2, at); \
            return -1; \
        } \
        return real(file, bytes, count, at); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define ON_FILE(name, type) \
    int name(int file, type size) { \
        REAL(int, #name, int, type); \
        return is_ours(file) && fails() ? -1 : real(file, size); \
    }
ON_FILE(ftruncate, off_t)
ON_FILE(ftruncate64, off64_t)

#define RESERVE(name, type) \
    int name(int file, int mode, type from, type length) { \
        REAL(int, #name, int, int, type, type); \
        return is_ours(file) && fails() ? -1 : real(file, mode, from, length); \
    }
RESERVE(fallocate, off_t)
RESERVE(fallocate64, off64_t)

#define SYNC(name) \
    int name(int file) { \
        REAL(int, #name, int); \
        return is_ours(file) && fails() ? -1 : real(file); \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TWO_PATHS(name) \
    int name(const char *from, const char *to) { \
        REAL(int, #name, const char *, const char *); \
        return is_below(from) && fails() ? -1 : real(from, to); \
    }
TWO_PATHS(rename)
TWO_PATHS(link)

int linkat(int folder, const char *from, int other, const char *to, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    return is_below(from) && fails() ? -1 : real(folder, from, other, to, flags);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    return is_below(path) && fails() ? -1 : real(path, mode);
}

/* Pages of a file that are made ready: where there is no room for one, the system says so here. */
int madvise(void *at, size_t length, int advice) {
    REAL(int, "madvise", void *, size_t, int);
    if (advice == 23 && fails()) {
        errno = EFAULT;
        return -1;
    }
    return real(at, length, advice);
}
