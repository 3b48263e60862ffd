/* The resident loader: one program in target RAM that takes commands from a ring of slots until it is told to end.
 *
 * The host writes slots and reads one status word; it touches no core register after the start. What differs from one flash
 * controller to the next stands in the file that includes this one (stm32g0/flash.c, ...), in the functions declared below.
 * Compiled for the Cortex-M0, whose instructions every Cortex-M has.
 *
 * Contract
 *   Entered with interrupts masked, r0 the base of this program (a multiple of 512) and STACK bytes of stack; all else stands in the
 *   mailbox, at base + 0x40, where the host puts it before the start.
 *   Touches the program itself, its stack, the ring, the clock enable of the CRC unit, SCB_VTOR, SysTick, the CRC unit and the flash
 *   controller. The clock enable, VTOR and SYST_CSR are put back at the end. The host unlocks the flash; every way out of here locks it.
 *   Feeds the independent watchdog whenever it waits: an option byte can start that one in hardware, and it would win.
 *   Ends in BKPT.
 *
 * A slot is slot_data bytes of data and a trailer of four words. Data is right-aligned against the trailer, so a short command is a
 * short write. The last word makes the slot valid.
 *     +0  dest      +4  op 31:28 | end 27 | page 25 | rows 24 | data bytes 23:0      +8  CRC over data, +0 and +4      +12  sequence number
 *
 * Status word: error 31:24, slots done 23:0.
 *
 * Where two banks work at the same time (TWO_LANES), the command APART says in its dest how far apart two lanes are: from then on units go to dest and
 * to that much further on by turns, and what is erased is erased in pairs. 0 ends it.
 */
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

#define REG(address) (*(volatile u32 *)(address))

struct loader                           /* base + */
{
    volatile u32 status;                /* 40 */
    u32 flags;                          /* 44 the controller's status, or CFSR after a fault */
    u32 where;                          /* 48 dest of the slot, what was being erased, or the faulting PC */
    u32 ticks;                          /* 4C core cycles the operation took, or BFAR after a fault */
    u32 ring;                           /* 50 */
    u32 ring_end;                       /* 54 */
    u32 slot_data;                      /* 58 */
    u32 unit;                           /* 5C bytes the controller programs at a time */
    u32 unit_ticks;                     /* 60 fewest core cycles that one unit can take */
    u32 erased;                         /* 64 a word after an erase */
    u32 erase_ticks;                    /* 68 core cycles spent erasing so far */
    u32 flash;                          /* 6C the controller's registers */
    u32 crc;                            /* 70 the CRC unit's registers; 0 where there is none to use */
    u32 crc_enable;                     /* 74 the register with its clock enable */
    u32 crc_bit;                        /* 78 */
    u32 watchdog;                       /* 7C IWDG_KR, or the word at A8 where there is none */
    u32 vtor;                           /* 80 SCB_VTOR; 0 on a core without */
    u32 arg[4];                         /* 84 for the controller's own part */
    u32 saved_enable;                   /* 94 */
    u32 saved_vtor;                     /* 98 */
    u32 saved_systick;                  /* 9C */
    u32 prechecked;                     /* A0 sequence number of the slot whose data the CRC has already seen */
    u32 crc_now;                        /* A4 the CRC so far, where there is no CRC unit */
    u32 unused;                         /* A8 */
    u32 row;                            /* AC bytes that go to the controller in one go where the command asks for rows */
    u32 row_ticks;                      /* B0 fewest core cycles that one row can take */
    u32 apart;                          /* B4 bytes from where one lane programs to where the other does; 0: there is one */
};

/* ---- what a controller says of itself ------------------------------------------------------------------------------ */
static inline void flash_erase(struct loader *m, u32 what);     /* starts it */
static inline u32 flash_busy(struct loader *m);
static inline u32 flash_errors(struct loader *m);               /* the error flags that are set, as the register has them */
static inline void flash_program(struct loader *m, u32 to);     /* gets ready to program, from this address on */
#ifndef NARROW_ONLY
static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from); /* waits until it can, and starts one unit */
#endif
#ifdef NARROW                           /* defined where the unit can be a byte or a half-word; NARROW_ONLY where it can be nothing else */
static void flash_write_narrow(struct loader *m, u32 to, u32 value);
#endif
#ifdef ROWS                             /* what FLASH_CR must hold for programming by rows, or bursts; defined where the controller can */
static inline void flash_rows(struct loader *m);                /* gets ready for that */
                                        /* ROW_OVER_OTHERS: the flag of a unit that is not blank, where the controller has none for such a row */
#endif
static inline void flash_idle(struct loader *m);                /* no longer erasing or programming, and still open */
static inline void flash_forget(struct loader *m);              /* what caches may hold of before */
static inline void flash_lock(struct loader *m);

/* Words in a row, as fast as a core without a copy engine can: what stands between the end of one unit and the next is lost. */
static inline __attribute__((always_inline, unused)) void put_words(u32 to, const u32 *from, u32 bytes)
{
    for (; bytes >= 16; bytes -= 16)
    {
        __asm volatile("ldmia %0!, {r2, r3, r4, r5}\n\tstmia %1!, {r2, r3, r4, r5}" : "+l"(from), "+l"(to) : : "r2", "r3", "r4", "r5", "memory");
    }

    for (; bytes; bytes -= 4, to += 4)
    {
        REG(to) = *from++;
    }
}

/* A whole row, which is a multiple of 128 bytes; returns what lies behind it. */
static inline __attribute__((always_inline, unused)) const u32 *put_row(u32 to, const u32 *from, u32 bytes)
{
    u32 end = to + bytes;
#define FOUR "ldmia %0!, {r2, r3, r4, r5}\n\tstmia %1!, {r2, r3, r4, r5}\n\t"
    __asm volatile("1: " FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR "cmp %1, %2\n\tbne 1b" : "+l"(from), "+l"(to) : "l"(end) : "r2", "r3", "r4", "r5", "cc", "memory");
    return from;
}

#define SLOT_BYTES(trailer) ((trailer)[1] & 0x00FFFFFF)
#define BY_ROWS(trailer) ((trailer)[1] & 1 << 24)
#define PAGE_FIRST(trailer) ((trailer)[1] & 1 << 25)
#define PAGE_BYTES      8               /* in front of what is programmed: what a command to erase has for data, or two zeros for nothing to erase */
#define TRAILER_BYTES   16

#ifdef ROWS
#define LEAST_TICKS(m, trailer) (BY_ROWS(trailer) ? (m)->row_ticks : (m)->unit_ticks)
#else
#define LEAST_TICKS(m, trailer) (m)->unit_ticks
#endif

#define SYST_CSR        REG(0xE000E010)
#define SYST_RVR        REG(0xE000E014)
#define SYST_CVR        REG(0xE000E018)
#define SCB_VTOR        REG(0xE000ED08)
#define SCB_CFSR        REG(0xE000ED28)
#define SCB_BFAR        REG(0xE000ED38)

enum { PROGRAM = 1, ERASE = 2, SURVEY = 3, APART = 4, END = 15 };
enum { ERR_SLOT = 1, ERR_FLAGS = 2, ERR_TOO_FAST = 3, ERR_COMMAND = 4, ERR_FAULT = 15 };

__attribute__((section(".head"), used)) static const u32 head[48] = { [16] = 0xEE000000 /* not started */ };

static inline void feed(struct loader *m)
{
    REG(m->watchdog) = 0xAAAA;
}

static inline __attribute__((noreturn)) void stop(void)
{
    for (;;)
    {
        __asm volatile("bkpt 0");
    }
}

static void leave(struct loader *m)
{
    flash_lock(m);
    SYST_CSR = m->saved_systick;
    REG(m->crc_enable) = m->saved_enable;
    if (m->vtor)
    {
        REG(m->vtor) = m->saved_vtor;
    }
}

static __attribute__((noreturn)) void end(struct loader *m, u32 status)
{
    leave(m);
    m->status = status;                 /* last of all: whoever sees it finds everything put back */
    stop();
}

/* ---- faults: whatever the registers hold now, VTOR is our base -------------------------------------------------------- */
__attribute__((noreturn, used)) static void faulted(const u32 *frame)
{
    struct loader *m = (struct loader *)(SCB_VTOR + 0x40);
    m->flags = SCB_CFSR;
    m->ticks = SCB_BFAR;
    m->where = frame[6];                /* the PC that was stacked */
    end(m, ERR_FAULT << 24);
}

__attribute__((naked, used)) static void fault(void)
{
    __asm volatile("mov r0, sp\n\tbl faulted");
}

/* ---- the CRC: polynomial 0x04C11DB7, all ones to begin with, whole words, highest bit first ----------------------------- */
static inline void crc_begin(struct loader *m)
{
    if (m->crc)
    {
        REG(m->crc + 8) = 1;
    }

    m->crc_now = 0xFFFFFFFF;
}

static __attribute__((noinline)) void crc_slow(struct loader *m, u32 word)
{
    u32 crc = m->crc_now ^ word;
    for (int bit = 32; bit; bit--)
    {
        crc = crc << 1 ^ ((int)crc < 0 ? 0x04C11DB7 : 0);
    }

    m->crc_now = crc;
}

static inline __attribute__((always_inline)) void crc_add(struct loader *m, u32 word)
{
    if (m->crc)
    {
        REG(m->crc) = word;
    }
    else
    {
        crc_slow(m, word);
    }
}

static inline u32 crc_end(struct loader *m)
{
    return m->crc ? REG(m->crc) : m->crc_now;
}

/* whole words; returns what lies behind them */
static const u32 *crc_words(struct loader *m, const u32 *from, u32 bytes)
{
    const u32 *to = (const u32 *)((u32)from + bytes);
    if (m->crc)
    {
        while ((u32)to - (u32)from >= 32)
        {
            __asm volatile(
                "ldmia %0!, {r2, r3, r4, r5}\n\tstr r2, [%1]\n\tstr r3, [%1]\n\tstr r4, [%1]\n\tstr r5, [%1]\n\t"
                "ldmia %0!, {r2, r3, r4, r5}\n\tstr r2, [%1]\n\tstr r3, [%1]\n\tstr r4, [%1]\n\tstr r5, [%1]"
                : "+l"(from) : "l"(m->crc) : "r2", "r3", "r4", "r5", "memory");
        }
    }

    while (from < to)
    {
        crc_add(m, *from++);
    }

    return to;
}

static __attribute__((noinline)) u32 crc(struct loader *m, const u32 *from, u32 bytes)
{
    crc_begin(m);
    crc_words(m, from, bytes);
    return crc_end(m);
}

/* ---- looking at what is there ------------------------------------------------------------------------------------------ */
/* Sixteen words are all erased if their and is all ones, or their or all zeros. */
#define FOUR_MORE(op) "ldmia %[at]!, {r4, r5, r6, r7}\n\t" #op " r4, r5\n\t" #op " r6, r7\n\t" #op " r3, r4\n\t" #op " r3, r6\n\t"
#define SCAN_BACK(op) \
    __asm volatile( \
        "b 2f\n" \
        "1: ldmia %[at]!, {r3, r4, r5, r6}\n\t" #op " r3, r4\n\t" #op " r5, r6\n\t" #op " r3, r5\n\t" \
        FOUR_MORE(op) FOUR_MORE(op) FOUR_MORE(op) \
        "subs %[at], #64\n\tcmp r3, %[erased]\n\tbne 3f\n" \
        "2: subs %[at], #64\n\tcmp %[at], %[from]\n\tbhs 1b\n" \
        "3: adds %[at], #64" \
        : [at] "+l"(many) : [from] "l"(from), [erased] "l"(erased) : "r3", "r4", "r5", "r6", "r7", "cc", "memory")

/* Where what is not blank ends. */
static __attribute__((noinline)) const u32 *scan_back(const u32 *from, const u32 *to, u32 erased)
{
    const u32 *many = to;
    if (erased)
    {
        SCAN_BACK(ands);
    }
    else
    {
        SCAN_BACK(orrs);
    }

    to = many;
    while (to > from && to[-1] == erased)
    {
        to--;
    }

    return to;
}

/* Pairs { start, kind 31:30 | bytes 29:0 }, each overwritten by its result:
 *     kind 0  { CRC, 0 }                                     of the whole stretch
 *     kind 1  { end of what is not blank, CRC up to there }
 *     kind 2  { first word not blank or the end, end of what is not blank }
 */
static inline void survey(struct loader *m, u32 *item, const u32 *items_end)
{
    flash_forget(m);
    for (; item < items_end; item += 2)
    {
        const u32 *from = (const u32 *)item[0];
        u32 bytes = item[1] & 0x3FFFFFFF, kind = item[1] >> 30;
        feed(m);
        if (kind == 0)
        {
            item[0] = crc(m, from, bytes);
            item[1] = 0;
            continue;
        }

        const u32 *to = scan_back(from, (const u32 *)((u32)from + bytes), m->erased);
        if (kind == 1)
        {
            item[0] = (u32)to;
            item[1] = crc(m, from, (u32)to - (u32)from);
            continue;
        }

        while (from < to && *from == m->erased)
        {
            from++;
        }

        item[0] = (u32)from;
        item[1] = (u32)to;
    }
}

/* ---- how an operation ended -------------------------------------------------------------------------------------------- */
static u32 verdict(struct loader *m, u32 ticks, u32 least, u32 where)
{
    u32 flags = flash_errors(m);
    u32 error = flags ? ERR_FLAGS : ticks < least ? ERR_TOO_FAST : 0;
    flash_idle(m);
    if (error)
    {
        m->flags = flags;
        m->where = where;
        m->ticks = ticks;
    }

    return error;
}

/* ---- erasing: the first data word is the fewest cycles one can take, the others are what the controller's part erases --------- */
static u32 erase(struct loader *m, const u32 *data, const u32 *data_end)
{
    u32 least = *data++;
    for (; data < data_end; data++)
    {
        u32 ticks = 0, before = SYST_CVR, now;
        flash_erase(m, *data);
#ifdef TWO_LANES
        u32 first = *data;
        if (m->apart)
        {
            flash_erase(m, *++data);
        }
#endif
        do
        {
            feed(m);
            now = SYST_CVR;             /* 24 bits go round in a second; summing up differences does not */
            ticks += (before - now) & 0x00FFFFFF;
            before = now;
        }
        while (flash_busy(m));

        m->erase_ticks += ticks;
        u32 error = verdict(m, ticks, least, *data);
        if (error)
        {
#ifdef TWO_LANES
            if ((m->flags ^ *data) & OF_OTHER_LANE)
            {
                m->where = first;
            }
#endif
            return error;
        }
    }

    return 0;
}

/* ---- programming: units that are blank are left out --------------------------------------------------------------------- */
static __attribute__((noinline)) u32 program(struct loader *m, const u32 *data, const u32 *trailer, u32 sequence)
{
    u32 to = trailer[0], units = 0, unit = m->unit;
#ifdef TWO_LANES
    u32 other = to + (m->apart ? m->apart : unit), step = m->apart ? unit : 2 * unit, others = 0;
#endif
    u32 begun = SYST_CVR;
    feed(m);
#ifdef ROWS
    if (BY_ROWS(trailer))
    {
#ifdef ROW_OVER_OTHERS
        if (scan_back((const u32 *)to, (const u32 *)(to + (u32)trailer - (u32)data), m->erased) != (const u32 *)to)
        {
            m->flags = ROW_OVER_OTHERS;
            m->where = to;
            return ERR_FLAGS;
        }
#endif
        unit = m->row;
        flash_rows(m);
    }
    else
#endif
    {
        flash_program(m, to);
    }

#ifdef NARROW_ONLY
    (void)sequence;
#endif
#ifdef NARROW
    if (unit < 4)
    {
        for (const u8 *from = (const u8 *)data; from < (const u8 *)trailer; from += unit, to += unit)
        {
            u32 value = unit == 1 ? *from : *(const u16 *)from;
            if (value != (unit == 1 ? (u8)m->erased : (u16)m->erased))
            {
                flash_write_narrow(m, to, value);
                units++;
            }
        }
    }
#endif
#ifdef NARROW
#ifndef NARROW_ONLY
    else
#endif
#endif
#ifndef NARROW_ONLY
    {
        /* The core idles while a unit is being programmed. If this slot and the next are full, it spends that time on passing the
         * next one through the CRC, a word for a word. Otherwise the CRC gets words that nobody asks about. */
        u32 stride = m->slot_data + TRAILER_BYTES;
        const u32 *next = (const u32 *)((u32)trailer + stride);
        if ((u32)next >= m->ring_end)
        {
            next = (const u32 *)(m->ring + m->slot_data);
        }

        if (REG(&next[3]) == sequence + 1 && SLOT_BYTES(next) == m->slot_data && SLOT_BYTES(trailer) == m->slot_data)
        {
            m->prechecked = sequence + 1;
        }

        next = (const u32 *)((u32)next - m->slot_data);
        crc_begin(m);
#ifdef ROWS
        if (PAGE_FIRST(trailer))
        {
            next = crc_words(m, next, PAGE_BYTES);
        }

        if (BY_ROWS(trailer))
        {
            for (; data < trailer; units++)     /* the host sends no row with a blank unit in it */
            {
                while (flash_busy(m))
                {
                }

                data = put_row(to, data, unit); /* nothing may stand between the words: a late one spoils the row */
                __asm volatile("dsb");
                to += unit;
                next = crc_words(m, next, unit);
            }
        }
#endif

        while (data < trailer)
        {
            const u32 *from = data;
            u32 used = 0;
            for (u32 left = unit; left; left -= 4)
            {
                used |= *data++ ^ m->erased;
                crc_add(m, *next++);
            }

            if (used)
            {
                flash_write(m, to, from);
                units++;
            }

#ifdef TWO_LANES
            u32 next_to = other, next_units = others;
            other = to + step;
            others = units;
            to = next_to;
            units = next_units;
#else
            to += unit;
#endif
        }
    }
#endif

    while (flash_busy(m))
    {
    }

#ifdef TWO_LANES
    units = !m->apart ? units + others : units > others ? units : others;
#endif
    return verdict(m, (begun - SYST_CVR) & 0x00FFFFFF, units * LEAST_TICKS(m, trailer), trailer[0]);
}

/* ---- the ring ---------------------------------------------------------------------------------------------------------- */
static inline int arrived(struct loader *m, const u32 *trailer, u32 sequence)
{
    u32 bytes = SLOT_BYTES(trailer), found;
    if (bytes > m->slot_data)
    {
        return 0;
    }

    if (m->prechecked == sequence)
    {
        crc_add(m, trailer[0]);
        crc_add(m, trailer[1]);
        found = crc_end(m);
    }
    else
    {
        found = crc(m, (const u32 *)((u32)trailer - bytes), bytes + 8); /* dest and command follow the data */
    }

    m->prechecked = 0;
    return found == trailer[2];
}

__attribute__((noreturn, used)) static void run(u32 base)
{
    struct loader *m = (struct loader *)(base + 0x40);
    u32 sequence = 1;
    if (m->vtor)
    {
        for (u32 i = 2; i < 16; i++)    /* NMI and all faults */
        {
            REG(base + 4 * i) = base + ((u32)&fault | 1);
        }

        m->saved_vtor = REG(m->vtor);
        REG(m->vtor) = base;
    }

    m->saved_enable = REG(m->crc_enable);
    REG(m->crc_enable) = m->saved_enable | m->crc_bit;
    (void)REG(m->crc_enable);           /* the clock needs two cycles to arrive */
    m->saved_systick = SYST_CSR;
    SYST_RVR = 0x00FFFFFF;
    SYST_CVR = 0;
    SYST_CSR = 5;                       /* the core's clock, on, no interrupt */

    u32 first = m->ring + m->slot_data, stride = m->slot_data + TRAILER_BYTES;
    for (u32 at = first; at < m->ring_end; at += stride)
    {
        REG(at + 12) = 0;               /* what an earlier session left in the ring is no command */
    }

    m->status = 0;                      /* ready */
    for (u32 at = first;; at = at + stride < m->ring_end ? at + stride : first, sequence++)
    {
        u32 *trailer = (u32 *)at, error;
        for (;;)
        {
            while (REG(at + 12) != sequence)
            {
                feed(m);
            }

            if (arrived(m, trailer, sequence))
            {
                break;
            }

            REG(at + 12) = 0;           /* the wire spoilt it: say so and wait for it again */
            m->status = ((sequence - 1) & 0x00FFFFFF) | ERR_SLOT << 24;
        }

        u32 *data = (u32 *)(at - SLOT_BYTES(trailer));
        switch (trailer[1] >> 28)
        {
#ifdef ROWS
            case PROGRAM:
                error = 0;
                if (PAGE_FIRST(trailer))
                {
                    error = data[1] ? erase(m, data, data + 2) : 0;
                    data += PAGE_BYTES / 4;
                }

                error = error ? error : program(m, data, trailer, sequence);
                break;
#else
            case PROGRAM: error = program(m, data, trailer, sequence); break;
#endif
            case ERASE: error = erase(m, data, trailer); break;
            case SURVEY: survey(m, data, trailer); error = 0; break;
            case END: error = 0; break;
#ifdef TWO_LANES
            case APART: m->apart = trailer[0]; error = 0; break;
#endif
            default: error = ERR_COMMAND; break;
        }

        if (error)
        {
            end(m, ((sequence - 1) & 0x00FFFFFF) | error << 24);
        }

        if (trailer[1] & 1 << 27)
        {
            end(m, sequence & 0x00FFFFFF);
        }

        m->status = sequence & 0x00FFFFFF;
    }
}

__attribute__((section(".entry"), naked, used)) void entry(void)
{
    __asm volatile("cpsid i\n\tbl run");
}
