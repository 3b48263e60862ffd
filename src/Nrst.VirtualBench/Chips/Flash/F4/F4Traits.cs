namespace Nrst.VirtualBench.Chips.Flash.F4;

/// <summary>What differs between the controllers of the F2 and F4 dies and is not part of a device description.</summary>
/// <param name="BootloaderId">The version byte near the end of the system memory, and its address.</param>
/// <param name="WriteProtectMask">The nWRP bits of OPTCR that exist.</param>
/// <param name="HasSprmod">The die knows proprietary code read-out protection.</param>
internal sealed record F4Traits((uint At, byte Value) BootloaderId, uint WriteProtectMask, bool HasSprmod)
{
    /// <summary>The bits of CR that exist.</summary>
    public uint Cr { get; init; } = 0x8301_037F;

    /// <summary>The bits of ACR that exist.</summary>
    public uint Acr { get; init; } = 0x0000_1F07;

    /// <summary>OPTCR1, and the bits of OPTCR for two banks.</summary>
    public bool HasTwoBanks { get; init; }

    public static F4Traits Of(ushort deviceId) => deviceId switch
    {
        0x411 => new((0x1FFF_77DE, 0x33), 0x0FFF_0000, false) { Cr = 0x8101_03FF, Acr = 0x0000_1F0F },
        0x413 => new((0x1FFF_77DE, 0x91), 0x0FFF_0000, false),
        0x419 => new((0x1FFF_76DE, 0x91), 0x0FFF_0000, true) { Cr = 0x8301_83FF, Acr = 0x0000_1F0F, HasTwoBanks = true },
        0x421 => new((0x1FFF_76DE, 0x90), 0x00FF_0000, true) { Acr = 0x0000_1F0F },
        0x423 => new((0x1FFF_76DE, 0xD1), 0x00FF_0000, true),
        0x431 => new((0x1FFF_76DE, 0xD0), 0x00FF_0000, true),
        0x433 => new((0x1FFF_76DE, 0xD1), 0x00FF_0000, true),
        0x434 => new((0x1FFF_76DE, 0x90), 0x0FFF_0000, true) { Cr = 0x8301_83FF, Acr = 0x0000_1F0F, HasTwoBanks = true },
        0x441 => new((0x1FFF_76DE, 0x90), 0x0FFF_0000, true) { Cr = 0x8301_03FF },
        0x458 => new((0x1FFF_76DE, 0xB1), 0x001F_0000, true),
        0x463 => new((0x1FFF_76DE, 0x90), 0x7FFF_0000, true),
        _ => throw new ArgumentOutOfRangeException(nameof(deviceId), $"DEV_ID 0x{deviceId:X3} is neither an STM32F2 nor an STM32F4."),
    };
}
