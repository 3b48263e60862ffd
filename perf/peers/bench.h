/* What stands between an unmodified program and "nrst bench serve --libusb PATH": one socket, and the bench's time. */
#ifndef BENCH_H
#define BENCH_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

enum op { HELLO = 1, LIST, OPEN, CLOSE, CONTROL, BULK_OUT, BULK_IN, RESET, SLEEP,
    SERIAL_OPEN, SERIAL_CLOSE, SERIAL_SET, SERIAL_OUT, SERIAL_IN, SERIAL_DROP, SERIAL_LINES };

/* Little-endian, as every machine this runs on. */
struct request {
    uint8_t op, device, endpoint;
    uint8_t flag;        /* HELLO: sleeps come here; CONTROL: to the host; BULK_OUT: it was ready behind another; SERIAL_SET: even parity;
                            SERIAL_LINES: bit 0 DTR, bit 1 RTS */
    uint32_t length;     /* of the data behind this, or of the data that may come back */
    uint64_t argument;   /* SLEEP, SERIAL_IN: nanoseconds; SERIAL_SET: baud; transfers: time-out in milliseconds, 0 for ever */
    uint8_t setup[8];
};

/* Nobody serves: the program has the machine's own time and devices. */
int bench_is_absent(void);

/* One question, one answer. What comes back and does not fit is read and dropped. Returns bytes, or an error of libusb. */
int ask(struct request *q, const void *out, void *in, size_t room, uint32_t *got);

/* Lets the bench's time pass. */
void pass(uint64_t ns);

#pragma GCC visibility pop

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

#endif
