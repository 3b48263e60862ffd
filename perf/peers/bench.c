/*
 * The socket to the bench, and the bench's time in the place of the C library's.
 *
 * st-flash, OpenOCD, dfu-util and stm32flash take the time from a handful of functions. A sleep moves the bench's clock by just that and
 * returns. So unmodified programs run on virtual boards, in virtual time, and the same run takes the same time again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "bench.h"

#define NO_DEVICE (-4) /* as libusb counts */

/* ---- the socket ------------------------------------------------------------------------------------------------------------ */

struct reply {
    int32_t result;      /* bytes, or an error of libusb */
    uint32_t length;     /* of the data behind this */
    uint64_t now;        /* nanoseconds on the bench */
};

static int own_usleep(useconds_t us);

/* Looks at the clock with nothing else done in between. */
static unsigned looks;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static int wire = -1;
static uint64_t now_ns;

static int io_all(int fd, void *data, size_t length, int out)
{
    for (char *at = data; length > 0;) {
        ssize_t n = out ? send(fd, at, length, MSG_NOSIGNAL) : recv(fd, at, length, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += n;
        length -= (size_t)n;
    }
    return 0;
}

int bench_is_absent(void) { return wire < 0; }

int ask(struct request *q, const void *out, void *in, size_t room, uint32_t *got)
{
    struct reply a = {.result = NO_DEVICE};
    pthread_mutex_lock(&gate);
    looks = 0;
    int bad = wire < 0 || io_all(wire, q, sizeof *q, 1) || (out && q->length && io_all(wire, (void *)out, q->length, 1)) || io_all(wire, &a, sizeof a, 0);
    for (uint32_t done = 0; !bad && done < a.length;) {
        char spare[512];
        int fits = done < room;
        size_t n = a.length - done;
        if (fits && n > room - done)
            n = room - done;
        if (!fits && n > sizeof spare)
            n = sizeof spare;
        bad = io_all(wire, fits ? (char *)in + done : spare, n, 0);
        done += (uint32_t)n;
    }
    if (bad)
        a = (struct reply){.result = NO_DEVICE, .now = now_ns};
    now_ns = a.now;
    if (got)
        *got = a.length < room ? a.length : (uint32_t)room;
    pthread_mutex_unlock(&gate);
    return a.result;
}

__attribute__((constructor)) static void connect_to_bench(void)
{
    const char *path = getenv("NRST_BENCH_USB");
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof at.sun_path)
        return;
    strcpy(at.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at)) {
        fprintf(stderr, "the virtual bench: nothing serves at '%s'\n", path);
        if (fd >= 0)
            close(fd);
        return;
    }
    wire = fd;
    /* Whether this program's sleeps come here: not where the library was loaded too late to stand before the C library. */
    struct request hello = {.op = HELLO, .flag = dlsym(RTLD_DEFAULT, "usleep") == (void *)own_usleep};
    ask(&hello, NULL, NULL, 0, NULL);
}

/* ---- time ------------------------------------------------------------------------------------------------------------------ */

/* Virtual time 0; any moment will do. */
#define EPOCH 1750000000

void pass(uint64_t ns)
{
    struct request q = {.op = SLEEP, .argument = ns};
    ask(&q, NULL, NULL, 0, NULL);
}

/*
 * A program that does nothing but look at the clock waits for it to move (OpenOCD's "sleep N busy"), and here nothing moves by itself. So
 * after many looks in a row each further one takes ten microseconds.
 */
#define MANY_LOOKS 1000

static void look(void)
{
    if (++looks > MANY_LOOKS) {
        pass(10000);
        looks = MANY_LOOKS;
    }
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    if (wire < 0)
        return REAL(gettimeofday)(tv, zone);
    look();
    *tv = (struct timeval){EPOCH + (time_t)(now_ns / 1000000000), (suseconds_t)(now_ns / 1000 % 1000000)};
    return 0;
}

time_t time(time_t *out)
{
    if (wire < 0)
        return REAL(time)(out);
    look();
    time_t t = EPOCH + (time_t)(now_ns / 1000000000);
    if (out)
        *out = t;
    return t;
}

int usleep(useconds_t us) __attribute__((alias("own_usleep")));

static int own_usleep(useconds_t us)
{
    if (wire < 0)
        return REAL(usleep)(us);
    pass((uint64_t)us * 1000);
    return 0;
}

unsigned sleep(unsigned s)
{
    if (wire < 0)
        return REAL(sleep)(s);
    pass((uint64_t)s * 1000000000);
    return 0;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    if (wire < 0)
        return REAL(nanosleep)(wanted, left);
    pass((uint64_t)wanted->tv_sec * 1000000000 + (uint64_t)wanted->tv_nsec);
    if (left)
        *left = (struct timespec){0, 0};
    return 0;
}

/* Descriptors that are ready are looked at at once; the rest is a sleep. */
int select(int n, fd_set *restrict r, fd_set *restrict w, fd_set *restrict e, struct timeval *restrict patience)
{
    if (wire < 0 || !patience)
        return REAL(select)(n, r, w, e, patience);
    uint64_t ns = (uint64_t)patience->tv_sec * 1000000000 + (uint64_t)patience->tv_usec * 1000;
    struct timeval none = {0, 0};
    int ready = REAL(select)(n, r, w, e, &none);
    if (ready == 0 && ns > 0)
        pass(ns);
    return ready;
}

/* For a program that knows of the bench, and lives in its time by a clock of its own. */
uint64_t bench_now(void) { return now_ns; }

void bench_sleep(uint64_t ns)
{
    struct request hello = {.op = HELLO, .flag = 1};
    static int said;
    if (!said++)
        ask(&hello, NULL, NULL, 0, NULL);
    pass(ns);
}
