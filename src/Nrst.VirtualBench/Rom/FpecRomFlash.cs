using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

/// <summary>F0, F1 and F3: half-words, pages by address, option bytes that are erased and written one by one.</summary>
internal sealed class FpecRomFlash(RomBus bus, FlashModel flash, uint at, uint OpenByte) : RegisterFlash(bus, flash, at, Map1, null)
{
    private const uint OPTKEYR = 0x08, CR = 0x10, OPTPG = 1 << 4, OPTER = 1 << 5, STRT = 1 << 6, OPTWRE = 1 << 9;
    private const uint OptionsAt = 0x1FFF_F800;
    private const int OptionBytes = 8, WriteProtectionFrom = 4;

    private static readonly RegisterMap Map1 = new(0x04, CR, 0x0C, 0x34, STRT, 1 << 7, _ => 1u << 1, _ => 1u << 2, 2, 2)
    {
        Address = 0x14,
        BankStride = 0x40,
    };

    private readonly uint _at = at;

    public override IEnumerable<long>? ProgramOptions(uint address, byte[] data) => address != OptionsAt || data.Length < 2 * OptionBytes
        ? null
        : Rewrite([.. Enumerable.Range(0, OptionBytes).Select(i => data[2 * i])]);

    public override IEnumerable<long>? Protect(bool on)
    {
        var bytes = Current();
        bytes[0] = (byte)(on ? 0 : OpenByte);
        return Rewrite(bytes);
    }

    public override IEnumerable<long>? WriteProtect(IReadOnlyList<int> units)
    {
        var bytes = Current();
        var bits = units.Aggregate(uint.MaxValue, (bits, unit) => bits & ~(1u << Math.Min(unit, 31)));
        for (var i = WriteProtectionFrom; i < OptionBytes; i++)
        {
            bytes[i] = (byte)(bits >> (8 * (i - WriteProtectionFrom)));
        }

        return Rewrite(bytes);
    }

    private byte[] Current() => [.. Enumerable.Range(0, OptionBytes).Select(i => (byte)Bus.Read(OptionsAt + (2 * (uint)i), 2))];

    private IEnumerable<long> Rewrite(byte[] bytes)
    {
        Open();
        Bus.Write(_at + OPTKEYR, 0x4567_0123);
        Bus.Write(_at + OPTKEYR, 0xCDEF_89AB);
        Bus.Write(_at + CR, OPTER | OPTWRE);
        Bus.Write(_at + CR, OPTER | OPTWRE | STRT);
        yield return Bus.FlashReady;
        Bus.Write(_at + CR, OPTPG | OPTWRE);
        for (var i = 0; i < bytes.Length; i++)
        {
            Bus.Write(OptionsAt + (2 * (uint)i), bytes[i], 2);
            yield return Bus.FlashReady;
        }

        Close();
    }
}
