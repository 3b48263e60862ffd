using Nrst.VirtualBench.Chips.Flash.Parallel;

namespace Nrst.VirtualBench.Chips.Flash.F7;

/// <summary>What differs between the controllers of the three F7 dies.</summary>
/// <param name="Cr">The bits of CR that exist.</param>
/// <param name="WriteProtectMask">The nWRP bits of OPTCR.</param>
internal sealed record F7Traits(uint Cr, uint WriteProtectMask)
{
    /// <summary>nDBANK and nDBOOT, and two banks where nDBANK is 0.</summary>
    public bool HasBankMode { get; init; }

    /// <summary>OPTCR2: sectors that can be executed and not read.</summary>
    public bool HasPcrop { get; init; }

    public OtpPlace Otp { get; init; } = new(0x1FF0_F000, 64);

    public static F7Traits Of(ushort deviceId) => deviceId switch
    {
        0x449 => new(0x8301_037F, 0x00FF_0000),
        0x451 => new(0x8301_83FF, 0x0FFF_0000) { HasBankMode = true },
        0x452 => new(0x8701_037F, 0x00FF_0000) { HasPcrop = true, Otp = new(0x1FF0_7800, 32) },
        _ => throw new ArgumentOutOfRangeException(nameof(deviceId), $"DEV_ID 0x{deviceId:X3} is no STM32F7."),
    };

    /// <summary>The bits of OPTCR that can be programmed.</summary>
    public uint Options => 0xC000_FFFC | WriteProtectMask | (HasBankMode ? 0x3000_0000u : 0);
}
