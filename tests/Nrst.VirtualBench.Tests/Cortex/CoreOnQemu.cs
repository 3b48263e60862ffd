using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>A core of ours and the qemu board that has one of the same kind, with the same memory around both.</summary>
internal sealed record CoreOnQemu(CoreKind Kind, string Board, uint Flash, uint Ram, int RamSize)
{
    /// <summary>By the names the tests are told apart by. The board with the Cortex-M33 starts secure; what depends on that is not drawn.</summary>
    private static readonly Dictionary<CoreKind, CoreOnQemu> All = new CoreOnQemu[]
    {
        new(CoreKind.M0, "microbit", 0, 0x2000_0000, 0x4000),
        new(CoreKind.M3, "netduino2", 0x0800_0000, 0x2000_0000, 0x1_0000),
        new(CoreKind.M4F, "netduinoplus2", 0x0800_0000, 0x2000_0000, 0x1_0000),
        new(CoreKind.M7D, "mps2-an500", 0, 0x2000_0000, 0x1_0000),
        new(CoreKind.M33F, "mps2-an505", 0x1000_0000, 0x3800_0000, 0x1_0000),
    }.ToDictionary(core => core.Kind);

    public static CoreOnQemu Of(string kind) => All[Enum.Parse<CoreKind>(kind)];

    public CoreTraits Traits { get; } = CoreTraits.Of(Kind);

    /// <summary>Where the instructions under test are put.</summary>
    public uint Code => Ram + (uint)RamSize / 4;

    /// <summary>Where their data is.</summary>
    public uint Data => Ram + (uint)RamSize * 5 / 8;

    public uint Handler => Flash + 0x300;

    /// <summary>Every vector leads to <see cref="Handler"/>, which returns at once.</summary>
    public TestMachine Make(QemuMachine qemu, Random random)
    {
        var ours = new TestMachine(Kind, Flash, Ram);
        for (uint vector = 2; vector < 16; vector++)
        {
            ours.Poke(Flash + vector * 4, Handler | 1);
        }

        ours.PokeCode(Handler, 0x4770); // BX lr
        ours.Poke(Flash, Ram + (uint)RamSize / 2, Flash + 0x201);
        random.NextBytes(ours.Ram);
        qemu.WriteMemory(Flash, ours.Flash.AsSpan(0, 0x400));
        qemu.WriteMemory(Ram, ours.Ram.AsSpan(0, RamSize));
        ours.Core.PowerOnReset(0);
        ours.Ppb(0xE000_EDF0, 0xA05F_0003);
        ours.Ppb(0xE000_ED14, ours.Ppb(0xE000_ED14) | 0x200); // CCR.STKALIGN: qemu's Cortex-M3 is a later revision than ours
        return ours;
    }

    /// <summary>Opens the coprocessors on both. qemu's CPACR is out of the stub's reach: the core itself has to write it.</summary>
    public void EnableFloat(QemuMachine qemu, TestMachine ours)
    {
        var state = new uint[17];
        (state[0], state[1], state[13], state[15], state[16]) = (0xE000_ED88, 0xF << 20, Data, Code, 1 << 24);
        qemu.WriteMemory(Code, [0x01, 0x60, 0x00, 0xBF]); // STR r1, [r0]
        qemu.WriteRegisters(state);
        qemu.Step();
        qemu.WriteMemory(Code, ours.Ram.AsSpan((int)(Code - Ram), 4));
        ours.Ppb(0xE000_ED88, 0xF << 20);
    }
}
