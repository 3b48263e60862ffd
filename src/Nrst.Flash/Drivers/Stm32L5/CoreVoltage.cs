namespace Nrst.Flash.Stm32L5;

/// <summary>RM0438, "Power control register 1 (PWR_CR1)".</summary>
[Flags]
internal enum PwrCr1 : uint
{
    /// <summary>VOS, bits 10:9: 0, 1 and 2 are the ranges of the core's voltage.</summary>
    VOS = 3u << 9,
    Range2 = 2u << 9,
}

/// <summary>RM0438, "Power status register 2 (PWR_SR2)".</summary>
[Flags]
internal enum PwrSr2 : uint
{
    /// <summary>The voltage is on its way.</summary>
    VOSF = 1u << 10,
}

/// <summary>RM0438, "RCC APB1 peripheral clock enable register 1 (RCC_APB1ENR1)".</summary>
[Flags]
internal enum RccApb1Enr1 : uint
{
    PWREN = 1u << 28,
}

/// <summary>RM0487, "PWR voltage scaling register (PWR_VOSR)".</summary>
[Flags]
internal enum PwrVosr : uint
{
    R1EN = 1u << 0,
    R2EN = 1u << 1,
    R1RDY = 1u << 16,
    R2RDY = 1u << 17,
}

/// <summary>RM0487, "RCC AHB1 peripheral clock enable register 2 (RCC_AHB1ENR2)".</summary>
[Flags]
internal enum RccAhb1Enr2 : uint
{
    PWREN = 1u << 2,
}

/// <summary>
/// The range of the core's voltage. In the lowest one, where these chips are after a reset, a program or an erase ends in PGSERR or is not
/// certain to be done. A reset puts the range back.
/// </summary>
internal static class CoreVoltage
{
    // The manuals give no figure; the data sheets have tens of microseconds.
    private static readonly TimeSpan s_settles = TimeSpan.FromMilliseconds(10);

    /// <summary>RM0438, "Dynamic voltage scaling management": out of range 2, into range 0.</summary>
    public static void RaiseL5(FlashChip chip)
    {
        var (rcc, pwr) = (new Address(0x4002_1000), new Address(0x4000_7000));
        var enable = new Register<RccApb1Enr1>("RCC_APB1ENR1", 0x58);
        var control = new Register<PwrCr1>("PWR_CR1", 0x00);
        var status = new Register<PwrSr2>("PWR_SR2", 0x14);
        var enabled = chip.Memory.Read(rcc, enable);
        if (!enabled.HasFlag(RccApb1Enr1.PWREN))
        {
            chip.Memory.Write(rcc, enable, enabled | RccApb1Enr1.PWREN);
        }

        var power = chip.Memory.Read(pwr, control);
        if ((power & PwrCr1.VOS) == PwrCr1.Range2)
        {
            chip.Memory.Write(pwr, control, power & ~PwrCr1.VOS);
            Settle(chip, () => !chip.Memory.Read(pwr, status).HasFlag(PwrSr2.VOSF));
        }
    }

    /// <summary>RM0487, "Dynamic voltage scaling management": out of range 2, into range 1; both bits change at once.</summary>
    public static void RaiseU3(FlashChip chip)
    {
        var (rcc, pwr) = (new Address(0x4003_0C00), new Address(0x4003_0800));
        var enable = new Register<RccAhb1Enr2>("RCC_AHB1ENR2", 0x94);
        var scaling = new Register<PwrVosr>("PWR_VOSR", 0x0C);
        var enabled = chip.Memory.Read(rcc, enable);
        if (!enabled.HasFlag(RccAhb1Enr2.PWREN))
        {
            chip.Memory.Write(rcc, enable, enabled | RccAhb1Enr2.PWREN);
        }

        var power = chip.Memory.Read(pwr, scaling);
        if (!power.HasFlag(PwrVosr.R1EN))
        {
            chip.Memory.Write(pwr, scaling, (power & ~PwrVosr.R2EN) | PwrVosr.R1EN);
            Settle(chip, () => chip.Memory.Read(pwr, scaling).HasFlag(PwrVosr.R1RDY));
        }
    }

    private static void Settle(FlashChip chip, Func<bool> settled)
    {
        var deadline = chip.Clock.Now + s_settles;
        while (!settled() && chip.Clock.Now < deadline)
        {
            chip.Clock.Wait(TimeSpan.FromMicroseconds(100));
        }
    }
}
