using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>ARMv6-M, where it differs, and the bits of the Cortex-M3 that a Cortex-M4 has otherwise.</summary>
public sealed class Small_cores
{
    private const uint Main = TestMachine.FlashBase + 0x200;
    private const uint Handler = TestMachine.FlashBase + 0x400;
    private const uint DHCSR = 0xE000_EDF0, DEMCR = 0xE000_EDFC, AIRCR = 0xE000_ED0C, VTOR = 0xE000_ED08, Key = 0xA05F_0000;

    [Fact]
    public void A_Cortex_M0_takes_every_fault_as_a_HardFault_and_keeps_no_record_of_it()
    {
        var machine = Machine(CoreKind.M0);
        machine.PokeCode(Main, 0x6808); // LDR r0, [r1]
        machine.Core.PowerOnReset(0);
        machine.Core.SetRegister(1, TestMachine.RamBase + 2);
        machine.Ppb(0xE000_ED24, 7 << 16);
        machine.Run(1000);

        Assert.Equal(3u, machine.Core.XPSR & 0x1FF);
        Assert.Contains("Unaligned", machine.Core.LastFaultText, StringComparison.Ordinal);
        foreach (var register in new uint[] { 0xE000_ED24, 0xE000_ED28, 0xE000_ED2C, 0xE000_ED34, 0xE000_ED38, 0xE000_ED88, 0xE000_EF34 })
        {
            Assert.Equal((register, 0u), (register, machine.Ppb(register)));
        }

        Assert.Equal(0x208u, machine.Ppb(0xE000_ED14));
    }

    [Fact]
    public void The_smallest_cores_have_two_priority_bits_and_no_grouping()
    {
        var machine = Machine(CoreKind.M0Plus);
        machine.Ppb(0xE000_E400, 0xFFFF_FFFF);
        machine.Ppb(0xE000_ED18, 0xFFFF_FFFF);
        machine.Ppb(0xE000_ED20, 0xFFFF_FFFF);
        machine.Ppb(AIRCR, 0x05FA_0700);

        Assert.Equal(0xC0C0_C0C0u, machine.Ppb(0xE000_E400));
        Assert.Equal(0u, machine.Ppb(0xE000_ED18));
        Assert.Equal(0xC0C0_0000u, machine.Ppb(0xE000_ED20));
        Assert.Equal(0xFA05_0000u, machine.Ppb(AIRCR));
        Assert.Equal(0u, machine.Ppb(0xE000_E420));
    }

    [Fact]
    public void Only_a_Cortex_M0_cannot_move_its_vectors()
    {
        foreach (var (kind, bits) in new[] { (CoreKind.M0, 0u), (CoreKind.M0Plus, 0xFFFF_FF00), (CoreKind.M3, 0xFFFF_FF80), (CoreKind.M33, 0xFFFF_FF80) })
        {
            var machine = Machine(kind);
            machine.Ppb(VTOR, 0xFFFF_FFFF);
            Assert.Equal((kind, bits), (kind, machine.Ppb(VTOR)));
        }
    }

    [Fact]
    public void The_debug_registers_of_ARMv6_M_are_a_part_of_the_others()
    {
        var machine = Machine(CoreKind.M0);
        machine.Ppb(DEMCR, 0xFFFF_FFFF);
        machine.Ppb(0xE000_1000, 0xFFFF_FFFF);
        machine.Run(10_000);

        Assert.Equal(0x0100_0401u, machine.Ppb(DEMCR));
        Assert.Equal(0x2000_0000u, machine.Ppb(0xE000_1000));
        Assert.Equal(0u, machine.Ppb(0xE000_1004));
        Assert.Equal(0x40u, machine.Ppb(0xE000_2000));
        Assert.Equal(0u, machine.Ppb(0xE000_2004));
        machine.Ppb(0xE000_2018, 0xFFFF_FFFF); // a fifth comparator
        Assert.Equal(0u, machine.Ppb(0xE000_2018));
        Assert.InRange(machine.Ppb(0xE000_101C), Main, Main + 2); // DWT_PCSR
        machine.Ppb(DHCSR, Key | 3);
        Assert.Equal(uint.MaxValue, machine.Ppb(0xE000_101C));
    }

    [Theory]
    [InlineData("M0", 0x02)]
    [InlineData("M0Plus", 0x03)]
    [InlineData("M3", 0x03)]
    [InlineData("M4F", 0x07)]
    public void CONTROL_has_the_bits_the_core_has_use_for(string kind, uint bits)
    {
        var machine = Machine(Enum.Parse<CoreKind>(kind));
        machine.PokeCode(Main, 0x20FF, 0xF380, 0x8814, 0xE7FE); // MOVS r0, #255; MSR CONTROL, r0
        machine.Core.PowerOnReset(0);
        machine.Run(1000);

        Assert.Equal(bits, machine.Core.CONTROL);
    }

    [Theory]
    [InlineData("M0", false)]
    [InlineData("M0Plus", false)]
    [InlineData("M3", true)]
    [InlineData("M7", true)]
    [InlineData("M33", false)]
    public void VECTRESET_resets_the_core_where_it_exists(string kind, bool resets)
    {
        var machine = Machine(Enum.Parse<CoreKind>(kind));
        machine.Ppb(DHCSR, Key | 3);
        machine.Core.SetRegister(4, 0x1234);
        machine.Ppb(AIRCR, 0x05FA_0001);

        Assert.Equal(resets ? 0u : 0x1234, machine.Core.GetRegister(4));
        Assert.Equal(0, machine.SystemResets);
    }

    [Theory]
    [InlineData("M0", 0x0000)]
    [InlineData("M3", 0x0008)]
    [InlineData("M7", 0x0008)]
    public void Without_floating_point_there_is_no_such_coprocessor(string kind, uint status)
    {
        var machine = Machine(Enum.Parse<CoreKind>(kind));
        machine.PokeCode(Main, 0xEEB7, 0x0A00); // VMOV.F32 s0, #1.0
        machine.Core.PowerOnReset(0);
        machine.Ppb(0xE000_ED88, 0xF << 20);
        machine.Run(1000);

        Assert.Equal(3u, machine.Core.XPSR & 0x1FF);
        Assert.Equal(status << 16, machine.Ppb(0xE000_ED28));
        Assert.Equal((0u, 0u), (machine.Ppb(0xE000_ED88), machine.Ppb(0xE000_EF40)));
    }

    [Fact]
    public void The_frame_of_an_early_Cortex_M3_is_aligned_to_four()
    {
        var machine = Machine(CoreKind.M3);
        machine.PokeCode(Main, 0xB081, 0xDF00, 0xE7FE); // SUB sp, #4; SVC 0
        machine.Core.PowerOnReset(0);
        machine.Run(1000);

        Assert.Equal(11u, machine.Core.XPSR & 0x1FF);
        Assert.Equal(TestMachine.RamBase + 0x1000 - 4 - 32, machine.Core.MSP);
    }

    private static TestMachine Machine(CoreKind kind)
    {
        var machine = new TestMachine(kind);
        for (uint number = 2; number < 48; number++)
        {
            machine.Poke(TestMachine.FlashBase + number * 4, Handler + 1);
        }

        machine.PokeCode(Handler, 0xE7FE);
        machine.PokeCode(Main, 0xE7FE);
        machine.Core.PowerOnReset(0);
        return machine;
    }
}
