using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FirmwareHangsBus : FirmwareFault
{
    public override string Name => "firmware-hangs-bus";

    public override string Description => "The program reads an external memory that never answers: the core cannot halt, and the bus is gone.";

    internal override void Spoil(BoardPhysics board, uint argument) => board.Chip = board.Chip with { ExternalMemoryHangs = true };

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
        => program.Delay(chip.Turns(1)).Load(0, External).Emit(0x6802); // LDR r2, [r0]

    private const uint External = 0x9000_0000;

    private static readonly ushort[] s_devices =
    [
        0x414, 0x430, 0x411, 0x446, 0x413, 0x419, 0x434, 0x421, 0x441, 0x463, 0x449, 0x451, 0x452, 0x450, 0x480, 0x483, 0x485, 0x415, 0x435, 0x461,
        0x462, 0x464, 0x470, 0x471, 0x468, 0x469, 0x479, 0x472, 0x455, 0x476, 0x481, 0x482, 0x478, 0x484, 0x495,
    ];

    internal override string? WhyNot(FaultSite site, uint argument) =>
        s_devices.Contains(site.Device.DeviceId) ? null : $"The {site.Part.Name} has no bus to an external memory.";
}
