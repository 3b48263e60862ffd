/* Fills 64 KiB with a generator, sorts it, and sums it up with a CRC-32 table, floating point and 64-bit arithmetic.
 * Leaves everything in RAM and stops at done(). See build.sh. */
#include <stdint.h>

#define DATA ((uint32_t *)0x20008000)
#define COUNT (64 * 1024 / 4)
#define RESULT ((volatile uint32_t *)0x20007000)

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
    return __builtin_sqrtf(sum);
}

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
        __atomic_fetch_add(&counter, i, __ATOMIC_SEQ_CST); /* LDREX and STREX */
    return counter;
}

__attribute__((noinline, used)) void done(void)
{
    for (;;)
        __asm__ volatile("nop");
}

void start(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xF << 20; /* CPACR: floating point */
    __asm__ volatile("dsb\n isb");
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

__attribute__((section(".vectors"), used)) const void *const vectors[2] = {(void *)0x20006000, (void *)start};
