using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

public sealed class Timing_of_the_core
{
    private const uint Main = TestMachine.FlashBase + 0x200;

    private readonly TestMachine _machine = new();

    [Theory]
    [InlineData("ALU", 1, 0x1840)]                        // ADDS r0, r0, r1
    [InlineData("MUL", 1, 0x434A)]                        // MULS r2, r1
    [InlineData("LDR", 2, 0x6832)]                        // LDR r2, [r6]
    [InlineData("STR", 2, 0x6032)]                        // STR r2, [r6]
    [InlineData("LDM of three", 4, 0xE896, 0x0015)]       // LDM.W r6, {r0, r2, r4}
    [InlineData("PUSH of two", 3, 0xB403)]                // PUSH {r0, r1}
    [InlineData("taken branch", 3, 0xE7FF)]               // B to the next instruction
    [InlineData("branch not taken", 1, 0xD0FF)]           // BEQ, Z = 0
    [InlineData("UDIV of small numbers", 2, 0xFBB1, 0xF2F5)] // UDIV r2, r1, r5
    public void An_instruction_takes_its_cycles(string what, int cycles, params int[] halfwords)
    {
        _machine.PokeCode(Main, [.. halfwords.Select(halfword => (ushort)halfword), 0xBF00]);
        _machine.Core.PowerOnReset(0);
        _machine.Core.SetRegister(6, 0x2000_2000);
        _machine.Core.SetRegister(5, 100);
        _machine.Core.RunUntil(1);

        Assert.Equal((what, cycles * 10), (what, (int)_machine.Core.Now));
    }

    [Fact]
    public void Code_in_RAM_pays_a_cycle_for_each_word_fetched()
    {
        ushort[] loop = [0x3001, 0x3001, 0x3001, 0x3001]; // two words, four cycles
        _machine.PokeCode(TestMachine.RamBase + 0x100, loop);
        _machine.Core.PowerOnReset(0);
        _machine.Core.SetRegister(15, TestMachine.RamBase + 0x100);
        for (var i = 0; i < 4; i++)
        {
            _machine.Core.RunUntil(_machine.Core.Now + 1);
        }

        Assert.Equal((4 + 2) * 10, _machine.Core.Now);
    }

    [Fact]
    public void A_clock_that_is_no_whole_number_of_nanoseconds_does_not_drift()
    {
        _machine.PokeCode(Main, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xBF00, 0xE7F9); // five and three cycles
        _machine.Core.CyclePicoseconds = 5_952; // 168 MHz
        _machine.Core.PowerOnReset(0);
        for (var now = 0L; now < 10_000_000; now += 777)
        {
            _machine.Core.RunUntil(now);
        }

        var cycles = _machine.Core.InstructionsExecuted / 6 * 8 + _machine.Core.InstructionsExecuted % 6;
        Assert.InRange(_machine.Core.Now * 1000 - cycles * 5_952, -1000, 0);
    }

    [Fact]
    public void A_slave_that_stalls_the_bus_costs_its_time()
    {
        var bus = new StallingBus(_machine);
        var core = new CortexCore(CoreTraits.Of(CoreKind.M4F), bus, _machine) { CyclePicoseconds = 10_000 };
        _machine.PokeCode(Main, 0x6832, 0xE7FE); // LDR r2, [r6]
        core.PowerOnReset(0);
        core.SetRegister(6, 0x2000_2000);
        core.RunUntil(1);

        Assert.Equal(1_000 + 20, core.Now);
    }

    [Fact]
    public void A_core_that_resets_its_system_starts_over()
    {
        _machine.PokeCode(Main, 0x3001, 0x6035, 0x3002, 0xE7FE); // ADDS r0, #1; STR r5, [r6]
        _machine.Core.PowerOnReset(0);
        _machine.Core.SetRegister(6, 0xE000_ED0C);
        _machine.Core.SetRegister(5, 0x05FA_0004);
        _machine.Core.RunUntil(11);
        Assert.Equal(1, _machine.SystemResets);
        Assert.Equal((Main, 0u), (_machine.Core.GetRegister(15), _machine.Core.GetRegister(0)));
    }

    private sealed class StallingBus(TestMachine machine) : IBus
    {
        public BusStatus Read(uint address, int bytes, out uint value, BusMaster master, ref long now)
        {
            now += master == BusMaster.CoreData && address == 0x2000_2000 ? 1_000 : 0;
            return machine.Read(address, bytes, out value, master, ref now);
        }

        public BusStatus Write(uint address, int bytes, uint value, BusMaster master, ref long now) =>
            machine.Write(address, bytes, value, master, ref now);
    }
}
