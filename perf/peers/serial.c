/*
 * Serial ports whose other end is a USART of a virtual chip: /dev/ttyBENCH0 is the first board of the bench, and so on.
 *
 * stm32flash opens a path and uses termios. This library stands in for those calls where the path is one of these, and hands what is written
 * to "nrst bench serve --libusb PATH" over a Unix socket; bench.c stands in for the clock. Unlike a pseudo-terminal such a port has a parity
 * bit, DTR and RTS, and a byte takes its time.
 *
 *   build.sh OUT-FOLDER
 *   NRST_BENCH_USB=PATH LD_PRELOAD=OUT-FOLDER/libserial.so stm32flash ... /dev/ttyBENCH0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#include "bench.h"

#define PREFIX "/dev/ttyBENCH"
#define MOST_PORTS 8
#define TENTH_NS 100000000ull /* the unit of VTIME */
#define FOR_EVER_NS 60000000000ull

static struct port {
    int fd, board, lines;
    struct termios settings;
} ports[MOST_PORTS] = {[0 ... MOST_PORTS - 1] = {.fd = -1}};

static struct port *port_of(int fd)
{
    for (int i = 0; i < MOST_PORTS; i++)
        if (fd >= 0 && ports[i].fd == fd)
            return &ports[i];
    return NULL;
}

static int done(int result)
{
    if (result >= 0)
        return result;
    errno = EIO;
    return -1;
}

static int drive(struct port *p, int lines)
{
    struct request q = {.op = SERIAL_LINES, .device = (uint8_t)p->board, .flag = (uint8_t)((lines & TIOCM_DTR ? 1 : 0) | (lines & TIOCM_RTS ? 2 : 0))};
    p->lines = lines & (TIOCM_DTR | TIOCM_RTS);
    return done(ask(&q, NULL, NULL, 0, NULL));
}

static unsigned baud_of(speed_t code)
{
    static const struct { speed_t code; unsigned baud; } known[] = {
        {B1200, 1200}, {B1800, 1800}, {B2400, 2400}, {B4800, 4800}, {B9600, 9600}, {B19200, 19200}, {B38400, 38400}, {B57600, 57600},
        {B115200, 115200}, {B230400, 230400}, {B460800, 460800}, {B500000, 500000}, {B576000, 576000}, {B921600, 921600},
        {B1000000, 1000000}, {B1500000, 1500000}, {B2000000, 2000000}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].code == code)
            return known[i].baud;
    return 0;
}

static int set(struct port *p, const struct termios *wanted)
{
    unsigned baud = baud_of(cfgetospeed(wanted));
    if (!baud || (wanted->c_cflag & CSIZE) != CS8 || wanted->c_cflag & PARODD) {
        errno = EINVAL;
        return -1;
    }
    struct request q = {.op = SERIAL_SET, .device = (uint8_t)p->board, .flag = wanted->c_cflag & PARENB ? 1 : 0, .argument = baud};
    p->settings = *wanted;
    return done(ask(&q, NULL, NULL, 0, NULL)) < 0 ? -1 : 0;
}

static int open_port(const char *path, int flags)
{
    struct port *p = NULL;
    for (int i = 0; i < MOST_PORTS && !p; i++)
        if (ports[i].fd < 0)
            p = &ports[i];
    int board = atoi(path + strlen(PREFIX));
    struct request q = {.op = SERIAL_OPEN, .device = (uint8_t)board};
    if (!p || ask(&q, NULL, NULL, 0, NULL) < 0) {
        errno = ENODEV;
        return -1;
    }
    /* A descriptor that can be locked, and keeps its flags. */
    int fd = memfd_create("ttyBENCH", 0);
    if (fd < 0 || fcntl(fd, F_SETFL, flags & O_NONBLOCK) < 0)
        return -1;
    *p = (struct port){.fd = fd, .board = board};
    /* As a USB adapter comes from the kernel: 9600 8N1, and both lines asserted by the opening. */
    struct termios fresh = {.c_iflag = ICRNL | IXON, .c_oflag = OPOST | ONLCR, .c_cflag = CS8 | CREAD | HUPCL | CLOCAL, .c_lflag = ISIG | ICANON | ECHO};
    fresh.c_cc[VMIN] = 1;
    cfsetispeed(&fresh, B9600);
    cfsetospeed(&fresh, B9600);
    set(p, &fresh);
    drive(p, TIOCM_DTR | TIOCM_RTS);
    return fd;
}

static int is_ours(const char *path) { return !bench_is_absent() && path && strncmp(path, PREFIX, strlen(PREFIX)) == 0; }

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, int) : 0;
    va_end(rest);
    return is_ours(path) ? open_port(path, flags) : REAL(open)(path, flags, mode);
}

int close(int fd)
{
    struct port *p = port_of(fd);
    if (p) {
        struct request q = {.op = SERIAL_CLOSE, .device = (uint8_t)p->board};
        if (p->settings.c_cflag & HUPCL)
            drive(p, 0);
        ask(&q, NULL, NULL, 0, NULL);
        p->fd = -1;
    }
    return REAL(close)(fd);
}

ssize_t read(int fd, void *into, size_t room)
{
    struct port *p = port_of(fd);
    if (!p)
        return REAL(read)(fd, into, room);
    /* VMIN is taken for 0 or 1: whoever wants more asks again. */
    int waits = !(fcntl(fd, F_GETFL) & O_NONBLOCK);
    uint64_t ns = !waits ? 0 : p->settings.c_cc[VMIN] ? FOR_EVER_NS : p->settings.c_cc[VTIME] * TENTH_NS;
    struct request q = {.op = SERIAL_IN, .device = (uint8_t)p->board, .length = (uint32_t)room, .argument = ns};
    int got = done(ask(&q, NULL, into, room, NULL));
    if (got == 0 && !waits) {
        errno = EAGAIN;
        return -1;
    }
    return got;
}

ssize_t write(int fd, const void *from, size_t length)
{
    struct port *p = port_of(fd);
    if (!p)
        return REAL(write)(fd, from, length);
    struct request q = {.op = SERIAL_OUT, .device = (uint8_t)p->board, .length = (uint32_t)length};
    return done(ask(&q, from, NULL, 0, NULL));
}

int tcgetattr(int fd, struct termios *into)
{
    struct port *p = port_of(fd);
    if (!p)
        return REAL(tcgetattr)(fd, into);
    *into = p->settings;
    return 0;
}

int tcsetattr(int fd, int when, const struct termios *wanted)
{
    struct port *p = port_of(fd);
    return p ? set(p, wanted) : REAL(tcsetattr)(fd, when, wanted);
}

int tcflush(int fd, int which)
{
    struct port *p = port_of(fd);
    if (!p)
        return REAL(tcflush)(fd, which);
    struct request q = {.op = SERIAL_DROP, .device = (uint8_t)p->board};
    return which == TCOFLUSH ? 0 : done(ask(&q, NULL, NULL, 0, NULL));
}

/* A quarter of a second of break, which no loader of a chip takes for anything. */
int tcsendbreak(int fd, int duration)
{
    if (!port_of(fd))
        return REAL(tcsendbreak)(fd, duration);
    pass(250000000);
    return 0;
}

int isatty(int fd) { return port_of(fd) ? 1 : REAL(isatty)(fd); }

int ioctl(int fd, unsigned long request, ...)
{
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    struct port *p = port_of(fd);
    if (!p)
        return REAL(ioctl)(fd, request, argument);
    switch (request) {
    case TIOCMGET: *(int *)argument = p->lines; return 0;
    case TIOCMSET: return drive(p, *(int *)argument);
    case TIOCMBIS: return drive(p, p->lines | *(int *)argument);
    case TIOCMBIC: return drive(p, p->lines & ~*(int *)argument);
    case TIOCEXCL:
    case TIOCNXCL: return 0;
    default: errno = ENOTTY; return -1;
    }
}
