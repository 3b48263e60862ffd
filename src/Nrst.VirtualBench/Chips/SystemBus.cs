using System.Buffers.Binary;
using Nrst.Targets;
using Nrst.VirtualBench.Chips.Flash;
using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Chips;

/// <summary>The bus matrix of a chip and what hangs on it, as far as it is not the core's own.</summary>
internal sealed class SystemBus : IBus
{
    private const uint SecureBit = 0x1000_0000;
    private const long Hang = 3_600_000_000_000;

    private readonly SeriesDescription series;
    private readonly FlashModel flash;
    private readonly PeripheralMap peripherals;
    private readonly DebugMcu debugMcu;
    private readonly Rcc rcc;
    private readonly IReadOnlyList<FlashRegisterBlock> flashRegisters;
    private readonly IReadOnlyList<AddressRange> flashWindows;
    private readonly RamBlock[] rams;
    private readonly (uint At, uint Length, uint Target)[] ramAliases;
    private readonly RamBlock main;
    private readonly byte[] cells;
    private readonly uint flashStart;
    private readonly bool externalHangs;
    private readonly bool isForeign;

    public SystemBus(Device device, Part part, SeriesDescription series, FlashModel flash, PeripheralMap peripherals, DebugMcu debugMcu, Rcc rcc, ChipOptions options)
    {
        (externalHangs, isForeign) = (options.ExternalMemoryHangs, options.Silicon.IsForeign);
        (this.series, this.flash, this.peripherals, this.debugMcu, this.rcc) = (series, flash, peripherals, debugMcu, rcc);
        (cells, flashStart) = (flash.Cells.Bytes, device.Flash.Start.Value);
        (flashRegisters, flashWindows) = (flash.RegisterBlocks, flash.Windows);
        rams = [.. RamBlock.Of(part, device)];
        ramAliases = [.. series.RamAliases, .. RamBlock.AliasesOf(part)];
        main = rams.FirstOrDefault(ram => ram.Start == 0x2000_0000) ?? rams[0];
    }

    /// <summary>What is seen at address 0: SYSCFG's MEM_MODE (0 main flash, 1 system memory, 3 SRAM); null as long as only the boot pins have chosen.</summary>
    public uint? MemoryMode { get; set; }

    /// <summary>A reset keeps the bus matrix from passing anything on.</summary>
    public bool InReset { get; set; }

    public uint SramStart => main.Start;

    /// <summary>Until then an access to an external memory that does not answer keeps the bus.</summary>
    public long HangsUntil { get; set; }

    public Span<byte> Sram => main.Bytes;

    public BusStatus Read(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        var at = address - flashStart;
        if (at < (uint)cells.Length && flash.Quiet && !InReset)
        {
            value = Get(cells, at, bytes);
            return BusStatus.Ok;
        }

        at = address - main.Start;
        if (at < (uint)main.Bytes.Length && !InReset)
        {
            value = Get(main.Bytes, at, bytes);
            return BusStatus.Ok;
        }

        return ReadElsewhere(address, bytes, out value, master, ref now);
    }

    public BusStatus Write(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var at = address - main.Start;
        if (at < (uint)main.Bytes.Length && !InReset)
        {
            Put(main.Bytes, at, bytes, value);
            return BusStatus.Ok;
        }

        if (GetsNoAnswer(address, ref now))
        {
            return BusStatus.Error;
        }

        if (IsDebugMcu(address))
        {
            debugMcu.Write((address & 0x3FF) & ~3u, value << Lane(address), Mask(bytes) << Lane(address), now);
            return BusStatus.Ok;
        }

        if (InReset)
        {
            return BusStatus.Error;
        }

        if (FindRam(address) is { } ram)
        {
            Put(ram.Block.Bytes, ram.Offset, bytes, value);
            return BusStatus.Ok;
        }

        if (FlashRegisters(address) is { } block)
        {
            return IsFlashClocked
                ? flash.WriteRegister(block, (address - block.At) & ~3u, value << Lane(address), Mask(bytes) << Lane(address), master, ref now)
                : BusStatus.Ok;
        }

        if (IsFlash(address))
        {
            return flash.WriteMemory(address, bytes, value, master, ref now);
        }

        address = Peripheral(address);
        if (peripherals.Covers(address))
        {
            peripherals.Write(address & ~3u, value << Lane(address), Mask(bytes) << Lane(address), now);
            return BusStatus.Ok;
        }

        return Alias(address) is { } target ? Write(target, bytes, value, master, ref now) : BusStatus.Error;
    }

    /// <summary>Lifting the read-out protection clears it; so does the loss of VBAT.</summary>
    public void ClearBackupSram()
    {
        foreach (var ram in rams.Where(ram => ram.OnBattery))
        {
            ram.Bytes.AsSpan().Clear();
        }
    }

    /// <summary>Static RAM comes up with a pattern, not with zeros.</summary>
    public void PowerOn()
    {
        foreach (var ram in rams.Where(ram => !ram.OnBattery))
        {
            ram.Scramble();
        }
    }

    private bool IsFlashClocked => series.FlashClock is not { } enable || (rcc.EnableRegister(enable.Register) & 1u << enable.Bit) != 0;

    private BusStatus ReadElsewhere(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        value = 0;
        if (GetsNoAnswer(address, ref now))
        {
            return BusStatus.Error;
        }

        if (IsDebugMcu(address))
        {
            value = (debugMcu.Read((address & 0x3FF) & ~3u, now) >> Lane(address)) & Mask(bytes);
            return BusStatus.Ok;
        }

        if (InReset)
        {
            return BusStatus.Error;
        }

        if (FindRam(address) is { } ram)
        {
            // A memory on the data bus alone: nothing executes from it.
            if (master == BusMaster.CoreFetch && !ram.Block.Executes)
            {
                return BusStatus.Error;
            }

            value = Get(ram.Block.Bytes, ram.Offset, bytes);
            return BusStatus.Ok;
        }

        if (FlashRegisters(address) is { } block)
        {
            var status = IsFlashClocked ? flash.ReadRegister(block, (address - block.At) & ~3u, out value, master, ref now) : BusStatus.Ok;
            value = (value >> Lane(address)) & Mask(bytes);
            return status;
        }

        if (IsFlash(address))
        {
            return flash.ReadMemory(address, bytes, out value, master, ref now);
        }

        address = Peripheral(address);
        if (peripherals.Covers(address))
        {
            value = (peripherals.Read(address & ~3u, now) >> Lane(address)) & Mask(bytes);
            return BusStatus.Ok;
        }

        return Alias(address) is { } target ? Read(target, bytes, out value, master, ref now) : BusStatus.Error;
    }

    /// <summary>Memories on the external bus, banks of the FMC and windows of the QUADSPI.</summary>
    private static bool IsExternal(uint address) => address >> 28 is 0x6 or 0x7 or 0x9;

    private bool GetsNoAnswer(uint address, ref long now)
    {
        if (externalHangs && IsExternal(address))
        {
            now += Hang;
            HangsUntil = now;
            return true;
        }

        // Another maker's peripherals are elsewhere, or look different; its memories are where all have them.
        return isForeign && (address >> 29 is 2 or 7 || flash.Information.Covers(address));
    }

    private bool IsDebugMcu(uint address) =>
        address - series.Dbgmcu.At < 0x400 || (series.Dbgmcu.AlsoAt is { } second && address - second < 0x400);

    private bool IsFlash(uint address)
    {
        foreach (var window in flashWindows)
        {
            if (address - window.Start.Value < window.Length)
            {
                return true;
            }
        }

        return false;
    }

    private FlashRegisterBlock? FlashRegisters(uint address)
    {
        foreach (var block in flashRegisters)
        {
            if (address - block.At < block.Size)
            {
                return block;
            }
        }

        return null;
    }

    private (RamBlock Block, uint Offset)? FindRam(uint address)
    {
        if (series.HasSecureAliases && address >> 28 == 3)
        {
            address &= ~SecureBit;
        }

        foreach (var (at, length, target) in ramAliases)
        {
            if (address - at < length)
            {
                address = address - at + target;
                break;
            }
        }

        foreach (var ram in rams)
        {
            if (address - ram.Start < (uint)ram.Bytes.Length)
            {
                return (ram, address - ram.Start);
            }
        }

        return null;
    }

    private uint Peripheral(uint address) => series.HasSecureAliases && address >> 28 == 5 ? address & ~SecureBit : address;

    /// <summary>Where the boot alias leads; null outside of it.</summary>
    private uint? Alias(uint address)
    {
        if (!series.HasBootAlias || address >= flashStart)
        {
            return null;
        }

        return MemoryMode switch
        {
            null when address < (uint)cells.Length => flash.BootAddress + address,
            0 when address < (uint)cells.Length => flashStart + address,
            1 when flash.Information.SystemMemory is { } system && address < system.Length => system.Start.Value + address,
            3 when address < (uint)main.Bytes.Length => main.Start + address,
            _ => null,
        };
    }

    private static int Lane(uint address) => (int)(address & 3) * 8;

    private static uint Mask(int bytes) => bytes == 4 ? uint.MaxValue : (1u << (8 * bytes)) - 1;

    private static uint Get(byte[] memory, uint at, int bytes) => bytes switch
    {
        4 => BinaryPrimitives.ReadUInt32LittleEndian(memory.AsSpan((int)at)),
        2 => BinaryPrimitives.ReadUInt16LittleEndian(memory.AsSpan((int)at)),
        _ => memory[at],
    };

    private static void Put(byte[] memory, uint at, int bytes, uint value)
    {
        switch (bytes)
        {
            case 4:
                BinaryPrimitives.WriteUInt32LittleEndian(memory.AsSpan((int)at), value);
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(memory.AsSpan((int)at), (ushort)value);
                break;
            default:
                memory[at] = (byte)value;
                break;
        }
    }
}
