/* Fills 64 KiB (8 on the smallest core) with a generator, sorts it, and sums it up with a CRC-32 table, floating point and 64-bit arithmetic.
 * Leaves everything in RAM and stops at done(). See build.sh. */
#include <stdint.h>

#ifndef RAM
#define RAM 0x20000000
#define KIB 64
#endif
#if KIB == 64
#define DATA ((uint32_t *)(RAM + 0x8000))
#define RESULT ((volatile uint32_t *)(RAM + 0x7000))
#define STACK (RAM + 0x6000)
#else
#define DATA ((uint32_t *)(RAM + 0x2000))
#define RESULT ((volatile uint32_t *)(RAM + 0x1F00))
#define STACK (RAM + 0x1E00)
#endif
#define COUNT (KIB * 1024 / 4)

static uint32_t table[256];

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        table[i] = crc;
    }
}

static uint32_t crc32(const uint8_t *bytes, uint32_t length)
{
    uint32_t crc = ~0u;
    while (length--)
        crc = table[(crc ^ *bytes++) & 0xFF] ^ crc >> 8;
    return ~crc;
}

static void sift(uint32_t *heap, uint32_t root, uint32_t count)
{
    for (;;) {
        uint32_t child = root * 2 + 1;
        if (child >= count)
            return;
        if (child + 1 < count && heap[child] < heap[child + 1])
            child++;
        if (heap[root] >= heap[child])
            return;
        uint32_t swap = heap[root];
        heap[root] = heap[child];
        heap[child] = swap;
        root = child;
    }
}

static void sort(uint32_t *data, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;)
        sift(data, i, count);
    for (uint32_t end = count; end-- > 1;) {
        uint32_t swap = data[0];
        data[0] = data[end];
        data[end] = swap;
        sift(data, 0, end);
    }
}

static float length(const uint32_t *data, uint32_t count)
{
    float sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        float x = (float)(int32_t)data[i] / 65536.0f;
        sum = sum * 0.75f + x * x;
    }
#ifdef __ARM_FP
    return __builtin_sqrtf(sum);
#else
    return sum; /* the library brings no square root */
#endif
}

#if defined(__ARM_FP) && __ARM_FP & 8
static double mean(const uint32_t *data, uint32_t count)
{
    double sum = 0, product = 1;
    for (uint32_t i = 0; i < count; i++) {
        double x = (double)(int32_t)data[i] / 4294967296.0;
        sum = __builtin_fma(sum, 0.99, x);
        product = __builtin_fmax(product * (1.0 + x), 1e-3) + __builtin_floor(x * 8.0);
    }
    return __builtin_sqrt(sum * sum + product * product);
}
#endif

static uint32_t classify(uint32_t value)
{
    switch (value & 15) {
    case 0: return value / 7;
    case 1: return (uint32_t)((int32_t)value / -13);
    case 2: return value % 1000;
    case 3: return (uint32_t)__builtin_clz(value | 1);
    case 4: return __builtin_bswap32(value);
    case 5: return value * 2654435761u;
    case 6: return (uint32_t)((uint64_t)value * value >> 32);
    case 7: return (uint32_t)(int32_t)(int8_t)value;
    case 8: return value << (value >> 27) | value >> (32 - (value >> 27) & 31);
    default: return value >> 3 & 0x1FF;
    }
}

static uint32_t count_up(uint32_t times)
{
    static uint32_t counter;
    for (uint32_t i = 0; i < times; i++)
#ifdef __ARM_FEATURE_LDREX
        __atomic_fetch_add(&counter, i, __ATOMIC_SEQ_CST); /* LDREX and STREX, or LDAEX and STLEX */
#else
        counter += i;
#endif
    return counter;
}

__attribute__((noinline, used)) void done(void)
{
    for (;;)
        __asm__ volatile("nop");
}

static __attribute__((noinline)) void work(void)
{
    uint32_t x = 2463534242u;
    for (uint32_t i = 0; i < COUNT; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        DATA[i] = x;
    }
    make_table();
    RESULT[0] = crc32((const uint8_t *)DATA, COUNT * 4);
    float f = length(DATA, 1000);
    RESULT[1] = *(uint32_t *)&f;
    RESULT[2] = (uint32_t)f;
#if defined(__ARM_FP) && __ARM_FP & 8
    union { double number; uint32_t words[2]; } d = {mean(DATA, 1000)};
    RESULT[7] = d.words[0];
    RESULT[8] = d.words[1];
#endif
    uint64_t sum = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        sum = sum * 31 + classify(DATA[i]);
    RESULT[3] = (uint32_t)sum;
    RESULT[4] = (uint32_t)(sum >> 32);
    RESULT[5] = count_up(100);
    sort(DATA, COUNT);
    RESULT[6] = crc32((const uint8_t *)DATA, COUNT * 4);
    done();
}

void start(void)
{
#ifdef __ARM_FP
    *(volatile uint32_t *)0xE000ED88 |= 0xF << 20; /* CPACR: floating point */
    __asm__ volatile("dsb\n isb");
#endif
    work();
}

__attribute__((section(".vectors"), used)) const void *const vectors[2] = {(void *)STACK, (void *)start};
