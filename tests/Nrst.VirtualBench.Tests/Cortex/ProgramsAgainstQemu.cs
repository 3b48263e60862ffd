using System.Buffers.Binary;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>A compiled program (programs/work.c) run to its end on qemu and on ours: the same memory, byte for byte.</summary>
public sealed class ProgramsAgainstQemu
{
    private const uint Done = TestMachine.FlashBase + 8;

    [Fact]
    public void A_compiled_program_leaves_the_same_memory_as_on_qemu()
    {
        using var qemu = QemuMachine.Require();
        var program = Program();
        var ours = RunOurs(program);
        qemu.WriteMemory(TestMachine.FlashBase, program);
        qemu.WriteMemory(TestMachine.RamBase, new byte[0x1_8000]);
        var state = new uint[17];
        state[13] = BinaryPrimitives.ReadUInt32LittleEndian(program);
        state[15] = BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(4)) & ~1u;
        state[14] = 0xFFFF_FFFF;
        state[16] = 1 << 24;
        qemu.WriteRegisters(state);
        qemu.RunTo(Done);

        Assert.Equal(Done, qemu.ReadRegisters()[15]);
        var theirs = qemu.ReadMemory(TestMachine.RamBase, 0x1_8000);
        for (var i = 0; i < theirs.Length; i++)
        {
            Assert.True(theirs[i] == ours.Ram[i], $"Byte {i:X} of RAM is {ours.Ram[i]:X2}, on qemu {theirs[i]:X2}.");
        }
    }

    [Fact]
    public void A_compiled_program_sorts_its_data()
    {
        var ours = RunOurs(Program());
        uint last = 0;
        for (uint address = 0x2000_8000; address < 0x2001_8000; address += 4)
        {
            Assert.True(last <= ours.Peek(address));
            last = ours.Peek(address);
        }

        Assert.NotEqual(0u, last);
    }

    private static byte[] Program() => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Cortex", "programs", "work.bin"));

    private static TestMachine RunOurs(byte[] program)
    {
        var ours = new TestMachine();
        program.CopyTo(ours.Flash, 0);
        ours.Core.PowerOnReset(0);
        ours.Ppb(0xE000_EDF0, 0xA05F_0001);
        ours.Ppb(0xE000_2008, 0x4000_0000 | (Done & 0x1FFF_FFFC) | 1);
        ours.Ppb(0xE000_2000, 3);
        ours.Run(10_000_000_000);
        Assert.True(ours.Core.Halted, ours.Core.LastFaultText);
        Assert.Equal(Done, ours.Core.GetRegister(15));
        return ours;
    }
}
