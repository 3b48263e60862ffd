using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>How fine a flash can be written, and what its bytes read where nothing is written.</summary>
/// <param name="Unit">Bytes that are programmed together, at least four. Everything written is widened to it, with erased bytes.</param>
/// <param name="Erased">What a byte reads after an erase: 0xFF, or 0x00 on the STM32L0 and L1.</param>
public sealed record FlashGrain(uint Unit, byte Erased)
{
    /// <summary>Words that erase to ones.</summary>
    public static FlashGrain Words { get; } = new(4, 0xFF);

    /// <summary>Four erased bytes.</summary>
    public uint ErasedWord => Erased * 0x0101_0101u;

    /// <summary>Cells that share an ECC are written once after an erase, so they are the unit; without ECC it is the widest access.</summary>
    public static FlashGrain Of(FlashDescription flash)
    {
        ArgumentNullException.ThrowIfNull(flash);
        return new FlashGrain((uint)Math.Max(4, flash.EccWord ?? flash.WriteUnit), flash.ErasedValue);
    }

    public uint Down(uint at) => at / Unit * Unit;

    public uint Up(uint at) => (at + Unit - 1) / Unit * Unit;

    internal int Down(int at) => at / (int)Unit * (int)Unit;

    internal int Up(int at) => (at + (int)Unit - 1) / (int)Unit * (int)Unit;

    internal bool IsBlank(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(Erased);
}
