namespace Nrst.Arm;

/// <summary>What is done with a core where the chip cannot be reset.</summary>
public sealed partial class CortexMCore
{
    private const int InterruptWords = 8;
    private const uint SysTickOnCoreClock = 5; // CLKSOURCE and ENABLE, no interrupt
    private const uint SysTickMask = 0x00FF_FFFF;

    private static readonly TimeSpan Measured = TimeSpan.FromMilliseconds(20);

    /// <summary>Halts a core that may be reachable for a moment only, before anything is known of it. <see cref="Attach"/> comes afterwards.</summary>
    public static void Catch(IWordBatch words)
    {
        ArgumentNullException.ThrowIfNull(words);
        words.Run([Writing(Dhcsr.C_HALT)], []);
    }

    /// <summary>
    /// Takes from a halted core what a reset would take: interrupts enabled and pending, exceptions active, SysTick, MPU. Core registers
    /// and everything outside the core stay as they are.
    /// </summary>
    public void Calm()
    {
        var writes = new List<WordAccess>
        {
            WordAccess.Write(Scs.AIRCR, (uint)(Aircr.VECTKEY | Aircr.VECTCLRACTIVE)),
            WordAccess.Write(Scs.SYST_CSR, 0),
            WordAccess.Write(Scs.MPU_CTRL, 0),
        };
        for (var i = 0u; i < InterruptWords; i++)
        {
            writes.Add(WordAccess.Write(Scs.NVIC_ICER + (4 * i), uint.MaxValue));
            writes.Add(WordAccess.Write(Scs.NVIC_ICPR + (4 * i), uint.MaxValue));
        }

        words.Run(writes.ToArray(), []);
    }

    /// <summary>
    /// Starts the program behind a vector table as a reset of the core would, on a core that has no such reset. Peripherals stay as they are.
    /// </summary>
    /// <param name="halt">Stay halted before the first instruction.</param>
    public void Restart(Address vectors, bool halt)
    {
        Halt();
        Calm();
        if (Identity.PartNumber != 0xC20)
        {
            memory.Write32(Scs.VTOR, vectors.Value); // the Cortex-M0 alone has none
        }

        Span<uint> entry = stackalloc uint[2];
        words.Run([WordAccess.Read(vectors), WordAccess.Read(vectors + 4)], entry);
        (CoreRegister, uint)[] start =
        [
            (CoreRegister.Special, 0), // CONTROL, FAULTMASK, BASEPRI, PRIMASK
            (CoreRegister.MSP, entry[0]),
            (CoreRegister.PC, entry[1] & ~1u),
            (CoreRegister.XPSR, Thumb),
            (CoreRegister.LR, uint.MaxValue),
        ];
        if (halt)
        {
            WriteRegisters(start);
        }
        else
        {
            Launch(start, maskInterrupts: false);
        }
    }

    /// <summary>Lets a halted core run in a circle, counts its cycles against the clock, and halts it again.</summary>
    /// <param name="scratch">Four bytes of RAM that code may run from; they are lost.</param>
    /// <returns>The core's clock in Hz, to within a few per cent.</returns>
    public uint MeasureHertz(Address scratch)
    {
        const uint BranchToItself = 0xE7FE_E7FE;
        memory.Write32(scratch, BranchToItself);
        words.Run(
            [
                WordAccess.Write(Scs.SYST_RVR, SysTickMask), WordAccess.Write(Scs.SYST_CVR, 0), WordAccess.Write(Scs.SYST_CSR, SysTickOnCoreClock),
            ], []);
        Launch([(CoreRegister.PC, scratch.Value)], maskInterrupts: true);
        var (began, first) = (clock.Now, memory.Read32(Scs.SYST_CVR));
        clock.Wait(Measured);
        var (ended, last) = (clock.Now, memory.Read32(Scs.SYST_CVR));
        Halt();
        memory.Write32(Scs.SYST_CSR, 0);
        return (uint)((first - last & SysTickMask) / (ended - began).TotalSeconds);
    }
}
