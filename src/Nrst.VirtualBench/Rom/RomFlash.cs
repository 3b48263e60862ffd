using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

/// <summary>How the program in the ROM drives the flash controller: register by register, as any program on the chip would have to.</summary>
/// <remarks>
/// What takes time is a sequence of moments at which the program looks again. Whether the controller liked what it was told, the program
/// does not ask: the loaders report no write protection and no error of a cell.
/// </remarks>
internal abstract class RomFlash(RomBus bus, FlashModel flash)
{
    protected RomBus Bus => bus;

    protected FlashMap Map => flash.Map;

    /// <summary>Bytes that are programmed together; what is missing of the last ones the loader fills up.</summary>
    public abstract int Unit { get; }

    /// <summary>Bits programmed at a time where the controller lets one choose: the Device Feature of F2, F4 and F7.</summary>
    public int Parallelism { get; set; } = 8;

    public IEnumerable<long> Erase(FlashUnit unit)
    {
        Open();
        StartErase(unit);
        yield return bus.FlashReady;
        Close();
    }

    /// <param name="bank">1 or 2; 0 for everything.</param>
    public virtual IEnumerable<long> EraseBank(int bank)
    {
        Open();
        StartMassErase(bank);
        yield return bus.FlashReady;
        Close();
    }

    /// <param name="address">Of the first byte, in the main flash; a multiple of <see cref="Unit"/> where nothing shall be filled up.</param>
    public virtual IEnumerable<long> Program(uint address, byte[] data)
    {
        var (skipped, unit) = ((int)(address % (uint)Unit), Unit);
        var padded = new byte[(skipped + data.Length + unit - 1) / unit * unit];
        padded.AsSpan().Fill(flash.Cells.ErasedValue);
        data.CopyTo(padded, skipped);
        Open();
        for (var at = 0; at < padded.Length; at += unit)
        {
            ProgramUnit(address - (uint)skipped + (uint)at, padded.AsSpan(at, unit));
            yield return bus.FlashReady;
        }

        Close();
    }

    /// <summary>How many times the flash is busy for so many bytes: what a loader tells the host to wait is made of that.</summary>
    public virtual int Operations(uint address, int bytes) => (int)((address % (uint)Unit + bytes + Unit - 1) / Unit);

    /// <summary>Programs bytes outside of the main flash: OTP, data EEPROM. Null where the loader cannot.</summary>
    public virtual IEnumerable<long>? ProgramElsewhere(uint address, byte[] data) => null;

    /// <summary>Programs the option bytes as they are seen from an address on. Null where the loader cannot.</summary>
    public virtual IEnumerable<long>? ProgramOptions(uint address, byte[] data) => null;

    /// <summary>Sets or lifts read protection; lifting erases everything first. Null where the loader cannot.</summary>
    public virtual IEnumerable<long>? Protect(bool on) => null;

    /// <summary>Write-protects exactly these units; none lifts it. Null where the loader cannot.</summary>
    public virtual IEnumerable<long>? WriteProtect(IReadOnlyList<int> units) => null;

    protected abstract void Open();

    protected abstract void Close();

    protected abstract void StartErase(FlashUnit unit);

    protected abstract void StartMassErase(int bank);

    protected abstract void ProgramUnit(uint address, ReadOnlySpan<byte> data);

    protected static uint Word(ReadOnlySpan<byte> data, int at, int bytes = 4)
    {
        var value = 0u;
        for (var i = bytes - 1; i >= 0; i--)
        {
            value = value << 8 | data[at + i];
        }

        return value;
    }
}
