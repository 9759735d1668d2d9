/* Plays LINE and Telegram towards a bot that sends: takes each call, answers it after a while, and counts who was told.
 *
 *     taker LISTEN_PORT DELAY_MILLISECONDS RATE
 *
 * LINE's multicasts are read for their "U…" ids, Telegram's messages for their chat_id; the last seven digits of each
 * say whom it is. Against RATE messages a second a token bucket, one second deep, counts what Telegram would have
 * refused; it is answered all the same. A line on standard input is answered by one line of JSON with all counts since
 * the last line that began with "c", which clears them. Nothing is judged here.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "serving.h"

enum { PEOPLE = 10000000, BUFFER = 1 << 17, MOST_WAITING = 4096 };

struct peer { /* one connection of the bot's; -1 once it is closed, and freed when its answer would be due */
    int fd, is_due;
    size_t got;
    char in[BUFFER + 1];
};

struct answer {
    struct peer *peer;
    const char *body;
    uint64_t due;
};

static struct {
    long calls, told, twice, refused;
    uint64_t first, last;
    double cpu;
} counted;

static uint8_t was_told[PEOPLE];
static struct answer waiting[MOST_WAITING]; /* a ring: every answer waits equally long, so the first is due first */
static unsigned long put, taken;
static uint64_t delay;
static double rate, tokens;
static uint64_t filled_at;
static int poller;

static void forget(struct peer *peer) {
    if (peer->fd >= 0) close(peer->fd);
    peer->fd = -1;
    if (!peer->is_due) free(peer);
}

static void tell(const char *digits) {
    size_t number = 0;
    for (; isdigit((unsigned char)*digits); digits++) number = (number * 10 + (size_t)(*digits - '0')) % PEOPLE;
    counted.told += !was_told[number];
    counted.twice += was_told[number];
    was_told[number] = 1;
}

static void tell_all(const char *in) {
    const char *at = strstr(in, "\"to\"");
    if (at == NULL) return;
    const char *last = strchr(at, ']'); /* of the list, whatever words follow it */
    for (at = strstr(at, "\"U"); at != NULL && (last == NULL || at < last); at = strstr(at + 2, "\"U")) tell(at + 2);
}

static void tell_chat(const char *in) {
    const char *at = strstr(in, "chat_id");
    if (at == NULL) return;
    uint64_t at_once = now();
    tokens += (double)(at_once - filled_at) / 1e9 * rate;
    tokens = tokens > rate ? rate : tokens;
    filled_at = at_once;
    if (tokens < 1) counted.refused++;
    else tokens--;
    tell(at + strcspn(at, "0123456789"));
}

/* Count what a call tells whom, and give what it is answered. */
static const char *take(const char *in) {
    int is_multicast = strstr(in, "/message/multicast ") != NULL, is_message = strstr(in, "/sendMessage ") != NULL;
    if (is_multicast || is_message) {
        counted.calls++;
        counted.last = now();
        if (counted.first == 0) counted.first = counted.last;
    }
    if (is_multicast) return tell_all(in), "{}";
    if (is_message) {
        tell_chat(in);
        return "{\"ok\":true,\"result\":{\"message_id\":1,\"date\":1,\"chat\":{\"id\":1,\"type\":\"private\"},\"text\":\"t\"}}";
    }
    if (strstr(in, "/bot/info ")) return "{\"userId\":\"Ubench\",\"basicId\":\"@bench\",\"displayName\":\"b\"}";
    if (strstr(in, "/quota/consumption ")) return "{\"totalUsage\":0}";
    if (strstr(in, "/message/quota ")) return "{\"type\":\"none\"}";
    return "{\"ok\":true,\"result\":true}";
}

static void answer(struct peer *peer, const char *body) {
    char out[1024];
    int length = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Line-Request-Id: bench\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
    if (send(peer->fd, out, (size_t)length, MSG_NOSIGNAL) != length) forget(peer);
}

static void answer_due(void) {
    for (uint64_t at = now(); taken < put && waiting[taken % MOST_WAITING].due <= at; taken++) {
        struct answer *due = &waiting[taken % MOST_WAITING];
        due->peer->is_due = 0;
        if (due->peer->fd < 0) forget(due->peer);
        else answer(due->peer, due->body);
    }
}

static void read_call(struct peer *peer) {
    ssize_t got = recv(peer->fd, peer->in + peer->got, BUFFER - peer->got, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        forget(peer);
        return;
    }
    peer->got += got > 0 ? (size_t)got : 0;
    peer->in[peer->got] = 0;
    if (whole(peer->in, peer->got) == 0) return;
    peer->got = 0;
    const char *body = take(peer->in);
    if (delay == 0 || put - taken == MOST_WAITING) {
        answer(peer, body);
        return;
    }
    peer->is_due = 1;
    waiting[put++ % MOST_WAITING] = (struct answer){peer, body, now() + delay};
}

static void watch(int fd, void *what) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

static void accept_all(int listener) {
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct peer *peer = calloc(1, sizeof *peer);
        peer->fd = fd;
        watch(fd, peer);
    }
}

static int listen_at(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1024) < 0) die("listen");
    return fd;
}

/* Answer a line of standard input; ends the program with its input. */
static void report(void) {
    char line[64];
    if (read(STDIN_FILENO, line, sizeof line) <= 0) exit(0);
    printf("{\"calls\": %ld, \"told\": %ld, \"twice\": %ld, \"refused\": %ld, \"seconds\": %.6f, \"own_cpu\": %.6f}\n",
           counted.calls, counted.told, counted.twice, counted.refused, (double)(counted.last - counted.first) / 1e9,
           cpu_seconds() - counted.cpu);
    fflush(stdout);
    if (line[0] != 'c') return;
    memset(&counted, 0, sizeof counted);
    memset(was_told, 0, sizeof was_told);
    counted.cpu = cpu_seconds();
}

/* Give the milliseconds until the next answer is due, rounded up; -1 for none. */
static int patience(void) {
    if (taken == put) return -1;
    uint64_t at = now(), due = waiting[taken % MOST_WAITING].due;
    return due <= at ? 0 : (int)((due - at + 999999) / 1000000);
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: taker LISTEN_PORT DELAY_MILLISECONDS RATE\n"), 2;
    static char listening, asked;
    poller = epoll_create1(0);
    delay = (uint64_t)atoi(argv[2]) * 1000000u;
    tokens = rate = atof(argv[3]);
    filled_at = now();
    int listener = listen_at(atoi(argv[1]));
    watch(listener, &listening);
    watch(STDIN_FILENO, &asked);
    for (;;) {
        struct epoll_event events[256];
        int count = epoll_wait(poller, events, 256, patience());
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &listening) accept_all(listener);
            else if (events[i].data.ptr == &asked) report();
            else read_call(events[i].data.ptr);
        }
        answer_due();
    }
}
