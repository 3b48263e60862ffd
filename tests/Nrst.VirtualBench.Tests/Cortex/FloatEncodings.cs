namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>The floating point encodings: FPv4-SP, what FPv5 adds, and double precision.</summary>
internal static class FloatEncodings
{
    public static IReadOnlyList<Encoding> All { get; } =
    [
        .. Single().Select(encoding => encoding with { Needs = Needs.Fpv4 }),
        .. Version5("1010", "x", "single").Select(encoding => encoding with { Needs = Needs.Fpv5 }),
        .. Double().Select(encoding => encoding with { Needs = Needs.Double }),
        .. Version5("1011", "0", "double").Select(encoding => encoding with { Needs = Needs.Double }),
    ];

    private static IEnumerable<Encoding> Single() =>
    [
        new("VMLA, VMLS", "11101110 0 x 00 nnnn dddd 1010 x o x 0 mmmm"),
        new("VNMLA, VNMLS", "11101110 0 x 01 nnnn dddd 1010 x o x 0 mmmm"),
        new("VMUL, VNMUL", "11101110 0 x 10 nnnn dddd 1010 x o x 0 mmmm"),
        new("VADD, VSUB", "11101110 0 x 11 nnnn dddd 1010 x o x 0 mmmm"),
        new("VDIV", "11101110 1 x 00 nnnn dddd 1010 x 0 x 0 mmmm"),
        new("VFNMA, VFNMS", "11101110 1 x 01 nnnn dddd 1010 x o x 0 mmmm"),
        new("VFMA, VFMS", "11101110 1 x 10 nnnn dddd 1010 x o x 0 mmmm"),
        new("VMOV (immediate)", "11101110 1 x 11 iiii dddd 1010 0000 iiii"),
        new("VMOV, VABS", "11101110 1 x 11 0000 dddd 1010 o1x0 mmmm"),
        new("VNEG, VSQRT", "11101110 1 x 11 0001 dddd 1010 o1x0 mmmm"),
        new("VCVT half to single", "11101110 1 x 11 0010 dddd 1010 o1x0 mmmm"),
        new("VCVT single to half", "11101110 1 x 11 0011 dddd 1010 o1x0 mmmm"),
        new("VCMP", "11101110 1 x 11 0100 dddd 1010 o1x0 mmmm"),
        new("VCMP (zero)", "11101110 1 x 11 0101 dddd 1010 o100 0000"),
        new("VCVT integer to single", "11101110 1 x 11 1000 dddd 1010 o1x0 mmmm"),
        new("VCVT single to integer", "11101110 1 x 11 110o dddd 1010 o1x0 mmmm"),
        new("VCVT fixed to single", "11101110 1 x 11 101o dddd 1010 s1i0 iiii", f => f['s'] == 1 || f['i'] % 16 * 2 + f['i'] / 16 <= 16),
        new("VCVT single to fixed", "11101110 1 x 11 111o dddd 1010 s1i0 iiii", f => f['s'] == 1 || f['i'] % 16 * 2 + f['i'] / 16 <= 16),
        new("VMOV core and single", "11101110 000 l dddd tttt 1010 x001 0000", f => f.Low("t")),
        new("VMOV core and half of a double", "11101110 00 h l dddd tttt 1011 0001 0000", f => f.Low("t")),
        new("VMOV core and two singles", "11101100 010 l uuuu tttt 1010 00x1 mmmm", f => f.Low("tu") && f['t'] != f['u'] && f['m'] * 2 + f['x'] < 31),
        new("VMOV core and double", "11101100 010 l uuuu tttt 1011 0001 mmmm", f => f.Low("tu") && f['t'] != f['u']),
        new("VMRS, VMSR", "11101110 111 l 0001 tttt 1010 0001 0000", f => f.Low("t")),
        new("VMRS APSR", "11101110 1111 0001 1111 1010 0001 0000"),
        new("VLDR, VSTR single", "11101101 u x 0 l nnnn dddd 1010 iiiiiiii", f => f['n'] != 15) { Memory = true, Aligned = true },
        new("VLDR, VSTR double", "11101101 u 0 0 l nnnn dddd 1011 iiiiiiii", f => f['n'] != 15) { Memory = true, Aligned = true },
        new("VLDM, VSTM", "11101100 1 x w l nnnn dddd 1010 000 iiiii", f => f['n'] != 15 && f['i'] != 0 && f['d'] * 2 + f['x'] + f['i'] <= 32) { Memory = true, Aligned = true },
        new("VPUSH, VPOP doubles", "11101100 1 0 1 l 1101 dddd 1011 000 iiii 0", f => f['i'] != 0 && f['d'] + f['i'] <= 16),
        new("VLDMDB, VSTMDB", "11101101 0 x 1 l nnnn dddd 1010 000 iiiii", f => f['n'] != 15 && f['i'] != 0 && f['d'] * 2 + f['x'] + f['i'] <= 32) { Memory = true, Aligned = true },
    ];

    private static IEnumerable<Encoding> Version5(string coprocessor, string x, string name) =>
    [
        new($"VSEL {name}", $"111111100 {x} cc nnnn dddd {coprocessor} {x}0{x}0 mmmm"),
        new($"VMAXNM, VMINNM {name}", $"111111101 {x} 00 nnnn dddd {coprocessor} {x}o{x}0 mmmm"),
        new($"VRINTA, N, P, M {name}", $"111111101 {x} 1110 oo dddd {coprocessor} 01{x}0 mmmm"),
        new($"VCVTA, N, P, M {name}", $"111111101 y 1111 oo dddd {coprocessor} s1{x}0 mmmm"),
        new($"VRINTR, VRINTZ {name}", $"111011101 {x} 110110 dddd {coprocessor} o1{x}0 mmmm"),
        new($"VRINTX {name}", $"111011101 {x} 110111 dddd {coprocessor} 01{x}0 mmmm"),
    ];

    private static IEnumerable<Encoding> Double() =>
    [
        new("VMLA, VMLS double", "11101110 0000 nnnn dddd 1011 0o00 mmmm"),
        new("VNMLA, VNMLS double", "11101110 0001 nnnn dddd 1011 0o00 mmmm"),
        new("VMUL, VNMUL double", "11101110 0010 nnnn dddd 1011 0o00 mmmm"),
        new("VADD, VSUB double", "11101110 0011 nnnn dddd 1011 0o00 mmmm"),
        new("VDIV double", "11101110 1000 nnnn dddd 1011 0000 mmmm"),
        new("VFNMA, VFNMS double", "11101110 1001 nnnn dddd 1011 0o00 mmmm"),
        new("VFMA, VFMS double", "11101110 1010 nnnn dddd 1011 0o00 mmmm"),
        new("VMOV (immediate) double", "11101110 1011 iiii dddd 1011 0000 iiii"),
        new("VMOV, VABS double", "11101110 1011 0000 dddd 1011 o100 mmmm"),
        new("VNEG, VSQRT double", "11101110 1011 0001 dddd 1011 o100 mmmm"),
        new("VCVT half to double", "11101110 1011 0010 dddd 1011 o1x0 mmmm"),
        new("VCVT double to half", "11101110 1x11 0011 dddd 1011 o100 mmmm"),
        new("VCMP double", "11101110 1011 0100 dddd 1011 o100 mmmm"),
        new("VCMP (zero) double", "11101110 1011 0101 dddd 1011 o100 0000"),
        new("VCVT double to single", "11101110 1x11 0111 dddd 1011 1100 mmmm"),
        new("VCVT single to double", "11101110 1011 0111 dddd 1010 11x0 mmmm"),
        new("VCVT integer to double", "11101110 1011 1000 dddd 1011 o1x0 mmmm"),
        new("VCVT double to integer", "11101110 1x11 110o dddd 1011 o100 mmmm"),
        new("VCVT fixed to double", "11101110 1011 101o dddd 1011 s1i0 iiii", f => f['s'] == 1 || f['i'] % 16 * 2 + f['i'] / 16 <= 16),
        new("VCVT double to fixed", "11101110 1011 111o dddd 1011 s1i0 iiii", f => f['s'] == 1 || f['i'] % 16 * 2 + f['i'] / 16 <= 16),
    ];
}
