/* Plays the platform for the benchmarks: posts signed webhooks to a bot and takes its replies, in one cheap process.
 *
 *     platform LISTEN_PORT REQUESTS TARGET_PORT...
 *
 * REQUESTS holds whole HTTP requests, each after its length (4 bytes, little-endian); the n-th carries the reply token
 * "bench-<n>". Every call to LISTEN_PORT is answered 200 at once; one that names a reply token ends that conversation.
 * A phase is a line on standard input, `first count connections rate wait`, answered by one line of JSON. With rate 0
 * each connection sends its next request when the last one has ended; else requests are due `rate` a second, and their
 * time is counted from when they were due, however late they leave. `wait` is 1 if a request ends with its reply, and
 * 0 if the answer to the webhook is its end. Nothing is judged here: statuses and times are counted, no more.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serving.h"

enum { MOST_CONNECTIONS = 1024, BUFFER = 65536, PATIENCE_SECONDS = 20 };
enum kind { LISTENER, COMMANDS, CLIENT, SERVED };

struct peer { /* one socket, ours towards the bot (CLIENT) or the bot's towards us (SERVED) */
    enum kind kind;
    int fd;
    long request; /* CLIENT: what it sent last, until that has ended; else -1 */
    size_t got;   /* bytes of the answer or call in `in` */
    char *in;
};

struct talk { /* one webhook and what became of it, in nanoseconds of the monotonic clock */
    const char *bytes;
    uint32_t length;
    int status;
    uint64_t due, answered, replied;
};

struct phase {
    long first, count, next, ended, twice;
    int connections, wait, rate;
    uint64_t began, progress;
};

static struct talk *talks;
static long talks_known;
static struct phase now_running;
static struct peer *clients[MOST_CONNECTIONS];
static int targets[16], target_count, poller;

static void load(const char *path) {
    int fd = open(path, O_RDONLY);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) < 0) die(path);
    const char *at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (at == MAP_FAILED) die("mmap");
    for (const char *end = at + about.st_size; at < end; talks_known++) {
        if (talks_known % 4096 == 0) talks = realloc(talks, sizeof *talks * (size_t)(talks_known + 4096));
        struct talk one = {0};
        memcpy(&one.length, at, 4);
        one.bytes = at + 4;
        at += 4 + one.length;
        talks[talks_known] = one;
    }
}

static struct peer *watch(int fd, enum kind kind) {
    struct peer *peer = calloc(1, sizeof *peer);
    *peer = (struct peer){.kind = kind, .fd = fd, .request = -1};
    if (kind == CLIENT || kind == SERVED) peer->in = malloc(BUFFER + 1);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
    return peer;
}

static void forget(struct peer *peer) {
    close(peer->fd);
    free(peer->in);
    free(peer);
}

static struct sockaddr_in here(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void listen_at(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = here(port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1024) < 0) die("listen");
    watch(fd, LISTENER);
}

static struct peer *connect_to(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in address = here(port);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return watch(fd, CLIENT);
}

/* A request is small enough for an idle socket's buffer: it is written at once or something is wrong. */
static void post(struct peer *client) {
    struct talk *talk = &talks[client->request];
    if (send(client->fd, talk->bytes, talk->length, MSG_NOSIGNAL) != (ssize_t)talk->length) die("send");
}

/* Let an idle connection send the next request, if one is due. */
static void send_next(struct peer *client) {
    struct phase *p = &now_running;
    if (client->request >= 0 || p->next >= p->first + p->count) return;
    uint64_t due = now();
    if (p->rate > 0) {
        uint64_t planned = p->began + (uint64_t)(p->next - p->first) * 1000000000u / (uint64_t)p->rate;
        if (planned > due) return;
        due = planned;
    }
    client->request = p->next++;
    client->got = 0;
    talks[client->request].due = due;
    post(client);
}

static void send_all_due(void) {
    for (int i = 0; i < now_running.connections; i++) send_next(clients[i]);
}

static int is_over(const struct talk *talk) {
    return talk->answered > 0 && (talk->replied > 0 || !now_running.wait || talk->status != 200);
}

/* Note that a request has ended. With rate 0 and waiting for replies, its connection was kept for it alone. */
static void note_end(long request) {
    now_running.ended++;
    now_running.progress = now();
    for (int i = 0; i < now_running.connections; i++)
        if (clients[i]->request == request) clients[i]->request = -1;
    send_all_due();
}

/* The bot closed a connection: an idle one is opened again, a request without an answer ends as it is. */
static void reopen(struct peer *client) {
    long request = client->request;
    for (int i = 0; i < now_running.connections; i++)
        if (clients[i] == client) clients[i] = connect_to(targets[i % target_count]);
    forget(client);
    if (request >= 0 && talks[request].answered == 0) note_end(request);
}

static void read_answer(struct peer *client) {
    ssize_t got = recv(client->fd, client->in + client->got, BUFFER - client->got, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        reopen(client);
        return;
    }
    client->got += got > 0 ? (size_t)got : 0;
    client->in[client->got] = 0;
    if (client->request < 0 || whole(client->in, client->got) == 0) return;
    struct talk *talk = &talks[client->request];
    long request = client->request;
    if (talk->answered > 0) return;
    talk->answered = now();
    talk->status = atoi(client->in + 9);
    if (now_running.rate > 0) client->request = -1; /* the connection is free although its reply is not here yet */
    if (is_over(talk)) note_end(request);
    else send_all_due();
}

static void note_reply(long request) {
    if (request < 0 || request >= talks_known) return;
    struct talk *talk = &talks[request];
    now_running.twice += talk->replied > 0;
    if (talk->replied > 0) return;
    talk->replied = now();
    if (is_over(talk)) note_end(request);
}

/* Serves as the answer to a reply and to the question who the bot is. */
static const char taken[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Line-Request-Id: bench\r\nContent-Length: 101\r\n\r\n"
    "{\"sentMessages\":[{\"id\":\"1\",\"quoteToken\":\"q\"}],\"userId\":\"Ubench\",\"basicId\":\"@bench\",\"displayName\":\"b\"}";

static void serve_call(struct peer *served) {
    ssize_t got = recv(served->fd, served->in + served->got, BUFFER - served->got, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        forget(served);
        return;
    }
    served->got += got > 0 ? (size_t)got : 0;
    served->in[served->got] = 0;
    if (whole(served->in, served->got) == 0) return;
    const char *token = strstr(served->in, "\"bench-");
    int closes = strcasestr(served->in, "connection: close") != NULL;
    served->got = 0;
    if (send(served->fd, taken, sizeof taken - 1, MSG_NOSIGNAL) < 0) closes = 1;
    if (token != NULL) note_reply(atol(token + 7));
    if (closes) forget(served);
}

static void accept_all(int listener) {
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        watch(fd, SERVED);
    }
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_percentiles(const char *name, double *values, long count) {
    qsort(values, (size_t)count, sizeof *values, by_value);
    double half = count ? values[count / 2] : 0, high = count ? values[(long)((double)count * 0.99)] : 0;
    printf("\"%s_p50\": %.3f, \"%s_p99\": %.3f, \"%s_max\": %.3f, ", name, half, name, high, name, count ? values[count - 1] : 0);
}

static void report(double cpu) {
    struct phase *p = &now_running;
    double *answers = malloc(sizeof(double) * (size_t)p->count), *replies = malloc(sizeof(double) * (size_t)p->count);
    long answered = 0, replied = 0, good = 0;
    uint64_t last = p->began;
    for (long i = p->first; i < p->first + p->count; i++) {
        struct talk *talk = &talks[i];
        good += talk->status == 200;
        if (talk->answered) answers[answered++] = (double)(talk->answered - talk->due) / 1e6;
        if (talk->replied) replies[replied++] = (double)(talk->replied - talk->due) / 1e6;
        last = talk->answered > last ? talk->answered : last;
        last = talk->replied > last ? talk->replied : last;
    }
    printf("{");
    print_percentiles("answer_ms", answers, answered);
    print_percentiles("reply_ms", replies, replied);
    printf("\"asked\": %ld, \"answered_200\": %ld, \"replied\": %ld, \"replied_twice\": %ld, ", p->count, good, replied, p->twice);
    printf("\"seconds\": %.6f, \"own_cpu\": %.6f}\n", (double)(last - p->began) / 1e9, cpu_seconds() - cpu);
    fflush(stdout);
    free(answers);
    free(replies);
}

static void handle(struct peer *peer) {
    if (peer->kind == LISTENER) accept_all(peer->fd);
    else if (peer->kind == SERVED) serve_call(peer);
    else read_answer(peer);
}

/* Serve what is ready. Gives 1 when a command waits on standard input. */
static int turn(int milliseconds) {
    struct epoll_event events[256];
    int count = epoll_wait(poller, events, 256, milliseconds), commanded = 0;
    for (int i = 0; i < count; i++) {
        struct peer *peer = events[i].data.ptr;
        if (peer->kind == COMMANDS) commanded = 1;
        else handle(peer);
    }
    return commanded;
}

static void run_phase(void) {
    struct phase *p = &now_running;
    double cpu = cpu_seconds();
    for (int i = 0; i < p->connections; i++) clients[i] = connect_to(targets[i % target_count]);
    p->next = p->first;
    p->began = p->progress = now();
    send_all_due();
    while (p->ended < p->count && now() - p->progress < PATIENCE_SECONDS * 1000000000ull) {
        turn(p->rate > 0 ? 1 : 100);
        if (p->rate > 0) send_all_due();
    }
    report(cpu);
    for (int i = 0; i < p->connections; i++) forget(clients[i]);
    p->connections = 0;
}

int main(int argc, char **argv) {
    if (argc < 4) return fprintf(stderr, "usage: platform LISTEN_PORT REQUESTS TARGET_PORT...\n"), 2;
    poller = epoll_create1(0);
    load(argv[2]);
    for (int i = 3; i < argc && target_count < 16; i++) targets[target_count++] = atoi(argv[i]);
    listen_at(atoi(argv[1]));
    watch(STDIN_FILENO, COMMANDS);
    printf("{\"requests\": %ld}\n", talks_known);
    fflush(stdout);
    for (;;) {
        while (!turn(1000)) {}
        char line[200];
        ssize_t got = read(STDIN_FILENO, line, sizeof line - 1);
        if (got <= 0) return 0;
        line[got] = 0;
        struct phase p = {0};
        if (sscanf(line, "%ld %ld %d %d %d", &p.first, &p.count, &p.connections, &p.rate, &p.wait) != 5) return 2;
        if (p.first < 0 || p.first + p.count > talks_known || p.connections > MOST_CONNECTIONS) return 2;
        now_running = p;
        run_phase();
    }
}
