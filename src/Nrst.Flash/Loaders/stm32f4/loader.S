/* The resident loader of the STM32F4.
 *
 * One program in target RAM that takes commands from a ring of slots until it is told to end. The host writes slots
 * and reads one status word; it touches no core register after the start.
 *
 * Contract
 *   Entered with interrupts masked and
 *     r7  base of this program, a multiple of 512      r8  trailer of the first slot        r9  1, the first sequence number
 *     r10 FLASH registers     r11 CRC registers        r12 SysTick registers                sp  256 bytes of stack
 *   Touches the program itself, its stack, the ring, RCC_AHB1ENR.CRCEN, SCB_VTOR, SysTick, the CRC unit and FLASH. The first
 *   two of these registers and SYST_CSR are put back at the end. The host unlocks the flash; every way out of here locks it.
 *   Feeds the independent watchdog whenever it waits: an option byte can start that one in hardware, and it would win.
 *   Ends in BKPT.
 *
 * A slot is 4096 bytes of data and a trailer of four words. Data is right-aligned against the trailer, so a short command
 * is a short write. The last word makes the slot valid.
 *     +0  dest      +4  op 31:28 | end 27 | psize 25:24 | data bytes 23:0      +8  CRC over data, +0 and +4      +12  sequence number
 *
 * Status word: error 31:24, slots done 23:0.
 */
        .syntax unified
        .cpu    cortex-m3
        .thumb

        .equ    SLOT_DATA,      4096
        .equ    SLOT_STRIDE,    4096 + 16
        .equ    SLOT_DEST,      0
        .equ    SLOT_COMMAND,   4
        .equ    SLOT_CRC,       8
        .equ    SLOT_SEQ,       12

        .equ    STATUS,         0x40    /* mailbox, from r7 */
        .equ    DETAIL_FLAGS,   0x44    /* FLASH_SR, or CFSR after a fault */
        .equ    DETAIL_WHERE,   0x48    /* dest of the slot, or the faulting PC */
        .equ    DETAIL_TICKS,   0x4C    /* HCLK cycles the operation took, or BFAR after a fault */
        .equ    RING_START,     0x50
        .equ    RING_END,       0x54
        .equ    ACCESS_TICKS,   0x58    /* fewest HCLK cycles that one programming access can take */
        .equ    SAVED_AHB1ENR,  0x5C
        .equ    SAVED_VTOR,     0x60
        .equ    SAVED_SYST,     0x64
        .equ    ERASE_TICKS,    0x68    /* HCLK cycles spent erasing so far */
        .equ    SAVED_R10,      0x70
        .equ    SAVED_R12,      0x74
        .equ    PRECHECKED,     0x78    /* sequence number of the slot whose data the CRC unit has already seen */

        .equ    ACR,            0x00    /* RM0090, "Flash interface registers" */
        .equ    SR,             0x0C
        .equ    CR,             0x10
        .equ    SR_ERRORS,      0x1F2   /* OPERR WRPERR PGAERR PGPERR PGSERR RDERR */
        .equ    CR_STRT,        1 << 16
        .equ    CR_LOCK,        1 << 31
        .equ    ACR_ENABLE,     3 << 9  /* ICEN DCEN */
        .equ    ACR_RESET,      3 << 11 /* ICRST DCRST */

        .equ    CRC_DR,         0x00
        .equ    CRC_CR,         0x08
        .equ    SYST_CSR,       0x00
        .equ    SYST_RVR,       0x04
        .equ    SYST_CVR,       0x08

        .equ    RCC_AHB1ENR,    0x40023830
        .equ    IWDG_KR,        0x40003000
        .equ    SCB_VTOR,       0xE000ED08

        .equ    ERR_SLOT,       1
        .equ    ERR_FLAGS,      2
        .equ    ERR_TOO_FAST,   3
        .equ    ERR_COMMAND,    4
        .equ    ERR_FAULT,      15

        .text
        .org    0
vectors:
        .space  64
mailbox:
        .word   0xEE000000              /* not started */
        .space  60

/* ---- start and end ------------------------------------------------------------------------------------------------- */
        .thumb_func
        .global entry
entry:
        cpsid   i
        adr     r0, fault
        adds    r0, #1
        movs    r1, #8                  /* NMI and all faults */
1:      str     r0, [r7, r1]
        adds    r1, #4
        cmp     r1, #64
        bne     1b
        str     r10, [r7, #SAVED_R10]
        str     r12, [r7, #SAVED_R12]
        ldr     r0, =SCB_VTOR
        ldr     r1, [r0]
        str     r1, [r7, #SAVED_VTOR]
        str     r7, [r0]

        ldr     r0, =RCC_AHB1ENR
        ldr     r1, [r0]
        str     r1, [r7, #SAVED_AHB1ENR]
        orr     r1, r1, #1 << 12        /* CRCEN */
        str     r1, [r0]
        ldr     r1, [r0]                /* the clock needs two cycles to arrive */

        ldr     r1, [r12, #SYST_CSR]
        str     r1, [r7, #SAVED_SYST]
        ldr     r1, =0x00FFFFFF
        str     r1, [r12, #SYST_RVR]
        str     r1, [r12, #SYST_CVR]
        movs    r1, #5                  /* CLKSOURCE = HCLK, ENABLE, no interrupt */
        str     r1, [r12, #SYST_CSR]

        movs    r1, #0                  /* what an earlier session left in the ring is no command */
        ldr     r0, [r7, #RING_START]
        ldr     r2, [r7, #RING_END]
        add     r0, r0, #SLOT_DATA
        movw    r3, #SLOT_STRIDE
1:      str     r1, [r0, #SLOT_SEQ]
        add     r0, r3
        cmp     r0, r2
        blo     1b
        str     r1, [r7, #STATUS]       /* ready */
        b       next_slot

end:
        bl      leave
1:      bkpt    0
        b       1b

leave:
        mov     r0, #CR_LOCK
        str     r0, [r10, #CR]
        ldr     r0, [r7, #SAVED_SYST]
        str     r0, [r12, #SYST_CSR]
        ldr     r0, =RCC_AHB1ENR
        ldr     r1, [r7, #SAVED_AHB1ENR]
        str     r1, [r0]
        ldr     r0, =SCB_VTOR
        ldr     r1, [r7, #SAVED_VTOR]
        str     r1, [r0]
        bx      lr

        .balign 4                       /* ADR reaches words */
fault:
        ldr     r7, =SCB_VTOR
        ldr     r7, [r7]                /* whatever the registers hold now, VTOR is our base */
        ldr     r10, [r7, #SAVED_R10]
        ldr     r12, [r7, #SAVED_R12]
        ldr     r0, =0xE000ED28         /* CFSR */
        ldr     r1, [r0]
        str     r1, [r7, #DETAIL_FLAGS]
        ldr     r1, [r0, #0x10]         /* BFAR */
        str     r1, [r7, #DETAIL_TICKS]
        ldr     r1, [sp, #24]           /* the PC that was stacked */
        str     r1, [r7, #DETAIL_WHERE]
        ldr     r1, =ERR_FAULT << 24
        str     r1, [r7, #STATUS]
        b       end

/* ---- the ring ------------------------------------------------------------------------------------------------------ */
reject:                                 /* the wire spoilt it: say so and wait for it again */
        movs    r0, #0
        str     r0, [r8, #SLOT_SEQ]
        sub     r0, r9, #1
        orr     r0, r0, #ERR_SLOT << 24
        str     r0, [r7, #STATUS]

next_slot:
        ldr     r0, =IWDG_KR
        movw    r1, #0xAAAA
1:      str     r1, [r0]
        ldr     r2, [r8, #SLOT_SEQ]
        cmp     r2, r9
        bne     1b

        ldr     r1, [r8, #SLOT_COMMAND]
        bic     r1, r1, #0xFF000000
        cmp     r1, #SLOT_DATA
        bhi     reject
        ldr     r2, [r7, #PRECHECKED]
        cmp     r2, r9
        beq     2f
        sub     r0, r8, r1
        adds    r1, #8                  /* dest and command follow the data */
        bl      crc
        b       3f
2:      ldr     r0, [r8, #SLOT_DEST]
        str     r0, [r11, #CRC_DR]
        ldr     r0, [r8, #SLOT_COMMAND]
        str     r0, [r11, #CRC_DR]
        ldr     r0, [r11, #CRC_DR]
3:      movs    r1, #0
        str     r1, [r7, #PRECHECKED]
        ldr     r1, [r8, #SLOT_CRC]
        cmp     r0, r1
        bne     reject

        ldr     r0, [r8, #SLOT_COMMAND]
        lsrs    r0, r0, #28
        cmp     r0, #1
        beq     program
        cmp     r0, #2
        beq     erase
        cmp     r0, #3
        beq     survey
        cmp     r0, #15
        beq     done
        movs    r0, #ERR_COMMAND
        b       fail

done:
        ldr     r0, [r8, #SLOT_COMMAND]
        lsls    r0, r0, #4              /* bit 27 */
        bpl     1f
        bl      leave
        str     r9, [r7, #STATUS]       /* last of all: whoever sees it finds everything put back */
        bkpt    0
        b       .
1:      str     r9, [r7, #STATUS]
        add     r9, r9, #1
        movw    r0, #SLOT_STRIDE
        add     r8, r0
        ldr     r0, [r7, #RING_END]
        cmp     r8, r0
        blo     next_slot
        ldr     r8, [r7, #RING_START]
        add     r8, r8, #SLOT_DATA
        b       next_slot

/* r0 error, r2 FLASH_SR, r5 cycles */
fail:
        str     r2, [r7, #DETAIL_FLAGS]
        str     r5, [r7, #DETAIL_TICKS]
        ldr     r1, [r8, #SLOT_DEST]
        str     r1, [r7, #DETAIL_WHERE]
        mov     r4, r0
        bl      leave
        sub     r1, r9, #1
        orr     r1, r1, r4, lsl #24
        str     r1, [r7, #STATUS]
        bkpt    0
        b       .

/* ---- ERASE: dest is FLASH_CR without STRT, the one data word the fewest cycles it can take ---------------------------- */
erase:
        ldr     r0, [r8, #SLOT_DEST]
        str     r0, [r10, #CR]
        orr     r0, r0, #CR_STRT
        movs    r5, #0
        movw    r6, #0xAAAA
        ldr     r3, =IWDG_KR
        ldr     r4, [r12, #SYST_CVR]
        str     r0, [r10, #CR]
        dsb
1:      str     r6, [r3]
        ldr     r2, [r10, #SR]
        ldr     r1, [r12, #SYST_CVR]    /* 24 bits go round in a second; summing up differences does not */
        subs    r0, r4, r1
        mov     r4, r1
        bic     r0, r0, #0xFF000000
        add     r5, r0
        lsls    r2, r2, #15             /* BSY */
        bmi     1b
        movs    r0, #0
        str     r0, [r10, #CR]
        ldr     r1, [r7, #ERASE_TICKS]
        add     r1, r5
        str     r1, [r7, #ERASE_TICKS]
        ldr     r6, [r8, #-4]
settle:                                 /* r5 cycles taken, r6 cycles needed */
        ldr     r2, [r10, #SR]
        movw    r1, #SR_ERRORS
        movs    r0, #ERR_FLAGS
        tst     r2, r1
        bne     fail
        movs    r0, #ERR_TOO_FAST
        cmp     r5, r6
        blo     fail
        b       done

/* ---- PROGRAM: data to dest, in accesses of psize; blank ones are left out ---------------------------------------------- */
        .macro  program_loop load, store, size, spare
1:      cmp     r1, r8
        bhs     program_end
        \load   r3, [r1], #\size        /* fetched while the one before is being programmed */
        adds    r2, r3, #1
        lsls    r2, r2, #\spare
        beq     3f
2:      ldr     r2, [r10, #SR]
        lsls    r2, r2, #15             /* BSY */
        bmi     2b
        \store  r3, [r0], #\size
        dsb
        adds    r5, #1
        b       1b
3:      adds    r0, #\size
        b       1b
        .endm

program:
        ldr     r0, =IWDG_KR
        movw    r1, #0xAAAA
        str     r1, [r0]
        ldr     r0, [r8, #SLOT_DEST]
        ldr     r1, [r8, #SLOT_COMMAND]
        ubfx    r2, r1, #24, #2
        lsls    r3, r2, #8              /* PSIZE */
        adds    r3, #1                  /* PG */
        str     r3, [r10, #CR]
        bic     r1, r1, #0xFF000000
        sub     r1, r8, r1
        movs    r5, #0
        ldr     lr, [r12, #SYST_CVR]
        cmp     r2, #1
        beq     program_x16
        blo     program_x8

        /* The core idles while a word is being programmed. If this slot and the next are full, it spends that time on passing
         * the next one through the CRC unit, a word for a word. Otherwise the unit gets words that nobody asks about. */
        movw    r3, #SLOT_STRIDE
        add     r6, r8, r3
        ldr     r3, [r7, #RING_END]
        cmp     r6, r3
        blo     1f
        ldr     r6, [r7, #RING_START]
        add     r6, r6, #SLOT_DATA
1:      add     r2, r9, #1
        ldr     r3, [r6, #SLOT_SEQ]
        cmp     r3, r2
        bne     2f
        ldr     r3, [r6, #SLOT_COMMAND]
        bic     r3, r3, #0xFF000000
        cmp     r3, #SLOT_DATA
        bne     2f
        sub     r3, r8, r1
        cmp     r3, #SLOT_DATA
        bne     2f
        str     r2, [r7, #PRECHECKED]
2:      sub     r6, r6, #SLOT_DATA
        movs    r2, #1
        str     r2, [r11, #CRC_CR]
        mov     r4, r10                 /* in a low register: the loop below is what the speed depends on */

        .balign 4
1:      cmp     r1, r8
        bhs     program_end
        ldmia   r1!, {r3}
        ldmia   r6!, {r2}
        str     r2, [r11, #CRC_DR]
        adds    r2, r3, #1
        beq     3f
2:      ldr     r2, [r4, #SR]
        lsls    r2, r2, #15             /* BSY */
        bmi     2b
        stmia   r0!, {r3}
        dsb
        adds    r5, #1
        b       1b
3:      adds    r0, #4
        b       1b

program_x16:
        program_loop ldrh, strh, 2, 16
program_x8:
        program_loop ldrb, strb, 1, 24

program_end:
        ldr     r2, [r10, #SR]
        lsls    r2, r2, #15
        bmi     program_end
        ldr     r1, [r12, #SYST_CVR]
        movs    r0, #0
        str     r0, [r10, #CR]
        sub     r1, lr, r1
        bic     r1, r1, #0xFF000000
        ldr     r6, [r7, #ACCESS_TICKS]
        muls    r6, r5
        mov     r5, r1
        b       settle

/* ---- SURVEY: pairs { start, kind 31:30 | bytes 29:0 }, each overwritten by its result ------------------------------------
 *      kind 0  { CRC, 0 }                                     of the whole stretch
 *      kind 1  { end of what is not blank, CRC up to there }
 *      kind 2  { first word not blank or the end, end of what is not blank }
 */
survey:
        push    {r7-r12}
        ldr     r1, [r10, #ACR]         /* the caches may hold what was there before */
        bic     r2, r1, #ACR_ENABLE
        str     r2, [r10, #ACR]
        orr     r3, r2, #ACR_RESET
        str     r3, [r10, #ACR]
        str     r2, [r10, #ACR]
        str     r1, [r10, #ACR]
        ldr     r1, [r8, #SLOT_COMMAND]
        bic     r1, r1, #0xFF000000
        sub     r7, r8, r1
survey_next:
        cmp     r7, r8
        bhs     survey_end
        ldr     r0, =IWDG_KR
        movw    r1, #0xAAAA
        str     r1, [r0]
        ldr     r0, [r7]
        ldr     r1, [r7, #4]
        lsrs    r2, r1, #30
        bic     r1, r1, #0xC0000000
        cmp     r2, #1
        beq     survey_content
        bhi     survey_gap
        bl      crc
        movs    r1, #0
        b       survey_store
survey_content:
        add     r1, r0
        bl      scan_back
        str     r1, [r7]
        subs    r1, r1, r0
        bl      crc
        mov     r1, r0
        ldr     r0, [r7]
        b       survey_store
survey_gap:
        add     r1, r0
        bl      scan_back
        ldr     r2, [r7]
        str     r1, [r7, #4]
        mov     r0, r2
        bl      scan_forward
        ldr     r1, [r7, #4]
survey_store:
        str     r0, [r7]
        str     r1, [r7, #4]
        adds    r7, #8
        b       survey_next
survey_end:
        pop     {r7-r12}
        b       done

/* ---- r0 start, r1 bytes (whole words) -> r0 CRC; keeps r7-r12 ------------------------------------------------------------ */
        .balign 4
crc:
        push    {r9, r10, r12, lr}
        movs    r2, #1
        str     r2, [r11, #CRC_CR]
        subs    r1, #32
        blo     2f
        .balign 4
1:      ldmia   r0!, {r2-r6, r9, r10, r12}
        str     r2, [r11, #CRC_DR]
        str     r3, [r11, #CRC_DR]
        str     r4, [r11, #CRC_DR]
        str     r5, [r11, #CRC_DR]
        str     r6, [r11, #CRC_DR]
        str     r9, [r11, #CRC_DR]
        str     r10, [r11, #CRC_DR]
        str     r12, [r11, #CRC_DR]
        subs    r1, #32
        bhs     1b
2:      adds    r1, #32
        beq     4f
3:      ldr     r2, [r0], #4
        str     r2, [r11, #CRC_DR]
        subs    r1, #4
        bne     3b
4:      ldr     r0, [r11, #CRC_DR]
        pop     {r9, r10, r12, pc}

/* ---- r0 start, r1 end -> r1 end of what is not blank; keeps r0 ----------------------------------------------------------- */
        .balign 4
scan_back:
        subs    r2, r1, r0
        cmp     r2, #32
        blo     2f
        ldmdb   r1!, {r2-r6, r9, r10, r12}
        ands    r2, r3
        ands    r4, r5
        and     r6, r6, r9
        and     r10, r10, r12
        ands    r2, r4
        and     r6, r6, r10
        ands    r2, r6
        adds    r2, #1
        beq     scan_back
        adds    r1, #32                 /* one of these eight; now word by word */
2:      cmp     r1, r0
        bls     3f
        ldr     r2, [r1, #-4]!
        adds    r2, #1
        beq     2b
        adds    r1, #4
3:      bx      lr

/* ---- r0 start, r1 end found by scan_back -> r0 first word not blank, or what r1 was if there is none ----------------------- */
        .balign 4
scan_forward:
        cmp     r0, r1
        bhs     3f
        ldr     r2, [r0], #4
        adds    r2, #1
        beq     scan_forward
        subs    r0, #4
3:      bx      lr

        .balign 4
        .ltorg
        .balign 4
