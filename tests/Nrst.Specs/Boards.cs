using Nrst.Probes.StLink;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>Virtual boards with the real host stack in front of them.</summary>
internal static class Boards
{
    public static StLinkProbe Probe(VirtualBoard board) =>
        StLinkProbe.Open(board.Pipe, board.Clock, board.Identity.VendorId, board.Identity.ProductId, board.Identity.Serial);

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
