using Nrst.Arm;
using Nrst.Flash;
using Nrst.Images;
using Nrst.Probes.StLink;
using Nrst.Targets;
using Nrst.VirtualBench;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Probes;

namespace Nrst.Specs;

/// <summary>A virtual chip with an ST-LINK on it, attached, reset and halted as a flash job wants it.</summary>
internal sealed class FlashingBench : IDisposable
{
    private readonly StLinkDevice _device;
    private readonly StLinkProbe _probe;

    public FlashingBench(
        string part = "STM32F407VG", string kind = "v2", ChipOptions? options = null, WireFaults? wire = null, int eraseFaster = 1, int? attachAt = null,
        ChipState? past = null)
    {
        (Device, Part) = DeviceDatabase.FindPart(part)!.Value;
        Device = Faster(Device, eraseFaster);
        Clock = new VirtualClock();
        Chip = new Stm32Chip(Device, Part, options ?? new ChipOptions());
        if (past is not null)
        {
            Chip.Load(past);
        }

        Chip.PowerOn(0);
        var model = ProbeModel.Find(kind)!;
        _device = new StLinkDevice(model, ProbeFirmware.TryParse(model.DefaultFirmware, model.Hardware)!, Chip, Clock, wire ?? WireFaults.None);
        _probe = StLinkProbe.Open(_device, Clock, ProbeModel.VendorId, model.ProductId, "0123456789ABCDEF01234567");
        Volts = _probe.ReadTargetVolts();
        var speed = kind == "v3" ? 24_000 : 4_000;
        _probe.SetSpeed(attachAt ?? speed);
        _probe.Attach();
        _probe.UseAccessPort((byte)Device.Debug.AccessPort);
        Core = new CortexMCore(_probe.Memory, _probe.Words, _probe.Reset, Clock);
        Core.Attach();
        Core.Reset(ResetKind.System, halt: true);
        Geometry = FlashGeometry.Read(_probe.Memory, Device, Part);
        _probe.SetSpeed(speed);
        Target = new FlashTarget
        {
            Core = Core,
            Memory = _probe.Memory,
            Words = _probe.Words,
            Clock = Clock,
            Device = Device,
            Part = Part,
            Layout = Geometry.Layout,
            Volts = Volts,
            Listener = Events.Add,
        };
    }

    public Device Device { get; }
    public Part Part { get; }
    public VirtualClock Clock { get; }
    public Stm32Chip Chip { get; }
    public CortexMCore Core { get; }
    public FlashGeometry Geometry { get; }
    public FlashTarget Target { get; set; }
    public double? Volts { get; }
    public List<JobEvent> Events { get; } = [];
    public ITargetMemory Memory => _probe.Memory;
    public long Exchanges => _probe.Exchanges;
    public Span<byte> Flash => Chip.Flash;

    public bool IsLocked => Memory.Read32(Device.Flash.Controller + 0x10) >> 31 == 1;

    public FlashReport Run(FirmwareImage image, FlashOptions? options = null, CancellationToken cancel = default) =>
        FlashExecutor.Run(new FlashJob(Target, image, options ?? new FlashOptions()), cancel);

    public static FirmwareImage Image(params (uint At, byte[] Data)[] pieces) => new(
        "app.elf", ImageFormat.Elf, [.. pieces.Select((piece, i) => new ImagePiece(new Address(piece.At), piece.Data, $"segment {i}"))], null);

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Programs the option bytes the way the manual says, and waits until they are.</summary>
    public void SetOptions(Func<uint, uint> change)
    {
        var at = Device.Flash.Controller;
        Memory.Write32(at + 0x08, 0x0819_2A3B);
        Memory.Write32(at + 0x08, 0x4C5D_6E7F);
        var options = change(Memory.Read32(at + 0x14)) & ~3u;
        Memory.Write32(at + 0x14, options);
        Memory.Write32(at + 0x14, options | 2);
        Clock.Wait(TimeSpan.FromSeconds(3));
        Memory.Write32(at + 0x14, options | 1);
    }

    public void Dispose() => _probe.Dispose();

    /// <summary>The same silicon with quicker erases, for tests in which only what happens matters. The chip is made of it, too.</summary>
    private static Device Faster(Device device, int factor)
    {
        var times = device.Flash.Times;
        return factor == 1
            ? device
            : device with { Flash = device.Flash with { Times = times with { Erase = Divide(times.Erase), BankErase = Divide(times.BankErase) } } };

        EraseTime[] Divide(IReadOnlyList<EraseTime> rows) =>
            [.. rows.Select(row => row with { Typical = row.Typical / factor, Max = row.Max / factor })];
    }
}
