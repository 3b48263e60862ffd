using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

/// <summary>L0 and L1: words and half pages, cells that are zero when erased, a data EEPROM, option words with their complements.</summary>
internal sealed class PecrRomFlash(RomBus bus, FlashModel flash, uint at, uint halfPage) : RomFlash(bus, flash)
{
    private const uint PECR = 0x04, PEKEYR = 0x0C, PRGKEYR = 0x10, OPTKEYR = 0x14, SR = 0x18;
    private const uint PELOCK = 1, PROG = 1 << 3, ERASE = 1 << 9, FPRG = 1 << 10, Errors = 0x0003_3F02;
    private const uint OptionsAt = 0x1FF8_0000;

    public override int Unit => 4;

    /// <summary>There is no mass erase: page by page.</summary>
    public override IEnumerable<long> EraseBank(int bank)
    {
        foreach (var unit in Map.Units.Where(unit => bank == 0 || unit.Bank == bank).ToArray())
        {
            foreach (var moment in Erase(unit))
            {
                yield return moment;
            }
        }
    }

    public override IEnumerable<long> Program(uint address, byte[] data)
    {
        var skipped = address % 4;
        var words = new byte[(skipped + data.Length + 3) / 4 * 4];
        data.CopyTo(words, skipped);
        address -= skipped;
        Open();
        for (var i = 0; i < words.Length;)
        {
            var place = address + (uint)i;
            if (place % halfPage == 0 && words.Length - i >= halfPage)
            {
                Bus.Write(at + PECR, PROG | FPRG);
                for (var each = 0; each < halfPage; each += 4)
                {
                    Bus.Write(place + (uint)each, Word(words, i + each));
                }

                i += (int)halfPage;
            }
            else
            {
                Bus.Write(at + PECR, PROG);
                Bus.Write(place, Word(words, i));
                i += 4;
            }

            yield return Bus.FlashReady;
        }

        Close();
    }

    /// <summary>A half page takes as long as a word.</summary>
    public override int Operations(uint address, int bytes)
    {
        var (from, to) = (address / 4 * 4, (address + (uint)bytes + 3) / 4 * 4);
        var (first, last) = ((from + halfPage - 1) / halfPage * halfPage, to / halfPage * halfPage);
        return first >= last ? (int)((to - from) / 4) : (int)((first - from) / 4 + (last - first) / halfPage + (to - last) / 4);
    }

    public override IEnumerable<long>? ProgramElsewhere(uint address, byte[] data) => ProgramWords(address, data, options: false);

    public override IEnumerable<long>? ProgramOptions(uint address, byte[] data) => ProgramWords(address, data, options: true);

    public override IEnumerable<long>? Protect(bool on)
    {
        var word = (Bus.Read(OptionsAt) & 0xFF00) | (on ? 0xBBu : 0xAA);
        return ProgramWords(OptionsAt, BitConverter.GetBytes(word | ~word << 16), options: true);
    }

    /// <summary>A bit for every 4 KiB, in words of 16 with their complements.</summary>
    public override IEnumerable<long>? WriteProtect(IReadOnlyList<int> units)
    {
        var bits = units.Aggregate(0u, (bits, unit) => bits | 1u << Math.Min(unit, 31));
        var (low, high) = (bits & 0xFFFF, bits >> 16);
        return ProgramWords(
            OptionsAt + 8, [.. BitConverter.GetBytes(low | ~low << 16), .. BitConverter.GetBytes(high | ~high << 16)], options: true);
    }

    protected override void Open()
    {
        if ((Bus.Read(at + PECR) & PELOCK) != 0)
        {
            Bus.Write(at + PEKEYR, 0x89AB_CDEF);
            Bus.Write(at + PEKEYR, 0x0203_0405);
            Bus.Write(at + PRGKEYR, 0x8C9D_AEBF);
            Bus.Write(at + PRGKEYR, 0x1314_1516);
        }

        Bus.Write(at + SR, Errors);
    }

    protected override void Close()
    {
        Bus.Write(at + PECR, 0);
        Bus.Write(at + PECR, PELOCK);
    }

    protected override void StartErase(FlashUnit unit)
    {
        Bus.Write(at + PECR, PROG | ERASE);
        Bus.Write(unit.Range.Start.Value, 0);
    }

    protected override void StartMassErase(int bank)
    {
        // See EraseBank: nothing erases everything at once.
    }

    protected override void ProgramUnit(uint address, ReadOnlySpan<byte> data) => Bus.Write(address, Word(data, 0));

    private IEnumerable<long> ProgramWords(uint address, byte[] data, bool options)
    {
        Open();
        if (options)
        {
            Bus.Write(at + OPTKEYR, 0xFBEA_D9C8);
            Bus.Write(at + OPTKEYR, 0x2425_2627);
        }

        for (var i = 0; i + 4 <= data.Length; i += 4)
        {
            Bus.Write(address + (uint)i, Word(data, i));
            yield return Bus.FlashReady;
        }

        Close();
    }
}
