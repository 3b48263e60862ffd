using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>Cortex-M7 and Cortex-M33, where they differ from a Cortex-M4.</summary>
public sealed class Large_cores
{
    private const uint Main = TestMachine.FlashBase + 0x200;
    private const uint Handler = TestMachine.FlashBase + 0x400;
    private const uint Ram = TestMachine.RamBase;
    private const uint DHCSR = 0xE000_EDF0, CFSR = 0xE000_ED28, CCR = 0xE000_ED14, Key = 0xA05F_0000;

    [Theory]
    [InlineData("M7")]
    [InlineData("M33")]
    public void There_is_no_bit_band(string kind)
    {
        var machine = Machine(kind, 0x6808); // LDR r0, [r1]
        machine.Core.SetRegister(1, 0x2200_0000);
        machine.Run(1000);

        Assert.Equal(3u, machine.Core.XPSR & 0x1FF);
        Assert.Equal(0x2200_0000u, machine.Ppb(0xE000_ED38));
    }

    [Theory]
    [InlineData("M7")]
    [InlineData("M33")]
    public void A_breakpoint_of_revision_2_works_in_RAM(string kind)
    {
        var machine = Machine(kind, 0xE7FE);
        machine.PokeCode(Ram + 0x100, 0x3001, 0x3001, 0x3001, 0xE7FE);
        machine.Core.SetRegister(15, Ram + 0x100);
        Assert.Equal(0x1000_0080u, machine.Ppb(0xE000_2000));
        machine.Ppb(0xE000_2000, 3);
        machine.Ppb(0xE000_2024, Ram + 0x104 | 1); // the last of eight
        machine.Ppb(DHCSR, Key | 1);
        machine.Run(1000);

        Assert.True(machine.Core.Halted);
        Assert.Equal((Ram + 0x104, 2u), (machine.Core.GetRegister(15), machine.Core.GetRegister(0)));
    }

    [Fact]
    public void The_caches_of_a_Cortex_M7_describe_themselves_and_take_their_maintenance()
    {
        var machine = Machine("M7D", 0xE7FE);
        Assert.Equal((0x0900_0003u, 0x8303_C003u), (machine.Ppb(0xE000_ED78), machine.Ppb(0xE000_ED7C)));
        Assert.Equal(0xF00F_E019u, machine.Ppb(0xE000_ED80)); // 16 KiB of data: 128 sets of four lines
        machine.Ppb(0xE000_ED84, 1);
        Assert.Equal(0xF01F_E009u, machine.Ppb(0xE000_ED80)); // 16 KiB of code: 256 sets of two
        for (uint operation = 0xE000_EF50; operation <= 0xE000_EF78; operation += 4)
        {
            machine.Ppb(operation, 0);
            Assert.Equal(0u, machine.Ppb(operation));
        }

        machine.Ppb(CCR, 3 << 16);
        Assert.Equal(0x0007_0200u, machine.Ppb(CCR));
    }

    [Fact]
    public void Every_word_of_every_core_s_debug_components_can_be_read()
    {
        foreach (var kind in Enum.GetValues<CoreKind>())
        {
            var machine = new TestMachine(kind);
            foreach (var component in new uint[] { 0xE000_0000, 0xE000_1000, 0xE000_2000, 0xE000_E000, machine.Core.Traits.AhbApBase & ~3u })
            {
                for (uint offset = 0; offset < 0x1000; offset += 4)
                {
                    Assert.True(machine.Core.Owns(component + offset));
                    var status = machine.Core.ReadPpb(component + offset, 4, out _, debugger: true, machine.Core.Now);
                    Assert.True(status == BusStatus.Ok, $"0x{component + offset:X8} faults on {kind}");
                }
            }
        }
    }

    [Theory]
    [InlineData("M0", 0x410C_C200, 0, 0, 0)]
    [InlineData("M0Plus", 0x410C_C601, 0, 0, 0)]
    [InlineData("M3", 0x411F_C231, 0, 0, 0x0110_0110)]
    [InlineData("M4F", 0x410F_C241, 0x1011_0021, 0x1100_0011, 0x0114_1110)]
    [InlineData("M7", 0x411F_C271, 0, 0, 0x0110_1110)]
    [InlineData("M7F", 0x411F_C271, 0x1011_0021, 0x1100_0011, 0x0110_1110)]
    [InlineData("M7D", 0x411F_C271, 0x1011_0221, 0x1200_0011, 0x0110_1110)]
    [InlineData("M33F", 0x410F_D213, 0x1011_0021, 0x1100_0011, 0x0110_1110)]
    public void A_core_says_what_it_is(string kind, uint cpuid, uint mvfr0, uint mvfr1, uint isar0)
    {
        var machine = Machine(kind, 0xE7FE);

        Assert.Equal((cpuid, mvfr0, mvfr1, isar0),
            (machine.Ppb(0xE000_ED00), machine.Ppb(0xE000_EF40), machine.Ppb(0xE000_EF44), machine.Ppb(0xE000_ED60)));
    }

    [Fact]
    public void A_handler_of_ARMv8_M_finds_its_own_EXC_RETURN_and_returns_with_it()
    {
        // SVC 0 on the main stack, then on the process stack; B .
        var machine = Machine("M33", 0xDF00, 0x2002, 0xF380, 0x8814, 0xDF00, 0xE7FE); // MOVS r0, #2; MSR CONTROL, r0
        machine.PokeCode(Handler, 0x4674, 0x4770); // MOV r4, lr; BX lr
        machine.Core.PSP = Ram + 0x800;
        machine.Ppb(0xE000_2000, 3);
        machine.Ppb(0xE000_2008, Main + 2 | 1);
        machine.Ppb(DHCSR, Key | 1);
        machine.Run(1000);
        Assert.Equal((Main + 2, 0xFFFF_FFB8u), (machine.Core.GetRegister(15), machine.Core.GetRegister(4)));

        machine.Ppb(0xE000_2008, 0);
        machine.Ppb(DHCSR, Key | 1);
        machine.Run(1000);
        Assert.Equal((Main + 10, 0xFFFF_FFBCu), (machine.Core.GetRegister(15), machine.Core.GetRegister(4)));
        Assert.Equal(Ram + 0x800, machine.Core.PSP);
    }

    [Fact]
    public void A_handler_within_a_handler_and_one_over_floating_point_have_theirs()
    {
        var machine = Machine("M33F", 0xEEB0, 0x0A40, 0xDF00, 0xE7FE); // VMOV s0, s0; SVC 0
        machine.PokeCode(Handler, 0x4674, 0xDE00); // MOV r4, lr; UDF, which becomes a HardFault
        machine.PokeCode(Handler + 0x20, 0x4675, 0xE7FE); // MOV r5, lr
        machine.Poke(TestMachine.FlashBase + 12, Handler + 0x21);
        machine.Ppb(0xE000_ED88, 0xF << 20);
        machine.Run(1000);

        Assert.Equal((0xFFFF_FFA8u, 0xFFFF_FFB0u), (machine.Core.GetRegister(4), machine.Core.GetRegister(5)));
    }

    [Fact]
    public void A_push_below_the_limit_stores_nothing_and_is_a_UsageFault()
    {
        var machine = Machine("M33", 0xF380, 0x880A, 0xB403, 0xB403, 0xE7FE); // MSR MSPLIM, r0; PUSH {r0, r1}, twice
        machine.Core.SetRegister(0, Ram + 0xFF8);
        machine.Poke(Ram + 0xFF0, 0x5555_5555, 0x5555_5555);
        machine.Run(1000);

        Assert.NotEqual(0u, machine.Ppb(CFSR) & 1 << 20);
        Assert.Equal(0x5555_5555u, machine.Peek(Ram + 0xFF0));
        Assert.Equal(Ram + 0xFF8, machine.Peek(Ram + 0xFF8));
        Assert.Equal(3u, machine.Core.XPSR & 0x1FF);
        Assert.Equal(Ram + 0xFF8, machine.Core.MSP); // nor is anything stacked below it
    }

    [Fact]
    public void Stack_limits_are_read_and_written_by_a_debugger()
    {
        var machine = Machine("M33", 0xE7FE);
        machine.Ppb(DHCSR, Key | 3);
        machine.Ppb(0xE000_EDF8, Ram + 0x407);
        machine.Ppb(0xE000_EDF4, 1 << 16 | 31);
        machine.Ppb(0xE000_EDF8, 0);
        machine.Ppb(0xE000_EDF4, 31);

        Assert.Equal((Ram + 0x400, Ram + 0x400), (machine.Ppb(0xE000_EDF8), machine.Core.PSPLIM));
    }

    [Fact]
    public void A_store_release_exclusive_needs_its_load()
    {
        // LDAEX r1, [r0]; STLEX r3, r2, [r0]; STLEX r4, r2, [r0]; TT r5, r0; B .
        var machine = Machine("M33", 0xE8D0, 0x1FEF, 0xE8C0, 0x2FE3, 0xE8C0, 0x2FE4, 0xE840, 0xF500, 0xE7FE);
        machine.Core.SetRegister(0, Ram + 0x2000);
        machine.Core.SetRegister(2, 0x1234);
        machine.Run(1000);

        Assert.Equal((0u, 1u, 0x000C_0000u), (machine.Core.GetRegister(3), machine.Core.GetRegister(4), machine.Core.GetRegister(5)));
        Assert.Equal(0x1234u, machine.Peek(Ram + 0x2000));
    }

    [Fact]
    public void The_larger_of_two_zeros_is_the_positive_one()
    {
        // VMAXNM s2, s0, s1; VMINNM s3, s0, s1; VMAXNM d2, d4, d5; VMINNM d3, d4, d5; B .
        var machine = Machine("M7D", 0xFE80, 0x1A20, 0xFEC0, 0x1A60, 0xFE84, 0x2B05, 0xFE84, 0x3B45, 0xE7FE);
        machine.Ppb(0xE000_ED88, 0xF << 20);
        machine.Ppb(DHCSR, Key | 3);
        foreach (var negative in new uint[] { 65, 64 + 11 }) // S1 and the high word of D5
        {
            machine.Ppb(0xE000_EDF8, 1u << 31);
            machine.Ppb(0xE000_EDF4, 1 << 16 | negative);
        }

        machine.Ppb(DHCSR, Key | 1);
        machine.Run(1000);

        machine.Ppb(DHCSR, Key | 3);
        uint Single(uint number)
        {
            machine.Ppb(0xE000_EDF4, 64 + number);
            return machine.Ppb(0xE000_EDF8);
        }

        Assert.Equal((0u, 1u << 31), (Single(2), Single(3)));
        Assert.Equal((0u, 1u << 31), (Single(5), Single(7)));
    }

    [Theory]
    [InlineData(0x4784)] // BLXNS r0
    [InlineData(0x4704)] // BXNS r0
    public void Without_the_security_extension_there_is_no_other_side_to_branch_to(int instruction)
    {
        var machine = Machine("M33", (ushort)instruction);
        machine.Run(1000);

        Assert.Equal((3u, 1u << 16), (machine.Core.XPSR & 0x1FF, machine.Ppb(CFSR)));
    }

    [Theory]
    [InlineData(5, 0x6001, true)]  // written by STR r1, [r0]
    [InlineData(5, 0x6801, false)] // written, but it is LDR
    [InlineData(6, 0x6801, true)]
    [InlineData(6, 0x6001, false)]
    [InlineData(4, 0x6801, true)]
    public void A_watchpoint_of_ARMv8_M_has_its_own_functions(uint match, int instruction, bool stops)
    {
        var machine = Machine("M33", (ushort)instruction, 0xE7FE);
        machine.Core.SetRegister(0, Ram + 0x2000);
        machine.Ppb(0xE000_EDFC, 1 << 24);
        machine.Ppb(0xE000_1030, Ram + 0x2000);
        machine.Ppb(0xE000_1038, match | 1 << 4 | 2 << 10);
        machine.Ppb(DHCSR, Key | 1);
        machine.Run(1000);

        Assert.Equal(stops, machine.Core.Halted);
        Assert.Equal(stops ? 0xF100_0000 : 0xF000_0000, machine.Ppb(0xE000_1038) & 0xFF00_0000);
    }

    [Theory]
    [InlineData(0x2004, true)]
    [InlineData(0x2010, true)]
    [InlineData(0x2014, false)]
    [InlineData(0x1FFC, false)]
    public void Two_comparators_of_ARMv8_M_make_a_range(int offset, bool stops)
    {
        var machine = Machine("M33", 0x6001, 0xE7FE);
        machine.Core.SetRegister(0, Ram + (uint)offset);
        machine.Ppb(0xE000_EDFC, 1 << 24);
        machine.Ppb(0xE000_1020, Ram + 0x2000);
        machine.Ppb(0xE000_1028, 4 | 1 << 4 | 2 << 10);
        machine.Ppb(0xE000_1030, Ram + 0x2010);
        machine.Ppb(0xE000_1038, 7 | 1 << 4);
        machine.Ppb(DHCSR, Key | 1);
        machine.Run(1000);

        Assert.Equal(stops, machine.Core.Halted);
    }

    private static TestMachine Machine(string kind, params ushort[] code)
    {
        var machine = new TestMachine(Enum.Parse<CoreKind>(kind));
        for (uint number = 2; number < 48; number++)
        {
            machine.Poke(TestMachine.FlashBase + number * 4, Handler + 1);
        }

        machine.PokeCode(Handler, 0xE7FE);
        machine.PokeCode(Main, code);
        machine.Core.PowerOnReset(0);
        return machine;
    }
}
