using System.Numerics;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>Every integer encoding of ARMv6-M, ARMv7-M and ARMv8-M mainline that one step under a debugger can show.</summary>
/// <remarks>
/// Left out, and why: BKPT, SVC, UDF and permanently undefined patterns (they raise exceptions, which have tests of their own);
/// WFI, WFE and YIELD (the stub's single step does not wait); MSR CONTROL (it would change stack and privilege under the test);
/// BASEPRI (qemu implements eight priority bits, STM32 four); writing stack limits (the next SP would be below), TT and BXNS (qemu's
/// Cortex-M33 is secure); STREX and STLEX (they have tests of their own); the coprocessors that are not there; LDRT with PC-relative bases and every
/// other UNPREDICTABLE combination, by the rules beside the patterns.
/// </remarks>
internal static class Encodings
{
    public static IReadOnlyList<Encoding> All { get; } = 
        [.. Narrow(), .. WideData(), .. WideMultiply(), .. WideMemory(), .. AcquireAndRelease(), .. WideControl(), .. Undefined()];

    private static IEnumerable<Encoding> Narrow() =>
    [
        new("LSL (immediate)", "00000 iiiii mmm ddd"),
        new("LSR (immediate)", "00001 iiiii mmm ddd"),
        new("ASR (immediate)", "00010 iiiii mmm ddd"),
        new("ADD (register)", "0001100 mmm nnn ddd"),
        new("SUB (register)", "0001101 mmm nnn ddd"),
        new("ADD (3-bit immediate)", "0001110 iii nnn ddd"),
        new("SUB (3-bit immediate)", "0001111 iii nnn ddd"),
        new("MOV (immediate)", "00100 ddd iiiiiiii"),
        new("CMP (immediate)", "00101 nnn iiiiiiii"),
        new("ADD (8-bit immediate)", "00110 ddd iiiiiiii"),
        new("SUB (8-bit immediate)", "00111 ddd iiiiiiii"),
        .. Enumerable.Range(0, 16).Select(op => new Encoding($"Data processing {op}", $"010000 {op:b4} mmm ddd")),
        new("ADD (high)", "01000100 d mmmm ddd", f => f['d'] != 15) { Branches = false },
        new("ADD PC", "01000100 1 mmmm 111", f => f['m'] != 15) { Branches = true },
        new("CMP (high)", "01000101 n mmmm nnn", f => f['n'] != 15 && f['m'] != 15 && (f['n'] > 7 || f['m'] > 7)),
        new("MOV (high)", "01000110 d mmmm ddd", f => f['d'] != 15),
        new("MOV PC", "01000110 1 mmmm 111") { Branches = true },
        new("BX", "010001110 mmmm 000") { Branches = true },
        new("BLX", "010001111 mmmm 000", f => f['m'] != 15) { Branches = true },
        new("LDR (literal)", "01001 ttt iiiiiiii"),
        .. Enumerable.Range(0, 8).Select(op => new Encoding($"Load/store register {op}", $"0101 {op:b3} mmm nnn ttt", f => f['n'] != f['m']) { Memory = true }),
        .. Enumerable.Range(0, 4).Select(op => new Encoding($"Load/store immediate {op}", $"011 {op:b2} iiiii nnn ttt") { Memory = true }),
        .. Enumerable.Range(0, 2).Select(op => new Encoding($"Load/store halfword {op}", $"1000 {op:b1} iiiii nnn ttt") { Memory = true }),
        new("Load/store SP-relative", "1001 l ttt iiiiiiii"),
        new("ADR", "10100 ddd iiiiiiii"),
        new("ADD (SP)", "10101 ddd iiiiiiii"),
        new("ADD/SUB SP", "10110000 o iiiiiii"),
        new("CBZ/CBNZ", "1011 o0i1 iiiii nnn") { Needs = Needs.Thumb2, QemuIsLax = true, NotInIt = true, Branches = true },
        new("Extend", "10110010 oo mmm ddd"),
        new("PUSH", "1011010 lllllllll", f => f['l'] != 0),
        new("POP", "10111100 llllllll", f => f['l'] != 0),
        new("POP PC", "10111101 llllllll") { Branches = true },
        new("REV", "10111010 oo mmm ddd", f => f['o'] != 2),
        new("CPS i", "10110110011 p 0010") { NotInIt = true },
        new("CPS", "10110110011 p 00 i 1") { Needs = Needs.Thumb2, ElseUnpredictable = true, NotInIt = true },
        new("IT", "10111111 cccc mmmm", f => f['m'] != 0 && f['c'] != 15 && (f['c'] != 14 || BitOperations.IsPow2(f['m']))) { Needs = Needs.Thumb2, ElseUnpredictable = true, NotInIt = true },
        new("NOP, SEV", "10111111 0 s00 0000"),
        // Storing a base that is not the lowest register of the list stores an unknown value.
        new("STM", "11000 nnn llllllll", f => f['l'] != 0 && BaseIsLowestOrAbsent(f)) { Memory = true, Aligned = true },
        new("LDM", "11001 nnn llllllll", f => f['l'] != 0) { Memory = true, Aligned = true },
        new("B (conditional)", "1101 cccc iiiiiiii", f => f['c'] < 14) { NotInIt = true, Branches = true },
        new("B", "11100 iiiiiiiiiii") { Branches = true },
    ];

    private static bool BaseIsLowestOrAbsent(Fields f) =>
        (f['l'] >> (int)f['n'] & 1) == 0 || BitOperations.TrailingZeroCount(f['l']) == (int)f['n'];

    private static IEnumerable<Encoding> WideData()
    {
        (string Name, int Op)[] operations = [("AND", 0), ("BIC", 1), ("ORR", 2), ("ORN", 3), ("EOR", 4), ("ADD", 8), ("ADC", 10), ("SBC", 11), ("SUB", 13), ("RSB", 14)];
        foreach (var (name, op) in operations)
        {
            yield return new($"{name}.W (register)", $"1110101 {op:b4} s nnnn 0 iii dddd ii tt mmmm", f => f.Low("dnm"));
            yield return new($"{name}.W (immediate)", $"11110 i 0 {op:b4} s nnnn 0 iii dddd iiiiiiii", f => f.Low("dn") && NotZeroPattern(f['i']));
        }

        foreach (var (name, op) in new[] { ("TST", 0), ("TEQ", 4), ("CMN", 8), ("CMP", 13) })
        {
            yield return new($"{name}.W (register)", $"1110101 {op:b4} 1 nnnn 0 iii 1111 ii tt mmmm", f => f.Low("nm"));
            yield return new($"{name}.W (immediate)", $"11110 i 0 {op:b4} 1 nnnn 0 iii 1111 iiiiiiii", f => f.Low("n") && NotZeroPattern(f['i']));
        }

        foreach (var (name, op) in new[] { ("MOV", 2), ("MVN", 3) })
        {
            yield return new($"{name}.W (register)", $"1110101 {op:b4} s 1111 0 iii dddd ii tt mmmm", f => f.Low("dm"));
            yield return new($"{name}.W (immediate)", $"11110 i 0 {op:b4} s 1111 0 iii dddd iiiiiiii", f => f.Low("d") && NotZeroPattern(f['i']));
        }

        yield return new("ADD.W SP (immediate)", "11110 i 0 1000 s 1101 0 iii dddd iiiiiiii", f => f['d'] != 15 && NotZeroPattern(f['i']));
        yield return new("SUB.W SP (immediate)", "11110 i 0 1101 s 1101 0 iii dddd iiiiiiii", f => f['d'] != 15 && NotZeroPattern(f['i']));
        yield return new("ADD.W SP (register)", "1110101 1000 s 1101 0 iii dddd ii tt mmmm", f => f.Low("dm"));
        yield return new("SUB.W SP (register)", "1110101 1101 s 1101 0 iii dddd ii tt mmmm", f => f.Low("dm"));
        yield return new("PKH", "1110101 0110 0 nnnn 0 iii dddd ii t0 mmmm", f => f.Low("dnm")) { Needs = Needs.Dsp };
        yield return new("ADDW", "11110 i 100000 nnnn 0 iii dddd iiiiiiii", f => f['d'] != 15 && (f['d'] != 13 || f['n'] == 13));
        yield return new("SUBW", "11110 i 101010 nnnn 0 iii dddd iiiiiiii", f => f['d'] != 15 && (f['d'] != 13 || f['n'] == 13));
        yield return new("MOVW", "11110 i 100100 kkkk 0 iii dddd iiiiiiii", f => f.Low("d"));
        yield return new("MOVT", "11110 i 101100 kkkk 0 iii dddd iiiiiiii", f => f.Low("d"));
        // A shift of zero with the ASR form is SSAT16 or USAT16, drawn on their own.
        yield return new("SSAT", "11110 0 1100 s 0 nnnn 0 iii dddd ii 0 kkkkk", f => f.Low("dn") && (f['s'] == 0 || f['i'] != 0));
        yield return new("USAT", "11110 0 1110 s 0 nnnn 0 iii dddd ii 0 kkkkk", f => f.Low("dn") && (f['s'] == 0 || f['i'] != 0));
        yield return new("SSAT16", "11110 0 110010 nnnn 0 000 dddd 00 0 0 kkkk", f => f.Low("dn")) { Needs = Needs.Dsp, QemuIsLax = true };
        yield return new("USAT16", "11110 0 111010 nnnn 0 000 dddd 00 0 0 kkkk", f => f.Low("dn")) { Needs = Needs.Dsp, QemuIsLax = true };
        yield return new("SBFX", "11110 0 110100 nnnn 0 iii dddd ii 0 kkkkk", f => f.Low("dn") && f['i'] + f['k'] < 32);
        yield return new("UBFX", "11110 0 111100 nnnn 0 iii dddd ii 0 kkkkk", f => f.Low("dn") && f['i'] + f['k'] < 32);
        yield return new("BFI", "11110 0 110110 nnnn 0 iii dddd ii 0 kkkkk", f => f.Low("dn") && f['k'] >= f['i']);
        yield return new("BFC", "11110 0 110110 1111 0 iii dddd ii 0 kkkkk", f => f.Low("d") && f['k'] >= f['i']);
        yield return new("Shift (register)", "11111010 0 tt s nnnn 1111 dddd 0000 mmmm", f => f.Low("dnm"));
        yield return new("Extend and add", "11111010 0 o0p nnnn 1111 dddd 10 rr mmmm", f => f.Low("dm") && f['n'] is not (13 or 15)) { Needs = Needs.Dsp, QemuIsLax = true };
        yield return new("Extend and add to halves", "11111010 0 01p nnnn 1111 dddd 10 rr mmmm", f => f.Low("dm") && f['n'] is not (13 or 15)) { Needs = Needs.Dsp };
        yield return new("Extend.W", "11111010 0 o0p 1111 1111 dddd 10 rr mmmm", f => f.Low("dm"));
        yield return new("Extend.W to halves", "11111010 0 01p 1111 1111 dddd 10 rr mmmm", f => f.Low("dm")) { Needs = Needs.Dsp };
        yield return new("Parallel add and subtract", "11111010 1 ooo nnnn 1111 dddd 0 u kk mmmm",
            f => f['o'] is not (3 or 7) && f['k'] != 3 && f.Low("dnm")) { Needs = Needs.Dsp };
        yield return new("Saturating add and subtract", "11111010 1000 nnnn 1111 dddd 10 oo mmmm", f => f.Low("dnm")) { Needs = Needs.Dsp };
        yield return new("REV.W, RBIT", "11111010 1001 nnnn 1111 dddd 10 oo mmmm", f => f.Low("dnm") && f['n'] == f['m']);
        yield return new("SEL", "11111010 1010 nnnn 1111 dddd 1000 mmmm", f => f.Low("dnm")) { Needs = Needs.Dsp };
        yield return new("CLZ", "11111010 1011 nnnn 1111 dddd 1000 mmmm", f => f.Low("dnm") && f['n'] == f['m']);
    }

    private static bool NotZeroPattern(uint imm12) => imm12 is not (0x100 or 0x200 or 0x300);

    private static IEnumerable<Encoding> WideMultiply() =>
    [
        new("MLA", "111110110 000 nnnn aaaa dddd 0000 mmmm", f => f.Low("dnma")),
        new("MUL.W", "111110110 000 nnnn 1111 dddd 0000 mmmm", f => f.Low("dnm")),
        new("MLS", "111110110 000 nnnn aaaa dddd 0001 mmmm", f => f.Low("dnma")),
        new("SMLA half", "111110110 001 nnnn aaaa dddd 00xy mmmm", f => f.Low("dnm") && f['a'] != 13) { Needs = Needs.Dsp },
        new("SMLAD", "111110110 010 nnnn aaaa dddd 000x mmmm", f => f.Low("dnm") && f['a'] != 13) { Needs = Needs.Dsp, QemuIsLax = true },
        new("SMUAD", "111110110 010 nnnn 1111 dddd 000x mmmm", f => f.Low("dnm")) { Needs = Needs.Dsp, QemuIsLax = true },
        new("SMLAW", "111110110 011 nnnn aaaa dddd 000x mmmm", f => f.Low("dnm") && f['a'] != 13) { Needs = Needs.Dsp, QemuIsLax = true },
        new("SMLSD", "111110110 100 nnnn aaaa dddd 000x mmmm", f => f.Low("dnm") && f['a'] != 13) { Needs = Needs.Dsp, QemuIsLax = true },
        new("SMMLA", "111110110 101 nnnn aaaa dddd 000x mmmm", f => f.Low("dnm") && f['a'] != 13) { Needs = Needs.Dsp },
        new("SMMLS", "111110110 110 nnnn aaaa dddd 000x mmmm", f => f.Low("dnma")) { Needs = Needs.Dsp },
        new("USADA8", "111110110 111 nnnn aaaa dddd 0000 mmmm", f => f.Low("dnm") && f['a'] != 13) { Needs = Needs.Dsp, QemuIsLax = true },
        new("SMULL", "111110111 000 nnnn aaaa dddd 0000 mmmm", Long),
        new("SDIV", "111110111 001 nnnn 1111 dddd 1111 mmmm", f => f.Low("dnm")),
        new("UMULL", "111110111 010 nnnn aaaa dddd 0000 mmmm", Long),
        new("UDIV", "111110111 011 nnnn 1111 dddd 1111 mmmm", f => f.Low("dnm")),
        new("SMLAL", "111110111 100 nnnn aaaa dddd 0000 mmmm", Long),
        new("SMLAL half", "111110111 100 nnnn aaaa dddd 10xy mmmm", Long) { Needs = Needs.Dsp },
        new("SMLALD", "111110111 100 nnnn aaaa dddd 110x mmmm", Long) { Needs = Needs.Dsp, QemuIsLax = true },
        new("SMLSLD", "111110111 101 nnnn aaaa dddd 110x mmmm", Long) { Needs = Needs.Dsp, QemuIsLax = true },
        new("UMLAL", "111110111 110 nnnn aaaa dddd 0000 mmmm", Long),
        new("UMAAL", "111110111 110 nnnn aaaa dddd 0110 mmmm", Long) { Needs = Needs.Dsp },
    ];

    private static bool Long(Fields f) => f.Low("dnma") && f['a'] != f['d'];

    private static IEnumerable<Encoding> WideMemory()
    {
        foreach (var (name, sign, size, load) in new[] { ("STRB", 0, 0, 0), ("STRH", 0, 1, 0), ("STR", 0, 2, 0), ("LDRB", 0, 0, 1), ("LDRH", 0, 1, 1), ("LDR", 0, 2, 1), ("LDRSB", 1, 0, 1), ("LDRSH", 1, 1, 1) })
        {
            Encoding Make(string form, string upper, string lower, Func<Fields, bool> allowed) => new($"{name}.W {form}",
                $"1111100 {sign:b1} {upper} {size:b2} {load:b1} {lower}", f => f.Low("t") && f['n'] != 15 && allowed(f)) { Memory = true };
            yield return Make("imm12", "1", "nnnn tttt iiiiiiiiiiii", _ => true);
            yield return Make("offset", "0", "nnnn tttt 1100 iiiiiiii", _ => true);
            yield return Make("pre-indexed", "0", "nnnn tttt 11u1 iiiiiiii", f => f['n'] != f['t']);
            yield return Make("post-indexed", "0", "nnnn tttt 10u1 iiiiiiii", f => f['n'] != f['t']);
            yield return Make("unprivileged", "0", "nnnn tttt 1110 iiiiiiii", _ => true);
            yield return Make("register", "0", "nnnn tttt 000000 ss mmmm", f => f.Low("m") && f['n'] != f['m']);
            if (load == 1)
            {
                yield return new($"{name}.W (literal)", $"1111100 {sign:b1} u {size:b2} 1 1111 tttt iiiiiiiiiiii", f => f.Low("t"));
            }
        }

        yield return new("LDR SP", "1111100 01101 nnnn 1101 iiiiiiiiiiii", f => f['n'] != 15) { Memory = true };
        yield return new("LDR PC", "1111100 01101 nnnn 1111 iiiiiiiiii00", f => f['n'] != 15) { Memory = true, Aligned = true, Branches = true };
        yield return new("LDR PC post-indexed", "1111100 00101 nnnn 1111 10u1 iiiiii00", f => f['n'] != 15) { Memory = true, Aligned = true, Branches = true };
        yield return new("PLD", "1111100 01001 nnnn 1111 iiiiiiiiiiii", f => f['n'] != 15) { Memory = true };
        yield return new("LDRD", "1110100 1 u 1 0 1 nnnn tttt xxxx iiiiiiii", f => f.Low("tx") && f['t'] != f['x'] && f['n'] != 15) { Memory = true, Aligned = true };
        yield return new("LDRD pre-indexed", "1110100 1 u 1 1 1 nnnn tttt xxxx iiiiiiii", Dual) { Memory = true, Aligned = true };
        yield return new("LDRD post-indexed", "1110100 0 u 1 1 1 nnnn tttt xxxx iiiiiiii", Dual) { Memory = true, Aligned = true };
        yield return new("LDRD (literal)", "1110100 1 u 1 0 1 1111 tttt xxxx iiiiiiii", f => f.Low("tx") && f['t'] != f['x']);
        yield return new("STRD", "1110100 1 u 1 0 0 nnnn tttt xxxx iiiiiiii", f => f.Low("tx") && f['n'] != 15) { Memory = true, Aligned = true };
        yield return new("STRD pre-indexed", "1110100 1 u 1 1 0 nnnn tttt xxxx iiiiiiii", Dual) { Memory = true, Aligned = true };
        yield return new("STRD post-indexed", "1110100 0 u 1 1 0 nnnn tttt xxxx iiiiiiii", Dual) { Memory = true, Aligned = true };
        yield return new("LDREX", "1110100 00101 nnnn tttt 1111 iiiiiiii", f => f.Low("t") && f['n'] != 15) { Memory = true, Aligned = true };
        yield return new("LDREXB", "1110100 01101 nnnn tttt 1111 0100 1111", f => f.Low("t") && f['n'] != 15) { Memory = true };
        yield return new("LDREXH", "1110100 01101 nnnn tttt 1111 0101 1111", f => f.Low("t") && f['n'] != 15) { Memory = true, Aligned = true };
        yield return new("TBB", "1110100 01101 nnnn 1111 0000 0000 mmmm", Table) { Memory = true, Branches = true };
        yield return new("TBH", "1110100 01101 nnnn 1111 0000 0001 mmmm", Table) { Memory = true, Branches = true };
        yield return new("STM.W", "1110100 01 0 w 0 nnnn 0l0 lllllllllllll", Multiple) { Memory = true, Aligned = true };
        yield return new("STMDB", "1110100 10 0 w 0 nnnn 0l0 lllllllllllll", Multiple) { Memory = true, Aligned = true };
        yield return new("LDM.W", "1110100 01 0 w 1 nnnn 0l0 lllllllllllll", Multiple) { Memory = true, Aligned = true };
        yield return new("LDMDB", "1110100 10 0 w 1 nnnn 0l0 lllllllllllll", Multiple) { Memory = true, Aligned = true };
        yield return new("LDM.W PC", "1110100 01 0 w 1 nnnn 100 lllllllllllll", f => Multiple(f) && f['n'] != 15) { Memory = true, Aligned = true, Branches = true };
        yield return new("LDMDB PC", "1110100 10 0 w 1 nnnn 100 lllllllllllll", f => Multiple(f) && f['n'] != 15) { Memory = true, Aligned = true, Branches = true };
    }

    private static bool Dual(Fields f) => f.Low("tx") && f['t'] != f['x'] && f['n'] != 15 && f['n'] != f['t'] && f['n'] != f['x'];

    private static bool Table(Fields f) => f.Low("nm") && f['n'] != f['m'];

    // The list's bit 13 (SP) is drawn as zero in the pattern; with LR's bit in front the field is one bit short of the word's numbering.
    private static bool Multiple(Fields f)
    {
        var list = f.Word & 0xFFFF;
        var holdsBase = (list >> (int)f['n'] & 1) != 0;
        return BitOperations.PopCount(list) >= 2 && f['n'] != 15 && !(f['w'] == 1 && holdsBase);
    }

    private static IEnumerable<Encoding> WideControl() =>
    [
        new("B.W (conditional)", "11110 s cccc iiiiii 10 j 0 k iiiiiiiiiii", f => f['c'] < 14) { NotInIt = true, Branches = true },
        new("B.W", "11110 s iiiiiiiiii 10 j 1 k iiiiiiiiiii") { Branches = true },
        new("BL", "11110 s iiiiiiiiii 11 j 1 k iiiiiiiiiii") { Needs = Needs.Nothing, Branches = true },
        new("MSR APSR", "11110011100 0 nnnn 1000 1000 00000000", f => f.Low("n")) { Needs = Needs.Nothing },
        new("MSR APSR.GE", "11110011100 0 nnnn 1000 x100 00000000", f => f.Low("n")) { Needs = Needs.Dsp, ElseUnpredictable = true },
        new("MSR stack pointers", "11110011100 0 nnnn 1000 1000 0000100 x", f => f.Low("n")) { Needs = Needs.Nothing },
        new("MSR PRIMASK", "11110011100 0 nnnn 1000 1000 00010000", f => f.Low("n")) { Needs = Needs.Nothing },
        new("MRS APSR", "11110011111 0 1111 1000 dddd 00000 xxx", f => f.Low("d") && f['x'] != 4) { Needs = Needs.Nothing },
        new("MRS stack pointers", "11110011111 0 1111 1000 dddd 0000100 x", f => f.Low("d")) { Needs = Needs.Nothing },
        new("MRS PRIMASK", "11110011111 0 1111 1000 dddd 00010000", f => f.Low("d")) { Needs = Needs.Nothing },
        new("MRS FAULTMASK", "11110011111 0 1111 1000 dddd 00010011", f => f.Low("d")) { ElseUnpredictable = true },
        new("MRS stack limits", "11110011111 0 1111 1000 dddd 0000101 x", f => f.Low("d")) { Needs = Needs.Armv8, ElseUnpredictable = true },
        new("MRS CONTROL", "11110011111 0 1111 1000 dddd 00010100", f => f.Low("d")) { Needs = Needs.Nothing },
        new("NOP.W", "111100111010 1111 1000 0000 0000 0000"),
        new("Barriers", "111100111011 1111 1000 1111 01 oo 1111", f => f['o'] != 3) { Needs = Needs.Nothing },
        new("CLREX", "111100111011 1111 1000 1111 0010 1111"),
    ];

    private static IEnumerable<Encoding> AcquireAndRelease()
    {
        foreach (var (name, size) in new[] { ("B", "00"), ("H", "01"), ("", "10") })
        {
            Encoding Make(string form, string load, string lower) => new(form + name, $"1110 1000 110 {load} nnnn tttt 1111 1 {lower}", f => f.Low("t") && f['n'] != 15)
            {
                Memory = true,
                Aligned = true,
                Needs = Needs.Armv8,
            };
            yield return Make("LDA", "1", $"0 {size} 1111");
            yield return Make("STL", "0", $"0 {size} 1111");
            yield return Make("LDAEX", "1", $"1 {size} 1111");
        }
    }

    private static IEnumerable<Encoding> Undefined() =>
    [
        new("UDF", "11011110 iiiiiiii") { Needs = Needs.WhatNobodyHas },
        new("UDF.W", "111101111111 iiii 1010 iiii iiii iiii") { Needs = Needs.WhatNobodyHas },
        new("Hole beside CPS", "10110110 0100 iiii") { Needs = Needs.WhatNobodyHas },
        new("Hole beside REV", "10111010 10 mmm ddd") { Needs = Needs.WhatNobodyHas },
        new("BLX to Arm code", "11110 s iiiiiiiiii 11 j 0 k iiiiiiiiii0") { Needs = Needs.WhatNobodyHas },
        new("LDRSW, STRS", "1111100 1 u 10 1 nnnn tttt iiiiiiiiiiii", f => f['n'] != 15 && f['t'] != 15) { Needs = Needs.WhatNobodyHas },
        new("Holes of the multiplication", "111110111 111 nnnn aaaa dddd iiii mmmm", f => f.Low("nadm")) { Needs = Needs.WhatNobodyHas },
    ];
}
