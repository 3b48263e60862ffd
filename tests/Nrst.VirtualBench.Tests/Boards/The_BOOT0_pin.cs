using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Boards;

public sealed class The_BOOT0_pin : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-bench-").FullName;
    private readonly BoardStore _store;

    public The_BOOT0_pin() => _store = new BoardStore(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Where AN2606 and the memory maps of the reference manuals put the system memory.
    [Theory]
    [InlineData("STM32F072CB", 0x1FFF_C800)]
    [InlineData("STM32F103C8", 0x1FFF_F000)]
    [InlineData("STM32F303CC", 0x1FFF_D800)]
    [InlineData("STM32F407VG", 0x1FFF_0000)]
    [InlineData("STM32F746ZG", 0x0010_0000)]
    [InlineData("STM32G474RE", 0x1FFF_0000)]
    [InlineData("STM32H743ZI", 0x1FF0_0000)]
    [InlineData("STM32H563ZI", 0x0BF9_7000)]
    [InlineData("STM32L073RZ", 0x1FF0_0000)]
    [InlineData("STM32L152RE", 0x1FF0_0000)]
    [InlineData("STM32L433CC", 0x1FFF_0000)]
    [InlineData("STM32L476RG", 0x1FFF_0000)]
    [InlineData("STM32U575ZI", 0x0BF9_0000)]
    [InlineData("STM32WB55RG", 0x1FFF_0000)]
    public void High_at_reset_leads_into_the_system_memory(string part, uint systemMemory)
    {
        NewWithAProgram(part);
        Assert.NotInRange(ProgramCounter(), systemMemory, systemMemory + 0x1000);

        Assert.True(_store.Set("b", ["boot0=1"]).Boot0);
        Assert.InRange(ProgramCounter(), systemMemory, systemMemory + 0x1000);

        Assert.False(_store.Set("b", ["boot0=0"]).Boot0);
        Assert.NotInRange(ProgramCounter(), systemMemory, systemMemory + 0x1000);
    }

    [Fact]
    public void The_pin_is_looked_at_when_a_reset_ends_and_not_before()
    {
        _store.New("b", "STM32F407VG");
        using var board = _store.Open("b");
        var silicon = ((ChipOnBoard)board.Chip).Silicon;
        silicon.Flash.Clear();
        new byte[] { 0x00, 0x10, 0x00, 0x20, 0x41, 0x00, 0x00, 0x08 }.CopyTo(silicon.Flash);
        new byte[] { 0xFE, 0xE7 }.CopyTo(silicon.Flash[0x40..]);
        Press(silicon, board);
        Assert.Equal(0x0800_0040u, silicon.Core.GetRegister(15));

        silicon.DriveBoot0(true);
        board.Clock.Wait(TimeSpan.FromMilliseconds(1));
        silicon.RunUntil(board.VirtualClock.Nanoseconds);
        Assert.Equal(0x0800_0040u, silicon.Core.GetRegister(15));

        Press(silicon, board);
        Assert.Equal(0x1FFF_0040u, silicon.Core.GetRegister(15));
        var now = board.VirtualClock.Nanoseconds;
        silicon.Read(0, 4, out var seenAtZero, ref now);
        silicon.Read(0x1FFF_0000, 4, out var loader, ref now);
        Assert.Equal(loader, seenAtZero);

        silicon.DriveReset(true, board.VirtualClock.Nanoseconds);
        board.Clock.Wait(TimeSpan.FromMilliseconds(1));
        silicon.DriveBoot0(false); // while it is held in reset, which it came into with the pin high
        silicon.DriveReset(false, board.VirtualClock.Nanoseconds);
        board.Clock.Wait(TimeSpan.FromMilliseconds(1));
        silicon.RunUntil(board.VirtualClock.Nanoseconds);
        Assert.Equal(0x0800_0040u, silicon.Core.GetRegister(15));
    }

    [Fact]
    public void A_G0_as_it_leaves_the_factory_does_not_ask_the_pin()
    {
        NewWithAProgram("STM32G071RB");
        _store.Set("b", ["boot0=1"]);
        Assert.NotInRange(ProgramCounter(), 0x1FFF_0000u, 0x1FFF_1000u);
    }

    [Theory]
    [InlineData("boot0=2")]
    [InlineData("boot0")]
    [InlineData("volts=5")]
    [InlineData("boot-wiring=dtr-reset")]
    [InlineData("boot-wiring=dtr-nrst,rts-nrst")]
    public void What_is_no_jumper_is_refused(string setting)
    {
        _store.New("b", "STM32F407VG");
        Assert.Equal("NRST0189", Assert.Throws<UsageException>(() => _store.Set("b", [setting])).Code);
    }

    [Theory]
    [InlineData("dtr-nrst,!rts-boot0", true, true, true, true)]
    [InlineData("dtr-nrst,!rts-boot0", false, false, false, false)]
    [InlineData("!dtr-nrst,rts-boot0", false, false, true, true)]
    [InlineData("transistors", false, true, true, false)]
    [InlineData("transistors", true, false, false, true)]
    [InlineData("transistors", true, true, false, false)]
    public void Serial_lines_lead_to_the_pins_as_they_are_wired(string wiring, bool dtr, bool rts, bool resetIsLow, bool boot0)
    {
        var wires = BootWiring.TryParse(wiring)!;
        Assert.Equal(resetIsLow, wires.ResetIsLow(dtr, rts));
        Assert.Equal(boot0, wires.Boot0(dtr, rts));
    }

    /// <summary>An empty chip goes into the system memory by itself, on the lines that look.</summary>
    private void NewWithAProgram(string part)
    {
        _store.New("b", part);
        using var board = _store.Open("b");
        ((ChipOnBoard)board.Chip).Silicon.Flash[..8].Fill(0x24);
    }

    private uint ProgramCounter()
    {
        using var board = _store.Open("b");
        var silicon = ((ChipOnBoard)board.Chip).Silicon;
        board.Clock.Wait(TimeSpan.FromMilliseconds(1));
        silicon.RunUntil(board.VirtualClock.Nanoseconds);
        return silicon.Core.GetRegister(15);
    }

    private static void Press(Stm32Chip silicon, VirtualBoard board)
    {
        silicon.DriveReset(true, board.VirtualClock.Nanoseconds);
        board.Clock.Wait(TimeSpan.FromMilliseconds(1));
        silicon.DriveReset(false, board.VirtualClock.Nanoseconds);
        board.Clock.Wait(TimeSpan.FromMilliseconds(1));
        silicon.RunUntil(board.VirtualClock.Nanoseconds);
    }
}
