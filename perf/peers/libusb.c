/*
 * A libusb-1.0 whose USB is the virtual bench.
 *
 * st-flash, OpenOCD and dfu-util reach their device through libusb-1.0. This library hands every transfer to "nrst bench serve --libusb PATH"
 * over a Unix socket, and bench.c stands in for the clock.
 *
 *   build.sh OUT-FOLDER
 *   NRST_BENCH_USB=PATH LD_PRELOAD=OUT-FOLDER/libusb-1.0.so.0 st-flash ...
 *
 * Preloaded it stands in for the clock too. Found through LD_LIBRARY_PATH by a program that loads its libraries at run time (nrst does), it is
 * a libusb only, and says so to the bench, which then lets the chip live while that program sleeps.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <libusb-1.0/libusb.h>
#include "bench.h"

/* ---- devices --------------------------------------------------------------------------------------------------------------- */

struct libusb_context { int unused; };

struct libusb_device {
    int references;
    uint8_t index, bus, address, port, speed;
    uint8_t descriptor[18];
    uint16_t configuration_length;
    uint8_t configuration[1024];
};

struct libusb_device_handle {
    libusb_device *device;
    uint8_t configuration;
};

/* What LIST sends for each device. */
struct listed {
    uint8_t index, bus, address, port, speed, plugged;
    uint16_t configuration_length;
    uint8_t descriptor[18];
    uint8_t configuration[1024];
} __attribute__((packed));

static libusb_context only;
static struct libusb_version version = {1, 0, 26, 11724, "", "of the virtual bench"};

int libusb_init(libusb_context **context)
{
    if (context)
        *context = &only;
    return 0;
}

void libusb_exit(libusb_context *context) { (void)context; }
int libusb_set_option(libusb_context *context, enum libusb_option option, ...) { (void)context, (void)option; return 0; }
void libusb_set_debug(libusb_context *context, int level) { (void)context, (void)level; }
const struct libusb_version *libusb_get_version(void) { return &version; }
int libusb_has_capability(uint32_t capability) { return capability == LIBUSB_CAP_HAS_CAPABILITY; }

libusb_device *libusb_ref_device(libusb_device *device)
{
    device->references++;
    return device;
}

void libusb_unref_device(libusb_device *device)
{
    if (device && --device->references == 0)
        free(device);
}

ssize_t libusb_get_device_list(libusb_context *context, libusb_device ***list)
{
    static struct listed all[64];
    uint32_t length = 0;
    struct request q = {.op = LIST};
    (void)context;
    int result = ask(&q, NULL, all, sizeof all, &length);
    uint32_t count = result < 0 ? 0 : length / sizeof all[0];
    *list = calloc(count + 1, sizeof **list);
    uint32_t plugged = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct listed *one = &all[i];
        if (!one->plugged)
            continue;
        libusb_device *device = calloc(1, sizeof *device);
        device->references = 1;
        device->index = one->index;
        device->bus = one->bus;
        device->address = one->address;
        device->port = one->port;
        device->speed = one->speed;
        memcpy(device->descriptor, one->descriptor, sizeof device->descriptor);
        device->configuration_length = one->configuration_length;
        memcpy(device->configuration, one->configuration, sizeof device->configuration);
        (*list)[plugged++] = device;
    }
    return plugged;
}

void libusb_free_device_list(libusb_device **list, int unref)
{
    for (libusb_device **at = list; list && unref && *at; at++)
        libusb_unref_device(*at);
    free(list);
}

uint8_t libusb_get_bus_number(libusb_device *device) { return device->bus; }
uint8_t libusb_get_port_number(libusb_device *device) { return device->port; }
uint8_t libusb_get_device_address(libusb_device *device) { return device->address; }
int libusb_get_device_speed(libusb_device *device) { return device->speed; }
libusb_device *libusb_get_device(libusb_device_handle *handle) { return handle->device; }

int libusb_get_port_numbers(libusb_device *device, uint8_t *ports, int length)
{
    if (length < 1)
        return LIBUSB_ERROR_OVERFLOW;
    ports[0] = device->port;
    return 1;
}

static uint16_t half(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }

int libusb_get_device_descriptor(libusb_device *device, struct libusb_device_descriptor *into)
{
    const uint8_t *d = device->descriptor;
    *into = (struct libusb_device_descriptor){
        d[0], d[1], half(d + 2), d[4], d[5], d[6], d[7], half(d + 8), half(d + 10), half(d + 12), d[14], d[15], d[16], d[17]};
    return 0;
}

static unsigned char *copy(const uint8_t *from, int length)
{
    unsigned char *into = length ? malloc((size_t)length) : NULL;
    if (into)
        memcpy(into, from, (size_t)length);
    return into;
}

/* Where the next descriptor of one of these types is; the end if there is none. */
static const uint8_t *seek(const uint8_t *at, const uint8_t *end, uint8_t a, uint8_t b)
{
    while (at + 2 <= end && at[0] >= 2 && at[1] != a && at[1] != b)
        at += at[0];
    return at > end ? end : at;
}

int libusb_get_config_descriptor(libusb_device *device, uint8_t index, struct libusb_config_descriptor **out)
{
    const uint8_t *d = device->configuration, *end = d + device->configuration_length;
    if (index != 0)
        return LIBUSB_ERROR_NOT_FOUND;
    struct libusb_config_descriptor *config = calloc(1, sizeof *config);
    struct libusb_interface *interfaces = calloc(d[4] ? d[4] : 1, sizeof *interfaces);
    *config = (struct libusb_config_descriptor){
        .bLength = d[0], .bDescriptorType = d[1], .wTotalLength = half(d + 2), .bNumInterfaces = d[4], .bConfigurationValue = d[5],
        .iConfiguration = d[6], .bmAttributes = d[7], .MaxPower = d[8], .interface = interfaces};
    const uint8_t *at = seek(d + 9, end, LIBUSB_DT_INTERFACE, LIBUSB_DT_INTERFACE);
    config->extra_length = (int)(at - (d + 9));
    config->extra = copy(d + 9, config->extra_length);
    while (at < end && at[2] < d[4]) {
        struct libusb_interface *one = &interfaces[at[2]];
        struct libusb_interface_descriptor *settings =
            realloc((void *)one->altsetting, (size_t)(one->num_altsetting + 1) * sizeof *settings);
        struct libusb_interface_descriptor *setting = &settings[one->num_altsetting++];
        one->altsetting = settings;
        struct libusb_endpoint_descriptor *endpoints = calloc(at[4] ? at[4] : 1, sizeof *endpoints);
        *setting = (struct libusb_interface_descriptor){
            at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], at[8], endpoints, NULL, 0};
        const uint8_t *extra = at + at[0];
        at = seek(extra, end, LIBUSB_DT_INTERFACE, LIBUSB_DT_ENDPOINT);
        setting->extra_length = (int)(at - extra);
        setting->extra = copy(extra, setting->extra_length);
        for (int i = 0; at < end && at[1] == LIBUSB_DT_ENDPOINT; i++) {
            if (i < setting->bNumEndpoints)
                endpoints[i] = (struct libusb_endpoint_descriptor){
                    .bLength = at[0], .bDescriptorType = at[1], .bEndpointAddress = at[2], .bmAttributes = at[3],
                    .wMaxPacketSize = half(at + 4), .bInterval = at[6]};
            at = seek(at + at[0], end, LIBUSB_DT_INTERFACE, LIBUSB_DT_ENDPOINT);
        }
    }
    *out = config;
    return 0;
}

int libusb_get_active_config_descriptor(libusb_device *device, struct libusb_config_descriptor **out)
{
    return libusb_get_config_descriptor(device, 0, out);
}

void libusb_free_config_descriptor(struct libusb_config_descriptor *config)
{
    if (!config)
        return;
    for (int i = 0; i < config->bNumInterfaces; i++) {
        const struct libusb_interface *one = &config->interface[i];
        for (int k = 0; k < one->num_altsetting; k++) {
            free((void *)one->altsetting[k].endpoint);
            free((void *)one->altsetting[k].extra);
        }
        free((void *)one->altsetting);
    }
    free((void *)config->interface);
    free((void *)config->extra);
    free(config);
}

/* ---- handles and transfers ------------------------------------------------------------------------------------------------- */

static int transfer(libusb_device_handle *handle, enum op op, uint8_t endpoint, const uint8_t setup[8], void *data, int length, unsigned timeout,
    int queued)
{
    int in = op == BULK_IN || (op == CONTROL && setup[0] & 0x80);
    struct request q = {.op = (uint8_t)op, .device = handle->device->index, .endpoint = endpoint, .flag = op == CONTROL ? in : op == BULK_OUT && queued,
        .length = (uint32_t)length, .argument = timeout};
    if (setup)
        memcpy(q.setup, setup, 8);
    return ask(&q, in ? NULL : data, in ? data : NULL, in ? (size_t)length : 0, NULL);
}

static int standard(libusb_device_handle *handle, uint8_t recipient, uint8_t request, uint16_t value, uint16_t index)
{
    uint8_t setup[8] = {recipient, request, (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)index, (uint8_t)(index >> 8), 0, 0};
    int result = transfer(handle, CONTROL, 0, setup, NULL, 0, 1000, 0);
    return result < 0 ? result : 0;
}

int libusb_open(libusb_device *device, libusb_device_handle **out)
{
    struct request q = {.op = OPEN, .device = device->index};
    int result = ask(&q, NULL, NULL, 0, NULL);
    if (result < 0)
        return result;
    *out = calloc(1, sizeof **out);
    (*out)->device = libusb_ref_device(device);
    (*out)->configuration = 1;
    /* An operating system configures a device when it is plugged in. */
    return standard(*out, 0, LIBUSB_REQUEST_SET_CONFIGURATION, 1, 0);
}

libusb_device_handle *libusb_open_device_with_vid_pid(libusb_context *context, uint16_t vid, uint16_t pid)
{
    libusb_device **list;
    libusb_device_handle *handle = NULL;
    libusb_get_device_list(context, &list);
    for (libusb_device **at = list; *at && !handle; at++)
        if (half((*at)->descriptor + 8) == vid && half((*at)->descriptor + 10) == pid)
            libusb_open(*at, &handle);
    libusb_free_device_list(list, 1);
    return handle;
}

void libusb_close(libusb_device_handle *handle)
{
    if (!handle)
        return;
    struct request q = {.op = CLOSE, .device = handle->device->index};
    ask(&q, NULL, NULL, 0, NULL);
    libusb_unref_device(handle->device);
    free(handle);
}

int libusb_get_configuration(libusb_device_handle *handle, int *value)
{
    *value = handle->configuration;
    return 0;
}

int libusb_set_configuration(libusb_device_handle *handle, int value)
{
    handle->configuration = (uint8_t)value;
    return standard(handle, 0, LIBUSB_REQUEST_SET_CONFIGURATION, (uint16_t)value, 0);
}

/* No kernel has a driver for a device that is not there. */
int libusb_claim_interface(libusb_device_handle *handle, int number) { (void)handle, (void)number; return 0; }
int libusb_release_interface(libusb_device_handle *handle, int number) { (void)handle, (void)number; return 0; }
int libusb_kernel_driver_active(libusb_device_handle *handle, int number) { (void)handle, (void)number; return 0; }
int libusb_detach_kernel_driver(libusb_device_handle *handle, int number) { (void)handle, (void)number; return LIBUSB_ERROR_NOT_FOUND; }
int libusb_attach_kernel_driver(libusb_device_handle *handle, int number) { (void)handle, (void)number; return LIBUSB_ERROR_NOT_FOUND; }
int libusb_set_auto_detach_kernel_driver(libusb_device_handle *handle, int enable) { (void)handle, (void)enable; return 0; }

int libusb_set_interface_alt_setting(libusb_device_handle *handle, int number, int setting)
{
    return standard(handle, 1, LIBUSB_REQUEST_SET_INTERFACE, (uint16_t)setting, (uint16_t)number);
}

int libusb_clear_halt(libusb_device_handle *handle, unsigned char endpoint)
{
    return standard(handle, 2, LIBUSB_REQUEST_CLEAR_FEATURE, 0, endpoint);
}

int libusb_reset_device(libusb_device_handle *handle)
{
    struct request q = {.op = RESET, .device = handle->device->index};
    return ask(&q, NULL, NULL, 0, NULL);
}

int libusb_control_transfer(libusb_device_handle *handle, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
    unsigned char *data, uint16_t length, unsigned timeout)
{
    uint8_t setup[8] = {type, request, (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)index, (uint8_t)(index >> 8),
        (uint8_t)length, (uint8_t)(length >> 8)};
    return transfer(handle, CONTROL, 0, setup, data, length, timeout, 0);
}

int libusb_bulk_transfer(libusb_device_handle *handle, unsigned char endpoint, unsigned char *data, int length, int *done, unsigned timeout)
{
    int result = transfer(handle, endpoint & 0x80 ? BULK_IN : BULK_OUT, endpoint, NULL, data, length, timeout, 0);
    if (done)
        *done = result < 0 ? 0 : result;
    return result < 0 ? result : 0;
}

int libusb_interrupt_transfer(libusb_device_handle *handle, unsigned char endpoint, unsigned char *data, int length, int *done, unsigned timeout)
{
    return libusb_bulk_transfer(handle, endpoint, data, length, done, timeout);
}

int libusb_get_string_descriptor_ascii(libusb_device_handle *handle, uint8_t index, unsigned char *into, int room)
{
    uint8_t raw[255];
    if (index == 0)
        return LIBUSB_ERROR_INVALID_PARAM;
    int length = libusb_control_transfer(handle, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR, (uint16_t)(LIBUSB_DT_STRING << 8 | index), 0x0409, raw, sizeof raw, 1000);
    if (length < 2)
        return length < 0 ? length : LIBUSB_ERROR_IO;
    int n = 0;
    for (int i = 2; i + 1 < length && i + 1 < raw[0] && n < room - 1; i += 2)
        into[n++] = raw[i + 1] || raw[i] & 0x80 ? '?' : raw[i];
    into[n] = 0;
    return n;
}

/* ---- asynchronous transfers: done when they are submitted, told when somebody handles events -------------------------------- */

struct queued {
    struct queued *next;
    struct libusb_transfer *transfer;
};

static struct queued *first, **last = &first;

struct libusb_transfer *libusb_alloc_transfer(int packets)
{
    return calloc(1, sizeof(struct libusb_transfer) + (size_t)packets * sizeof(struct libusb_iso_packet_descriptor));
}

void libusb_free_transfer(struct libusb_transfer *t)
{
    if (t && t->flags & LIBUSB_TRANSFER_FREE_BUFFER)
        free(t->buffer);
    free(t);
}

static enum libusb_transfer_status status_of(int result)
{
    switch (result) {
    case LIBUSB_ERROR_TIMEOUT: return LIBUSB_TRANSFER_TIMED_OUT;
    case LIBUSB_ERROR_PIPE: return LIBUSB_TRANSFER_STALL;
    case LIBUSB_ERROR_NO_DEVICE: return LIBUSB_TRANSFER_NO_DEVICE;
    case LIBUSB_ERROR_OVERFLOW: return LIBUSB_TRANSFER_OVERFLOW;
    default: return result < 0 ? LIBUSB_TRANSFER_ERROR : LIBUSB_TRANSFER_COMPLETED;
    }
}

int libusb_submit_transfer(struct libusb_transfer *t)
{
    int result;
    if (t->type == LIBUSB_TRANSFER_TYPE_CONTROL)
        result = transfer(t->dev_handle, CONTROL, 0, t->buffer, t->buffer + 8, half(t->buffer + 6), t->timeout, 0);
    else
        result = transfer(t->dev_handle, t->endpoint & 0x80 ? BULK_IN : BULK_OUT, t->endpoint, NULL, t->buffer, t->length, t->timeout, first != NULL);
    t->actual_length = result < 0 ? 0 : result;
    t->status = status_of(result);
    struct queued *q = calloc(1, sizeof *q);
    q->transfer = t;
    *last = q;
    last = &q->next;
    return 0;
}

int libusb_cancel_transfer(struct libusb_transfer *t) { (void)t; return LIBUSB_ERROR_NOT_FOUND; }

int libusb_handle_events_timeout_completed(libusb_context *context, struct timeval *patience, int *completed)
{
    (void)context;
    if (!first && patience && (!completed || !*completed))
        pass((uint64_t)patience->tv_sec * 1000000000 + (uint64_t)patience->tv_usec * 1000);
    while (first) {
        struct queued *q = first;
        first = q->next;
        if (!first)
            last = &first;
        struct libusb_transfer *t = q->transfer;
        free(q);
        if (t->callback)
            t->callback(t);
    }
    return 0;
}

int libusb_handle_events_timeout(libusb_context *context, struct timeval *patience) { return libusb_handle_events_timeout_completed(context, patience, NULL); }
int libusb_handle_events_completed(libusb_context *context, int *completed) { return libusb_handle_events_timeout_completed(context, NULL, completed); }
int libusb_handle_events(libusb_context *context) { return libusb_handle_events_timeout_completed(context, NULL, NULL); }

/* ---- names ----------------------------------------------------------------------------------------------------------------- */

const char *libusb_error_name(int code)
{
    switch (code) {
    case LIBUSB_SUCCESS: return "LIBUSB_SUCCESS";
    case LIBUSB_ERROR_IO: return "LIBUSB_ERROR_IO";
    case LIBUSB_ERROR_INVALID_PARAM: return "LIBUSB_ERROR_INVALID_PARAM";
    case LIBUSB_ERROR_ACCESS: return "LIBUSB_ERROR_ACCESS";
    case LIBUSB_ERROR_NO_DEVICE: return "LIBUSB_ERROR_NO_DEVICE";
    case LIBUSB_ERROR_NOT_FOUND: return "LIBUSB_ERROR_NOT_FOUND";
    case LIBUSB_ERROR_BUSY: return "LIBUSB_ERROR_BUSY";
    case LIBUSB_ERROR_TIMEOUT: return "LIBUSB_ERROR_TIMEOUT";
    case LIBUSB_ERROR_OVERFLOW: return "LIBUSB_ERROR_OVERFLOW";
    case LIBUSB_ERROR_PIPE: return "LIBUSB_ERROR_PIPE";
    case LIBUSB_ERROR_NOT_SUPPORTED: return "LIBUSB_ERROR_NOT_SUPPORTED";
    default: return "LIBUSB_ERROR_OTHER";
    }
}

const char *libusb_strerror(int code) { return libusb_error_name(code); }
