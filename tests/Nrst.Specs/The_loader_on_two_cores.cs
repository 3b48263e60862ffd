using Nrst.Flash.Loaders;
using Nrst.VirtualBench.Tests.Cortex;

namespace Nrst.Specs;

/// <summary>
/// The resident loader on qemu's Cortex-M4 and on the bench's: the same memory afterwards. RAM stands in for the flash controller,
/// the CRC unit and its clock enable, whose addresses the loader takes in its mailbox.
/// </summary>
public sealed class The_loader_on_two_cores
{
    private const uint Base = TestMachine.RamBase;
    private const uint FlashControllerAt = 0x2001_C000, CrcUnitAt = 0x2001_D000, ClockEnableAt = 0x2001_D100;
    private const int RamBytes = 0x1_E000;
    private const int Slots = 4, SlotData = 4096, Stride = SlotData + LoaderCommand.TrailerBytes;

    private readonly byte[] _ram = new byte[RamBytes];
    private readonly uint _ring;

    public The_loader_on_two_cores()
    {
        var blob = LoaderBlob.Of("stm32f4");
        _ring = (Base + (uint)blob.Length + LoaderBlob.StackBytes + 7) / 8 * 8;
        LoaderBlob.Set(blob, LoaderBlob.Ring, _ring);
        LoaderBlob.Set(blob, LoaderBlob.RingEnd, _ring + (Slots * Stride));
        LoaderBlob.Set(blob, LoaderBlob.SlotData, SlotData);
        LoaderBlob.Set(blob, LoaderBlob.Unit, 4);
        LoaderBlob.Set(blob, LoaderBlob.Erased, uint.MaxValue);
        LoaderBlob.Set(blob, LoaderBlob.Flash, FlashControllerAt);
        LoaderBlob.Set(blob, LoaderBlob.Crc, CrcUnitAt);
        LoaderBlob.Set(blob, LoaderBlob.CrcEnable, ClockEnableAt);
        LoaderBlob.Set(blob, LoaderBlob.CrcBit, 1 << 12);
        LoaderBlob.Set(blob, LoaderBlob.Watchdog, Base + LoaderBlob.Unused);
        LoaderBlob.Set(blob, LoaderBlob.Vtor, 0xE000_ED08);
        LoaderBlob.Set(blob, LoaderBlob.Arguments, 0x201); // PG, x32
        new Random(9).NextBytes(_ram);
        blob.CopyTo(_ram, 0);
        _ram.AsSpan((int)(FlashControllerAt - Base), 0x2000).Clear();
    }

    [Fact]
    public void The_same_memory_afterwards()
    {
        using var qemu = QemuMachine.Require();
        var ours = new TestMachine { HasIdlePeripherals = true };
        Start(ours, qemu);

        // The ring is cleared first; the commands come once it is.
        var begun = ours.Peek(Base + LoaderBlob.Status);
        RunUntil(ours, () => ours.Peek(Base + LoaderBlob.Status) != begun);
        Assert.True(ours.Peek(Base + LoaderBlob.Status) == 0, ours.Core.LastFaultText);
        qemu.RunTo(ours.Core.GetRegister(15));
        foreach (var (at, bytes) in Commands())
        {
            bytes.CopyTo(ours.Ram, (int)(at - Base));
            qemu.WriteMemory(at, bytes);
        }

        RunUntil(ours, () => ours.Core.Halted);
        qemu.RunTo(ours.Core.GetRegister(15));

        var theirs = qemu.ReadMemory(Base, RamBytes);
        Assert.Equal(4u, ours.Peek(Base + LoaderBlob.Status)); // all four commands, and no error
        var stack = (int)(_ring - Base) - (int)LoaderBlob.StackBytes;
        theirs.AsSpan(stack, (int)LoaderBlob.StackBytes).Clear(); // it has held readings of SysTick, and the two do not take the same time
        ours.Ram.AsSpan(stack, (int)LoaderBlob.StackBytes).Clear();
        Assert.Equal(theirs, ours.Ram.AsSpan(0, RamBytes).ToArray());
    }

    private void Start(TestMachine ours, QemuMachine qemu)
    {
        _ram.CopyTo(ours.Ram, 0);
        for (var at = 0; at < RamBytes; at += 0x1000)
        {
            qemu.WriteMemory(Base + (uint)at, _ram.AsSpan(at, 0x1000));
        }

        var state = new uint[17];
        (state[0], state[13]) = (Base, _ring);
        (state[15], state[16]) = (Base + LoaderBlob.Entry, 1 << 24);
        qemu.WriteRegisters(state);

        ours.Core.PowerOnReset(0);
        ours.Ppb(0xE000_EDF0, 0xA05F_0003);
        for (var register = 0; register < 16; register++)
        {
            ours.Core.SetRegister(register, state[register]);
        }

        ours.Ppb(0xE000_EDF0, 0xA05F_0001);
    }

    private static void RunUntil(TestMachine ours, Func<bool> happened)
    {
        for (var i = 0; i < 1_000_000 && !happened(); i++)
        {
            ours.Run(100);
        }

        Assert.True(happened(), ours.Core.LastFaultText);
    }

    private List<(uint At, byte[] Bytes)> Commands()
    {
        var items = new byte[3 * SurveyItem.Bytes];
        new SurveyItem(SurveyKind.Hash, 0x2001_0000, 4096).Write(items);
        new SurveyItem(SurveyKind.Content, 0x2001_0000, 2048).Write(items.AsSpan(SurveyItem.Bytes));
        new SurveyItem(SurveyKind.Gap, 0x2001_0200, 2048).Write(items.AsSpan(2 * SurveyItem.Bytes));
        var data = new byte[SlotData];
        new Random(10).NextBytes(data);
        data.AsSpan(100, 400).Fill(0xFF);
        LoaderCommand[] commands =
        [
            Command(LoaderOperation.Survey, 0, 0, items),
            Command(LoaderOperation.Program, 0x2001_4000, 0, data),
            Command(LoaderOperation.Program, 0x2001_5000, 0, data[..1000]),
            Command(LoaderOperation.Program, 0x2001_6000, LoaderCommand.ThenEnd, data[..48]),
        ];
        return [.. commands.Select(Slot)];
    }

    private (uint At, byte[] Bytes) Slot(LoaderCommand command, int index)
    {
        var bytes = new byte[command.Bytes];
        command.Write(bytes, (uint)index + 1);
        var trailer = bytes.AsSpan(command.Data.Length);
        trailer.Slice(4, 4).CopyTo(trailer[8..]); // the stand-in's CRC is the last word it was given
        return (_ring + ((uint)index * Stride) + SlotData - (uint)command.Data.Length, bytes);
    }

    private static LoaderCommand Command(LoaderOperation operation, uint dest, uint flags, byte[] data) =>
        new(operation, dest, flags, data, new AddressRange(new Address(Base), 1), default);
}
