using Nrst.Probes.StLink;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.Specs;

/// <summary>Virtual boards with the real host stack in front of them.</summary>
internal static class Boards
{
    public static StLinkProbe Probe(VirtualBoard board) =>
        StLinkProbe.Open(board.Pipe, board.Clock, board.Identity.VendorId, board.Identity.ProductId, board.Identity.Serial);

    /// <summary>A board whose chip is in the bootloader of its ROM, with something in its flash that is no program.</summary>
    public static VirtualBoard InItsBootloader(string bench, string part, params string[] faults)
    {
        var store = new BoardStore(bench);
        store.New("b", part, faults: faults);
        using (var virgin = store.Open("b"))
        {
            // A G0 as it leaves the factory does not ask the pin: an empty one goes into its bootloader by itself.
            if (part[5..7] != "G0")
            {
                ((ChipOnBoard)virgin.Chip).Silicon.Flash[..8].Fill(0x24);
            }
        }

        store.Set("b", ["boot0=1"]);
        return store.Open("b");
    }

    /// <summary>The program on the chip toggles a pin or says something within two seconds, and faults nowhere.</summary>
    public static void AssertLives(VirtualBoard board)
    {
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        var changes = 0;
        chip.PinChanged += _ => changes++;
        var said = chip.UsartLog.Count;
        for (var ms = 0; ms < 2000 && changes < 2 && chip.UsartLog.Count < said + 10; ms++)
        {
            board.Clock.Wait(TimeSpan.FromMilliseconds(1));
            chip.RunUntil(board.VirtualClock.Nanoseconds);
            Assert.Null(chip.Core.LastFaultText);
        }

        Assert.True(changes >= 2 || chip.UsartLog.Count >= said + 10, $"It stands at 0x{chip.Core.GetRegister(15):X8} and does nothing.");
    }

    /// <summary>A stack, a vector, a branch to itself at the ninth byte, and something to see wrong bytes by.</summary>
    public static byte[] LoopingProgram(Stm32Chip chip, int length)
    {
        byte[] head =
        [
            .. BitConverter.GetBytes(chip.Part.Ram[0].Range.Start.Value + 0x800), .. BitConverter.GetBytes(chip.Part.Layouts[0].Range.Start.Value + 9), 0xFE, 0xE7,
        ];
        return [.. head, .. FlashingBench.Bytes(length - head.Length, 17)];
    }

    /// <summary>Opens a stored board, lets a test do something to its chip over the wire, and puts it back.</summary>
    public static void Change(string bench, string name, Action<ITargetMemory> change)
    {
        using var board = new BoardStore(bench).Open(name);
        using var probe = Probe(board);
        probe.Attach();
        change(probe.Memory);
    }

    /// <summary>Programs the nWRP bits by hand, step by step after RM0090, "User option bytes", "Programming user option bytes".</summary>
    /// <param name="sectors">Bit n protects sector n.</param>
    public static void WriteProtect(ITargetMemory memory, uint sectors)
    {
        var (keys, status, options) = (new Address(0x4002_3C08), new Address(0x4002_3C0C), new Address(0x4002_3C14));
        memory.Write32(keys, 0x0819_2A3B);
        memory.Write32(keys, 0x4C5D_6E7F);
        var wanted = memory.Read32(options) & ~(sectors << 16) & ~1u;
        memory.Write32(options, wanted);
        memory.Write32(options, wanted | 2);
        while ((memory.Read32(status) & 1u << 16) != 0)
        {
        }

        memory.Write32(options, wanted | 1);
    }
}
