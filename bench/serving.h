/* What the programs that play a platform share: the clock, their own processor time, and where an HTTP message ends. */
#ifndef SERVING_H
#define SERVING_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Give the length of the whole HTTP message in a buffer, 0 while it is not all there. */
static size_t whole(const char *in, size_t got) {
    const char *end = memmem(in, got, "\r\n\r\n", 4);
    if (end == NULL) return 0;
    const char *length = strcasestr(in, "\ncontent-length:");
    size_t body = length != NULL && length < end ? strtoul(length + 16, NULL, 10) : 0;
    size_t all = (size_t)(end - in) + 4 + body;
    return got >= all ? all : 0;
}

#endif
