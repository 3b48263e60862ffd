using Nrst.Diagnosis;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.Specs.Diagnosis;

/// <summary>A whole examination leaves flash, option bytes and RAM as they were, resets no chip that can be reached, and is over within half a minute.</summary>
public sealed class Looking_changes_nothing : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("STM32F407VG", null)]
    [InlineData("STM32F103C8", null)]
    [InlineData("STM32G071RB", null)]
    [InlineData("STM32L476RG", null)]
    [InlineData("STM32H743ZI", null)]
    [InlineData("STM32U575ZI", null)]
    [InlineData("STM32WB55RG", null)]
    [InlineData("STM32F407VG", "vcap-missing")]
    [InlineData("STM32F407VG", "erase-interrupted:0")]
    [InlineData("STM32F407VG", "nrst-push-pull")]
    [InlineData("STM32F407VG", "rdp1")]
    [InlineData("STM32H743ZI", "ecc-damage:0x08000100")]
    [InlineData("STM32G071RB", "flash-ignores-commands")]
    [InlineData("STM32F407VG", "firmware-hangs-bus")]
    [InlineData("STM32L476RG", "firmware-sleeps")]
    [InlineData("STM32F407VG", "swdio-contention")]
    [InlineData("STM32F407VG", "nrst-slow:800000")]
    public void On_this_board(string part, string? fault)
    {
        var store = new BoardStore(_folder.Path);
        store.New("b", part, faults: fault is null ? [] : [fault], programmed: true);
        using var board = store.Open("b");
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        using (var first = Boards.Probe(board))
        {
            first.ReadTargetVolts(); // from here on the board has power
        }

        var (flash, options, ram) = Contents(board, chip);
        var start = board.Clock.Now;

        using (var probe = Boards.Probe(board))
        {
            Doctor.LookAt(probe, "virtual:b", new ConnectOptions(), mayReset: false);
            Assert.InRange((board.Clock.Now - start).TotalSeconds, 0, 30);
        }

        var after = Contents(board, chip);
        Assert.Equal(flash, after.Flash);
        Assert.Equal(options, after.Options);
        Assert.Equal(ram, after.Ram);
    }

    /// <summary>A program that counts in a register goes on counting: it was neither reset nor left halted.</summary>
    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32G071RB")]
    [InlineData("STM32H743ZI")]
    public void A_chip_that_can_be_reached_is_not_reset_and_runs_on(string part)
    {
        var store = new BoardStore(_folder.Path);
        store.New("b", part, programmed: true);
        using var board = store.Open("b");
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        using (var first = Boards.Probe(board))
        {
            first.Attach(); // from here on the board has power
        }

        chip.Core.SetRegister(7, 0x2026_1128); // nothing but a reset takes it away
        using var probe = Boards.Probe(board);
        Assert.Empty(BoardRules.Conclude(Doctor.LookAt(probe, "virtual:b", new ConnectOptions(), mayReset: false).Board!));

        Assert.Equal(0x2026_1128u, chip.Core.GetRegister(7));
        Assert.Equal(0u, probe.Memory.Read32(new Address(0xE000_EDF0)) & 0x000A_0001); // S_LOCKUP, S_HALT, C_DEBUGEN
    }

    private static (byte[] Flash, byte[] Options, byte[] Ram) Contents(VirtualBoard board, Stm32Chip chip)
    {
        var saved = chip.Save();
        var ram = new List<byte>();
        foreach (var region in chip.Part.Ram.Where(region => !region.IsAlias))
        {
            for (var at = region.Range.Start; at < region.Range.Start + (uint)Math.Min(region.Range.Length, 16 * 1024); at += 4)
            {
                var now = board.VirtualClock.Nanoseconds; // the clock of this look alone
                chip.Read(at.Value, 4, out var word, ref now);
                ram.AddRange(BitConverter.GetBytes(word));
            }
        }

        return (saved.Flash, [.. saved.OptionBytes.SelectMany(BitConverter.GetBytes)], [.. ram]);
    }
}
