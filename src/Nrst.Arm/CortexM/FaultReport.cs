namespace Nrst.Arm;

/// <summary>Why a core faulted or locked up, from its fault status registers.</summary>
/// <param name="Reasons">One sentence for each bit that is set; empty where no fault is recorded.</param>
public sealed record FaultReport(uint Cfsr, uint Hfsr, uint Dfsr, Address? BusFaultAddress, Address? MemManageAddress,
    IReadOnlyList<string> Reasons)
{
    private static readonly (Cfsr Bit, string Meaning)[] Configurable =
    [
        (Arm.Cfsr.IACCVIOL, "fetched an instruction from where the MPU forbids it (IACCVIOL)"),
        (Arm.Cfsr.DACCVIOL, "accessed data where the MPU forbids it (DACCVIOL)"),
        (Arm.Cfsr.MUNSTKERR, "left an exception over a stack the MPU forbids (MUNSTKERR)"),
        (Arm.Cfsr.MSTKERR, "entered an exception over a stack the MPU forbids (MSTKERR)"),
        (Arm.Cfsr.MLSPERR, "saved floating-point state where the MPU forbids it (MLSPERR)"),
        (Arm.Cfsr.IBUSERR, "fetched an instruction from where nothing answers (IBUSERR)"),
        (Arm.Cfsr.PRECISERR, "accessed data where nothing answers (PRECISERR)"),
        (Arm.Cfsr.IMPRECISERR, "wrote, some instructions earlier, to where nothing answers (IMPRECISERR)"),
        (Arm.Cfsr.UNSTKERR, "left an exception with a stack pointer outside memory (UNSTKERR)"),
        (Arm.Cfsr.STKERR, "entered an exception with a stack pointer outside memory (STKERR)"),
        (Arm.Cfsr.LSPERR, "saved floating-point state outside memory (LSPERR)"),
        (Arm.Cfsr.UNDEFINSTR, "met an undefined instruction (UNDEFINSTR)"),
        (Arm.Cfsr.INVSTATE, "branched to an even address, or through an empty vector (INVSTATE)"),
        (Arm.Cfsr.INVPC, "left an exception with a wrong EXC_RETURN (INVPC)"),
        (Arm.Cfsr.NOCP, "used the floating-point unit while it is off (NOCP)"),
        (Arm.Cfsr.STKOF, "overran its stack limit (STKOF)"),
        (Arm.Cfsr.UNALIGNED, "made an unaligned access (UNALIGNED)"),
        (Arm.Cfsr.DIVBYZERO, "divided by zero (DIVBYZERO)"),
    ];

    public bool HasFault => Reasons.Count > 0;

    public override string ToString() => HasFault ? $"The program {string.Join("; it ", Reasons)}." : "No fault is recorded.";

    internal static FaultReport Decode(Cfsr cfsr, Hfsr hfsr, Dfsr dfsr, uint bfar, uint mmfar)
    {
        Address? bus = cfsr.HasFlag(Arm.Cfsr.BFARVALID) ? new Address(bfar) : null;
        Address? mpu = cfsr.HasFlag(Arm.Cfsr.MMARVALID) ? new Address(mmfar) : null;
        var reasons = new List<string>();
        foreach (var (bit, meaning) in Configurable)
        {
            if (cfsr.HasFlag(bit))
            {
                reasons.Add(At(bit) is { } at ? $"{meaning} at {at}" : meaning);
            }
        }

        if (hfsr.HasFlag(Arm.Hfsr.VECTTBL))
        {
            reasons.Add("could not read an exception vector (VECTTBL)");
        }

        if (hfsr.HasFlag(Arm.Hfsr.DEBUGEVT))
        {
            reasons.Add("met a breakpoint instruction with no debugger (DEBUGEVT)");
        }

        return new FaultReport((uint)cfsr, (uint)hfsr, (uint)dfsr, bus, mpu, reasons);

        Address? At(Cfsr bit) => bit switch
        {
            Arm.Cfsr.PRECISERR => bus,
            Arm.Cfsr.DACCVIOL => mpu,
            _ => null,
        };
    }
}
