/* What happens before main: the vector table, .data and .bss. */

#include <stdint.h>

extern uint32_t stack_top[], data_start[], data_end[], data_in_flash[], bss_start[], bss_end[];

int main(void);
void SysTick_Handler(void);

void Reset_Handler(void)
{
    const uint32_t *from = data_in_flash;
    for (uint32_t *to = data_start; to < data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end;) {
        *to++ = 0;
    }
    main();
    for (;;) {
    }
}

/* Faults and interrupts nobody asked for end here; a debugger finds IPSR telling which. */
static void Unexpected_Handler(void)
{
    for (;;) {
    }
}

typedef void (*handler)(void);

__attribute__((section(".vectors"), used))
static const struct {
    uint32_t *initial_sp;
    handler system[15];
    handler interrupts[91]; /* the STM32F42x has the most: up to DMA2D */
} vectors = {
    .initial_sp = stack_top,
    .system = {
        [0] = Reset_Handler,
        [1 ... 5] = Unexpected_Handler,  /* NMI, HardFault, MemManage, BusFault, UsageFault */
        [10] = Unexpected_Handler,       /* SVCall */
        [11] = Unexpected_Handler,       /* Debug Monitor */
        [13] = Unexpected_Handler,       /* PendSV */
        [14] = SysTick_Handler,
    },
    .interrupts = { [0 ... 90] = Unexpected_Handler },
};
