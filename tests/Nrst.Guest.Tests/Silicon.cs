using Nrst.VirtualBench.Boards;

namespace Nrst.Guest;

/// <summary>What a board's flash holds, looked at from the bench's side, past every probe and every client.</summary>
internal static class Silicon
{
    public static byte[] Flash(string bench, string name, int length)
    {
        using var board = new BoardStore(bench).Open(name);
        return ((ChipOnBoard)board.Chip).Silicon.Flash[..length].ToArray();
    }

    /// <summary>Fills the whole flash of a board with old contents.</summary>
    /// <returns>What it holds now.</returns>
    public static byte[] FillWithNoise(string bench, string name)
    {
        using var board = new BoardStore(bench).Open(name);
        var cells = ((ChipOnBoard)board.Chip).Silicon.Flash;
        new Random(23).NextBytes(cells);
        return cells.ToArray();
    }
}
