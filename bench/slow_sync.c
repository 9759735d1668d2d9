/* Makes every fdatasync and fsync of a program 2 ms slower, as a plain cloud disk does: load it with LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

static const useconds_t DELAY = 2000;

static int slowly(const char *name, int fd) {
    int (*original)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    usleep(DELAY);
    return original(fd);
}

int fdatasync(int fd) { return slowly("fdatasync", fd); }

int fsync(int fd) { return slowly("fsync", fd); }
