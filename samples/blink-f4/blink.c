/* Blinks PD12 of an STM32F4, counts, and says so on USART2. Register names are those of RM0090. */

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define RCC_AHB1ENR REGISTER(0x40023830u)
#define RCC_APB1ENR REGISTER(0x40023840u)

#define GPIOA_MODER REGISTER(0x40020000u)
#define GPIOA_AFRL  REGISTER(0x40020020u)
#define GPIOD_MODER REGISTER(0x40020C00u)
#define GPIOD_BSRR  REGISTER(0x40020C18u)

#define USART2_SR  REGISTER(0x40004400u)
#define USART2_DR  REGISTER(0x40004404u)
#define USART2_BRR REGISTER(0x40004408u)
#define USART2_CR1 REGISTER(0x4000440Cu)

#define SYST_CSR REGISTER(0xE000E010u)
#define SYST_RVR REGISTER(0xE000E014u)
#define SYST_CVR REGISTER(0xE000E018u)

#define HSI_HZ 16000000u /* what the chip runs on after a reset */

extern const uint32_t crc32_table[256];
extern const uint8_t image_start[], image_end[]; /* from the linker script */

/* Seen from outside: how often the LED came on, and what the chip thinks it holds. */
volatile uint32_t nrst_blinks;
volatile uint32_t nrst_image_crc;

static volatile uint32_t milliseconds;

/* In RAM and not zero, so that a start-up that does not copy .data is noticed. */
static char line[] = "nrst blink ";

void SysTick_Handler(void)
{
    milliseconds++;
}

static void put(char letter)
{
    /* A USART without a clock must not stop the LED: give up after a while. */
    for (uint32_t tries = 0; !(USART2_SR & (1u << 7)) && tries < 4000; tries++) {
    }
    USART2_DR = (uint8_t)letter;
}

static void put_text(const char *text)
{
    while (*text) {
        put(*text++);
    }
}

static void put_decimal(uint32_t number)
{
    char digits[10];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count) {
        put(digits[--count]);
    }
}

static void put_hex(uint32_t number)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        put("0123456789ABCDEF"[number >> shift & 15]);
    }
}

/* The CRC-32 of Ethernet and zip, over every byte that was programmed. */
static uint32_t crc_of_image(void)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (const uint8_t *byte = image_start; byte < image_end; byte++) {
        crc = crc >> 8 ^ crc32_table[(crc ^ *byte) & 0xFF];
    }
    return ~crc;
}

int main(void)
{
    RCC_AHB1ENR |= 1u << 0 | 1u << 3; /* GPIOAEN, GPIODEN */
    RCC_APB1ENR |= 1u << 17;          /* USART2EN */
    (void)RCC_APB1ENR;                /* a clock takes two cycles to arrive */

    GPIOD_MODER = (GPIOD_MODER & ~(3u << 24)) | 1u << 24; /* PD12 output */
    GPIOA_AFRL = (GPIOA_AFRL & ~(15u << 8)) | 7u << 8;    /* PA2 is USART2_TX */
    GPIOA_MODER = (GPIOA_MODER & ~(3u << 4)) | 2u << 4;
    USART2_BRR = (HSI_HZ + 115200 / 2) / 115200;
    USART2_CR1 = 1u << 13 | 1u << 3; /* UE, TE */

    nrst_image_crc = crc_of_image();
    put_text("nrst blink-f4, ");
    put_decimal((uint32_t)(image_end - image_start));
    put_text(" bytes, crc ");
    put_hex(nrst_image_crc);
    put('\n');

    SYST_RVR = HSI_HZ / 1000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7; /* ENABLE, TICKINT, CLKSOURCE */

    for (uint32_t next = 0;;) {
        /* No WFI: a sleeping core is harder to reach, and this board is for first attempts. */
        if ((int32_t)(milliseconds - next) < 0) {
            continue;
        }
        if (next % 1000 == 0) {
            GPIOD_BSRR = 1u << 12;
            nrst_blinks++;
            put_text(line);
            put_decimal(nrst_blinks);
            put('\n');
        } else {
            GPIOD_BSRR = 1u << (12 + 16);
        }
        next += 500;
    }
}
