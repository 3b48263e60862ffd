using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

/// <summary>The registers of a controller that is told in CR what to do, and starts it with a bit of the same register.</summary>
/// <param name="Key">KEYR. All offsets are from the base of the controller.</param>
/// <param name="Forget">Where ones clear the flags of the last operation.</param>
/// <param name="Flags">Those flags.</param>
/// <param name="Start">STRT.</param>
/// <param name="Lock">LOCK.</param>
/// <param name="Erase">CR for the erase of one unit, without STRT.</param>
/// <param name="Everything">CR for the erase of a bank (1, 2) or of everything (0), without STRT.</param>
/// <param name="Unit">Bytes with one error code.</param>
/// <param name="Access">Bytes of one store.</param>
internal sealed record RegisterMap(
    uint Key, uint Control, uint Forget, uint Flags, uint Start, uint Lock, Func<FlashUnit, uint> Erase, Func<int, uint> Everything, int Unit, int Access)
{
    /// <summary>CR.PG.</summary>
    public uint Program { get; init; } = 1;

    /// <summary>AR, which takes the address of the page to erase; null where CR has its number.</summary>
    public uint? Address { get; init; }

    /// <summary>Each bank has its registers, this far behind those of the one before; 0 where both share them.</summary>
    public uint BankStride { get; init; }

    /// <summary>CR.PSIZE, where the loader's parallelism goes; null where there is none, or it never changes.</summary>
    public int? SizeAt { get; init; }

    /// <summary>What is set in CR besides, whatever is done.</summary>
    public uint Always { get; init; }
}

/// <summary>The flash of all lines whose controller is driven through CR and STRT.</summary>
internal class RegisterFlash(RomBus bus, FlashModel flash, uint at, RegisterMap map, OptionMap? options) : RomFlash(bus, flash)
{
    private uint open;

    public override int Unit => map.SizeAt is null ? map.Unit : Parallelism / 8;

    /// <summary>The loader does not fill up the last word it was given: it stays in the controller's buffer, and is lost.</summary>
    public bool LosesTail { get; init; }

    private uint Size => map.Always | (map.SizeAt is { } place ? (uint)int.Log2(Parallelism / 8) << place : 0);

    public override IEnumerable<long> EraseBank(int bank)
    {
        if (map.BankStride == 0 || bank != 0 || Map.Banks == 1)
        {
            foreach (var moment in base.EraseBank(bank))
            {
                yield return moment;
            }

            yield break;
        }

        for (var each = 1; each <= Map.Banks; each++)
        {
            foreach (var moment in base.EraseBank(each))
            {
                yield return moment;
            }
        }
    }

    public override IEnumerable<long> Program(uint address, byte[] data)
    {
        var kept = LosesTail ? data[..(data.Length / Unit * Unit)] : data;
        return base.Program(address, kept);
    }

    public override IEnumerable<long>? ProgramOptions(uint address, byte[] data) => options is null ? null : ProgramOptions(options, address, data);

    public override IEnumerable<long>? Protect(bool on) => options is null ? null : Protect(options, on);

    public override IEnumerable<long>? WriteProtect(IReadOnlyList<int> units) => options is null ? null : WriteProtect(options, units);

    public override IEnumerable<long>? ProgramElsewhere(uint address, byte[] data) => map.SizeAt is null ? null : ProgramBytes(address, data);

    /// <summary>The one-time programmable bytes of F2, F4 and F7, programmed like the main flash.</summary>
    private IEnumerable<long> ProgramBytes(uint address, byte[] data)
    {
        Open();
        Bus.Write(at + map.Control, map.Program);
        for (var i = 0; i < data.Length; i++)
        {
            Bus.Write(address + (uint)i, data[i], 1);
            yield return Bus.FlashReady;
        }

        Close();
    }

    private IEnumerable<long> ProgramOptions(OptionMap options, uint address, byte[] data)
    {
        OpenOptions(options);
        foreach (var (register, value, mask) in options.Registers(address, data))
        {
            var written = (Bus.Read(at + register.Read) & ~mask) | (value & mask);
            Bus.Write(at + register.Write, written);
        }

        return Commit(options);
    }

    private IEnumerable<long> Protect(OptionMap options, bool on)
    {
        OpenOptions(options);
        var word = Bus.Read(at + options.Protection.Read) & ~(0xFFu << options.ProtectionAt);
        Bus.Write(at + options.Protection.Write, word | (on ? options.Closed : 0xAAu) << options.ProtectionAt);
        return Commit(options);
    }

    private IEnumerable<long> WriteProtect(OptionMap options, IReadOnlyList<int> units)
    {
        OpenOptions(options);
        foreach (var (register, value, mask) in options.WriteProtection(units))
        {
            Bus.Write(at + register.Write, (Bus.Read(at + register.Read) & ~mask) | value);
        }

        return Commit(options);
    }

    private void OpenOptions(OptionMap options)
    {
        Open();
        Bus.Write(at + options.Key, 0x0819_2A3B);
        Bus.Write(at + options.Key, 0x4C5D_6E7F);
    }

    private IEnumerable<long> Commit(OptionMap options)
    {
        Bus.Set(at + options.Control, options.Start);
        yield return Bus.FlashReady;
    }

    protected override void Open()
    {
        for (var bank = 0u; bank < (map.BankStride == 0 ? 1 : Map.Banks); bank++)
        {
            if ((Bus.Read(at + (bank * map.BankStride) + map.Control) & map.Lock) != 0)
            {
                Bus.Write(at + (bank * map.BankStride) + map.Key, 0x4567_0123);
                Bus.Write(at + (bank * map.BankStride) + map.Key, 0xCDEF_89AB);
            }

            Bus.Write(at + (bank * map.BankStride) + map.Forget, map.Flags);
        }
    }

    protected override void Close()
    {
        for (var bank = 0u; bank < (map.BankStride == 0 ? 1 : Map.Banks); bank++)
        {
            Bus.Write(at + (bank * map.BankStride) + map.Control, 0);
            Bus.Write(at + (bank * map.BankStride) + map.Control, map.Lock);
        }

        open = 0;
    }

    protected override void StartErase(FlashUnit unit)
    {
        var control = Control(unit.Bank);
        Bus.Write(control, map.Erase(unit) | Size);
        if (map.Address is { } address)
        {
            Bus.Write(control - map.Control + address, unit.Range.Start.Value);
        }

        Bus.Write(control, map.Erase(unit) | Size | map.Start);
    }

    protected override void StartMassErase(int bank)
    {
        var control = Control(Math.Max(bank, 1));
        Bus.Write(control, map.Everything(bank) | Size);
        Bus.Write(control, map.Everything(bank) | Size | map.Start);
    }

    protected override void ProgramUnit(uint address, ReadOnlySpan<byte> data)
    {
        var control = Control(Map.At(address)?.Bank ?? 1);
        if (open != control)
        {
            Bus.Write(control, map.Program | Size);
            open = control;
        }

        var access = Math.Min(map.Access, data.Length);
        for (var i = 0; i < data.Length; i += access)
        {
            Bus.Write(address + (uint)i, Word(data, i, access), access);
        }

        Bus.Write(control - map.Control + map.Forget, map.Flags);
    }

    private uint Control(int bank) => at + map.Control + ((uint)(bank - 1) * map.BankStride);
}
