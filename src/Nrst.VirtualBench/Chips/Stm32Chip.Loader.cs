using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Rom;

namespace Nrst.VirtualBench.Chips;

// The bootloader in the ROM: who runs it, and what it asks of the chip.
internal sealed partial class Stm32Chip : IRomHost
{
    private const int Sp = 13, Pc = 15;

    private readonly RomLoader? loader;

    /// <summary>Null where nobody knows what is in the ROM of this chip.</summary>
    public RomLoader? Loader => loader;

    IReadOnlyList<byte> IRomHost.UniqueId => options.UniqueId;

    bool IRomHost.IsHalted => core.Halted;

    /// <summary>Bytes come in at an RX pin with this baud rate, with or without an even parity bit.</summary>
    public void UsartInput(int usart, ReadOnlySpan<byte> bytes, long now, int baud, bool hasParity)
    {
        RunUntil(now);
        if (RunsLoader())
        {
            loader!.Usart.Receive(usart, bytes, now, baud, hasParity);
        }
        else if (usarts.TryGetValue(usart, out var pins))
        {
            pins.Receive(bytes, now);
        }
    }

    void IRomHost.Jump(uint vectors, long now)
    {
        var time = now;
        bus.Read(vectors, 4, out var stack, BusMaster.CoreData, ref time);
        bus.Read(vectors + 4, 4, out var entry, BusMaster.CoreData, ref time);
        if (!Part.Ram.Any(ram => stack > ram.Range.Start.Value && stack - ram.Range.Start.Value <= ram.Range.Length))
        {
            Reset(ResetSource.Software, now);
            return;
        }

        loader!.Stop();
        core.SetRegister(Sp, stack);
        core.SetRegister(Pc, entry);
    }

    void IRomHost.Reset(long now) => Reset(ResetSource.Software, now);

    void IRomHost.Sent(int usart, byte value, long now) => Sent(new UsartByte(usart, value, now));

    /// <summary>Somewhere for the core to be while it is in the ROM.</summary>
    private void PutSystemMemory()
    {
        const uint Size = 0x1000;
        if (flash.Information.SystemMemory is null && RomTable.SystemMemory(device) is { } at)
        {
            flash.Information.Bootloader(at, Size, Part.Ram[0].Range.Start.Value + Size);
        }
    }

    private RomLoader? MakeLoader()
    {
        if (RomTable.Find(device, flash.Map) is not { } rom)
        {
            return null;
        }

        if (rom.LoaderIdAt is { } at && flash.Information.Covers(at))
        {
            flash.Information.Put(at, [(byte)rom.LoaderId]);
        }

        return new RomLoader(this, bus, flash, device, Part, options);
    }

    /// <summary>The core stands in the system memory and could go on there.</summary>
    private bool RunsLoader()
    {
        if (loader is null || held || core.Halted || core.LockedUp)
        {
            return false;
        }

        var isThere = flash.Information.IsLoaderLoop(core.GetRegister(Pc));
        if (isThere && !loader.IsRunning)
        {
            loader.Start(clock);
        }
        else if (!isThere && loader.IsRunning)
        {
            loader.Stop();
        }

        return isThere;
    }
}
