using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>A powered chip of any family with its core halted, somebody at its access port, and time in the test's hands.</summary>
internal sealed class FlashBench
{
    private readonly byte port;
    private long now;

    /// <param name="blank">The flash is left erased; else it holds a program that sleeps for ever.</param>
    /// <param name="ap">The access port to go through.</param>
    /// <param name="halt">False where the port leads to no core.</param>
    public FlashBench(string part, ChipOptions? options = null, bool blank = false, byte ap = 0, bool halt = true)
    {
        var (device, found) = DeviceDatabase.FindPart(part) ?? throw new ArgumentException($"No such part: {part}", nameof(part));
        (Device, Part, port) = (device, found, ap);
        Chip = new Stm32Chip(device, found, options ?? new ChipOptions());
        if (!blank)
        {
            // A stack, a vector, and a program that sleeps for ever: wfi, and a branch back to it.
            var at = device.Flash.Start.Value + 8;
            BitConverter.TryWriteBytes(Chip.Flash, 0x2000_0800u);
            BitConverter.TryWriteBytes(Chip.Flash[4..], at + 1);
            BitConverter.TryWriteBytes(Chip.Flash[8..], 0xE7FD_BF30u);
        }

        Chip.PowerOn(0);
        Wait(1_000_000);
        if (halt)
        {
            this[0xE000_EDF0] = 0xA05F_0003;
        }
    }

    public Device Device { get; }

    public Part Part { get; }

    public Stm32Chip Chip { get; }

    public FlashModel Model => Chip.FlashModel;

    public long Now => now;

    /// <summary>A word through the access port; the access must succeed.</summary>
    public uint this[uint address]
    {
        get
        {
            Assert.Equal(BusStatus.Ok, Load(address, 4, out var value));
            return value;
        }
        set => Assert.Equal(BusStatus.Ok, Store(address, 4, value));
    }

    public BusStatus Load(uint address, int bytes, out uint value, bool secure = false) =>
        Chip.Port(port)!.Read(address, bytes, out value, secure, ref now);

    public BusStatus Store(uint address, int bytes, uint value, bool secure = false) =>
        Chip.Port(port)!.Write(address, bytes, value, secure, ref now);

    /// <summary>A register of the flash controller, by its offset.</summary>
    public uint Register(uint offset) => this[Device.Flash.Controller.Value + offset];

    public void Register(uint offset, uint value) => this[Device.Flash.Controller.Value + offset] = value;

    public void Wait(long nanoseconds)
    {
        now += nanoseconds;
        Chip.RunUntil(now);
    }

    public void PowerCycle()
    {
        Chip.PowerOff(now);
        now += 100_000_000;
        Chip.PowerOn(now);
        Wait(1_000_000);
    }

    public void PulseReset()
    {
        Chip.DriveReset(true, now);
        Wait(1_000_000);
        Chip.DriveReset(false, now);
        Wait(1_000_000);
    }

    /// <summary>Nanoseconds until these bits of a register fall, found by looking every microsecond at first and more seldom later.</summary>
    public long UntilClear(uint offset, uint bits)
    {
        var began = now;
        for (var step = 1_000L; (Register(offset) & bits) != 0; step += step / 1000)
        {
            Assert.True(now - began < 100_000_000_000, "busy for more than 100 s");
            Wait(step);
        }

        return now - began;
    }
}
