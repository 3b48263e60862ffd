using System.Buffers.Binary;
using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>The bus matrix of an STM32F4 and what hangs on it, as far as it is not the core's own.</summary>
internal sealed class SystemBus : IBus
{
    private const uint FlashStart = 0x0800_0000;
    private const uint SramStart = 0x2000_0000;
    private const uint CcmStart = 0x1000_0000;
    private const uint BackupSramStart = 0x4002_4000;
    private const uint DbgmcuStart = 0xE004_2000;
    private const uint FlashRegisters = 0x4002_3C00;

    private readonly FlashController flash;
    private readonly SystemMemory system;
    private readonly PeripheralMap peripherals;
    private readonly DebugMcu debugMcu;
    private readonly byte[] cells;
    private readonly byte[] sram;
    private readonly byte[] ccm;
    private readonly byte[] backupSram;

    public SystemBus(Part part, Stm32F4Traits traits, FlashController flash, SystemMemory system, PeripheralMap peripherals, DebugMcu debugMcu)
    {
        (this.flash, this.system, this.peripherals, this.debugMcu) = (flash, system, peripherals, debugMcu);
        cells = flash.Bytes;
        sram = new byte[SizeFrom(part, SramStart)];
        ccm = new byte[SizeFrom(part, CcmStart)];
        backupSram = new byte[traits.HasBackupSram ? 4096 : 0];
    }

    /// <summary>SYSCFG_MEMRMP.MEM_MODE: what is seen at address 0 (0 main flash, 1 system memory, 3 SRAM).</summary>
    public uint MemoryMode { get; set; }

    /// <summary>A reset keeps the bus matrix from passing anything on.</summary>
    public bool InReset { get; set; }

    public Span<byte> Sram => sram;

    public BusStatus Read(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        var at = address - FlashStart;
        if (at < (uint)cells.Length && flash.Quiet && !InReset)
        {
            value = Get(cells, at, bytes);
            return BusStatus.Ok;
        }

        at = address - SramStart;
        if (at < (uint)sram.Length && !InReset)
        {
            value = Get(sram, at, bytes);
            return BusStatus.Ok;
        }

        return ReadElsewhere(address, bytes, out value, master, ref now);
    }

    public BusStatus Write(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var at = address - SramStart;
        if (at < (uint)sram.Length && !InReset)
        {
            Put(sram, at, bytes, value);
            return BusStatus.Ok;
        }

        if (InReset && address >> 28 != 0xE)
        {
            return BusStatus.Error;
        }

        switch (address >> 28)
        {
            case 0x0 when address < FlashStart:
                return Alias(address) is { } target ? Write(target, bytes, value, master, ref now) : BusStatus.Error;
            case 0x0 when address - FlashStart < (uint)cells.Length:
                return flash.WriteCells(address, bytes, value, master, ref now);
            case 0x1 when address - CcmStart < (uint)ccm.Length:
                Put(ccm, address - CcmStart, bytes, value);
                return BusStatus.Ok;
            case 0x1 when SystemMemory.IsOtp(address):
                return flash.WriteOtp(address - SystemMemory.OtpStart, bytes, value, master, ref now);
            case 0x4 when address - BackupSramStart < (uint)backupSram.Length:
                Put(backupSram, address - BackupSramStart, bytes, value);
                return BusStatus.Ok;
            case 0x4 or 0x5 or 0xA when PeripheralMap.Covers(address):
                var word = address & ~3u;
                if (word - FlashRegisters < 0x400 && !flash.WaitForRegister(word - FlashRegisters, master, ref now))
                {
                    return BusStatus.Error;
                }

                peripherals.Write(word, value << Lane(address), Mask(bytes) << Lane(address), now);
                return BusStatus.Ok;
            case 0xE when address - DbgmcuStart < 0x400:
                debugMcu.Write((address - DbgmcuStart) & ~3u, value << Lane(address), Mask(bytes) << Lane(address), now);
                return BusStatus.Ok;
            default:
                return BusStatus.Error;
        }
    }

    /// <summary>Lifting the read-out protection clears it; so does the loss of VBAT.</summary>
    public void ClearBackupSram() => backupSram.AsSpan().Clear();

    /// <summary>Static RAM comes up with a pattern, not with zeros.</summary>
    public void PowerOn()
    {
        Scramble(sram);
        Scramble(ccm);
    }

    private BusStatus ReadElsewhere(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        value = 0;
        if (InReset && address >> 28 != 0xE)
        {
            return BusStatus.Error;
        }

        switch (address >> 28)
        {
            case 0x0 when address < FlashStart:
                return Alias(address) is { } target ? Read(target, bytes, out value, master, ref now) : BusStatus.Error;
            case 0x0 when address - FlashStart < (uint)cells.Length:
                return flash.ReadCells(address, bytes, out value, master, ref now);
            // The CCM hangs on the D-bus alone: nothing executes from it.
            case 0x1 when address - CcmStart < (uint)ccm.Length && master != BusMaster.CoreFetch:
                value = Get(ccm, address - CcmStart, bytes);
                return BusStatus.Ok;
            case 0x1 when SystemMemory.Covers(address):
                if (!flash.WaitForInformationBlock(master, ref now))
                {
                    return BusStatus.Error;
                }

                value = system.Read(address, bytes);
                return BusStatus.Ok;
            case 0x4 when address - BackupSramStart < (uint)backupSram.Length:
                value = Get(backupSram, address - BackupSramStart, bytes);
                return BusStatus.Ok;
            case 0x4 or 0x5 or 0xA when PeripheralMap.Covers(address):
                value = (peripherals.Read(address & ~3u, now) >> Lane(address)) & Mask(bytes);
                return BusStatus.Ok;
            case 0xE when address - DbgmcuStart < 0x400:
                value = (debugMcu.Read((address - DbgmcuStart) & ~3u, now) >> Lane(address)) & Mask(bytes);
                return BusStatus.Ok;
            default:
                return BusStatus.Error;
        }
    }

    private uint? Alias(uint address) => MemoryMode switch
    {
        0 when address < (uint)cells.Length => FlashStart + address,
        1 when address < 0x7A00 => 0x1FFF_0000 + address,
        3 when address < (uint)sram.Length => SramStart + address,
        _ => null,
    };

    private static int SizeFrom(Part part, uint start)
    {
        var next = start;
        foreach (var region in part.Ram.OrderBy(region => region.Range.Start.Value))
        {
            next = region.Range.Start.Value == next ? next + region.Range.Length : next;
        }

        return (int)(next - start);
    }

    private static void Scramble(byte[] memory)
    {
        var state = 0x2545_F491u;
        foreach (ref var cell in memory.AsSpan())
        {
            state = (state * 1_664_525) + 1_013_904_223;
            cell = (byte)(state >> 24);
        }
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
