using System.Buffers.Binary;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>A program (programs/work.c), compiled for each core, run to its end on qemu and on ours: the same memory, byte for byte.</summary>
public sealed class ProgramsAgainstQemu
{
    [Theory]
    [InlineData(nameof(CoreKind.M0), "work-m0.bin")]
    [InlineData(nameof(CoreKind.M3), "work-m3.bin")]
    [InlineData(nameof(CoreKind.M4F), "work.bin")]
    [InlineData(nameof(CoreKind.M7D), "work-m7.bin")]
    [InlineData(nameof(CoreKind.M33F), "work-m33.bin")]
    public void A_compiled_program_leaves_the_same_memory_as_on_qemu(string kind, string file)
    {
        var core = CoreOnQemu.Of(kind);
        using var qemu = QemuMachine.Require(core.Board);
        var program = Program(file);
        var ours = RunOurs(core, program);
        var length = core.RamSize == 0x4000 ? 0x4000 : 0x1_8000;
        qemu.WriteMemory(core.Flash, program);
        qemu.WriteMemory(core.Ram, new byte[length]);
        var state = new uint[17];
        state[13] = BinaryPrimitives.ReadUInt32LittleEndian(program);
        state[15] = BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(4)) & ~1u;
        state[14] = 0xFFFF_FFFF;
        state[16] = 1 << 24;
        qemu.WriteRegisters(state);
        qemu.RunTo(core.Flash + 8);

        Assert.Equal(core.Flash + 8, qemu.ReadRegisters()[15]);
        var theirs = qemu.ReadMemory(core.Ram, length);
        Assert.Contains(theirs, cell => cell != 0);
        for (var i = 0; i < theirs.Length; i++)
        {
            Assert.True(theirs[i] == ours.Ram[i], $"Byte {i:X} of RAM is {ours.Ram[i]:X2}, on qemu {theirs[i]:X2}.");
        }
    }

    [Fact]
    public void A_compiled_program_sorts_its_data()
    {
        var ours = RunOurs(CoreOnQemu.Of(nameof(CoreKind.M4F)), Program("work.bin"));
        uint last = 0;
        for (uint address = 0x2000_8000; address < 0x2001_8000; address += 4)
        {
            Assert.True(last <= ours.Peek(address));
            last = ours.Peek(address);
        }

        Assert.NotEqual(0u, last);
    }

    private static byte[] Program(string file) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Cortex", "programs", file));

    private static TestMachine RunOurs(CoreOnQemu core, byte[] program)
    {
        var ours = new TestMachine(core.Kind, core.Flash, core.Ram);
        var done = core.Flash + 8;
        program.CopyTo(ours.Flash, 0);
        ours.Core.PowerOnReset(0);
        ours.Ppb(0xE000_EDF0, 0xA05F_0001);
        ours.Ppb(0xE000_2008, core.Traits.Breakpoints == BreakpointUnit.Fpb2 ? done | 1 : 0x4000_0000 | (done & 0x1FFF_FFFC) | 1);
        ours.Ppb(0xE000_2000, 3);
        ours.Run(10_000_000_000);
        Assert.True(ours.Core.Halted, $"{ours.Core.LastFaultText}, CFSR {ours.Ppb(0xE000_ED28):X8}, SP {ours.Core.MSP:X8}, stacked PC {ours.Peek(ours.Core.MSP + 24):X8}");
        Assert.Equal(done, ours.Core.GetRegister(15));
        return ours;
    }
}
