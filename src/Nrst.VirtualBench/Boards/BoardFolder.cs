using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Nrst.VirtualBench.Boards;

/// <summary>One board's files: <c>board.json</c>, the chip's memories, and a lock while somebody uses it.</summary>
internal sealed class BoardFolder(string path, string name)
{
    private const string StateFile = "board.json";
    private const string LockFile = "lock";
    private const string OwnerFile = "owner";
    private const string DeedsFile = "deeds";

    /// <summary>Somebody took the board's power away and gave it back.</summary>
    public const string PowerCycleDeed = "power-cycle";

    private string StatePath => Path.Combine(path, StateFile);

    public bool Exists => File.Exists(StatePath);

    /// <summary>Only one process at a time may have a board open.</summary>
    public IDisposable Lock()
    {
        try
        {
            var held = new FileStream(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(OwnerPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return held;
        }
        catch (IOException busy) when (IsSharingViolation(busy))
        {
            var owner = Owner();
            throw new ProbeException("NRST1180", $"The virtual board '{name}' is in use{(owner is null ? "" : $" by process {owner}")}.", busy)
            {
                LikelyCause = "Another nrst has it open: a command that still runs, or 'nrst bench serve'.",
                Remedies =
                [
                    new Remedy("Wait for the other process, or end it."),
                    new Remedy("Make a second board of the same kind.", "nrst bench new NAME --chip CHIP"),
                ],
            };
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(denied);
        }
    }

    public bool IsLocked
    {
        get
        {
            if (!File.Exists(Path.Combine(path, LockFile)))
            {
                return false;
            }

            try
            {
                Lock().Dispose();
                return false;
            }
            catch (ProbeException busy)
            {
                return busy.Code == "NRST1180";
            }
        }
    }

    public BoardState Read()
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(StatePath), BoardJson.Default.BoardState);
            if (state is { Format: BoardState.CurrentFormat, Chip: not null, Kind: not null, Firmware: not null, Faults: not null })
            {
                return state;
            }
        }
        catch (JsonException broken)
        {
            throw Damaged($"'{StatePath}' is not readable", broken);
        }

        throw Damaged($"'{StatePath}' is not what this version of nrst writes", null);
    }

    /// <summary>The chip's memories; null for a board that was never used.</summary>
    public byte[]? ReadChip(BoardState state)
    {
        if (state.ChipFile is not { } file)
        {
            return null;
        }

        var at = Path.Combine(path, Path.GetFileName(file));
        byte[] saved;
        try
        {
            saved = File.ReadAllBytes(at);
        }
        catch (FileNotFoundException missing)
        {
            throw Damaged($"'{at}' is missing", missing);
        }

        return Hash(saved) == state.ChipSha256 ? saved : throw Damaged($"'{at}' is not what was saved", null);
    }

    /// <summary>Does something at a board that another process has open: it finds out when it looks.</summary>
    public void Leave(IEnumerable<string> deeds)
    {
        try
        {
            File.AppendAllLines(DeedsPath, deeds);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(denied);
        }
    }

    /// <summary>What was done since the last look, in order.</summary>
    public IReadOnlyList<string> TakeDeeds()
    {
        if (!File.Exists(DeedsPath))
        {
            return [];
        }

        try
        {
            var taken = DeedsPath + ".taken";
            File.Move(DeedsPath, taken, overwrite: true);
            return File.ReadAllLines(taken);
        }
        catch (IOException)
        {
            return []; // it is being written: next time
        }
    }

    private string DeedsPath => Path.Combine(path, DeedsFile);

    /// <summary>
    /// First the memories under a name of their own, then the description that points at them: whoever comes after a crash finds one
    /// whole board, the old or the new.
    /// </summary>
    public void Write(BoardState state, byte[]? chip)
    {
        try
        {
            Directory.CreateDirectory(path);
            if (chip is not null)
            {
                var hash = Hash(chip);
                state = state with { ChipFile = $"chip-{hash[..16]}.bin", ChipSha256 = hash };
                WriteWhole(Path.Combine(path, state.ChipFile), chip);
            }

            WriteWhole(StatePath, JsonSerializer.SerializeToUtf8Bytes(state, BoardJson.Default.BoardState));
            foreach (var old in Directory.EnumerateFiles(path, "chip-*.bin").Where(old => Path.GetFileName(old) != state.ChipFile))
            {
                File.Delete(old);
            }
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(denied);
        }
    }

    public ProbeException Damaged(string what, Exception? inner) =>
        new("NRST1183", $"The virtual board '{name}' is damaged: {what}.", inner)
        {
            Remedies =
            [
                new Remedy("Remove the board and make it anew.", $"nrst bench remove {name}"),
            ],
        };

    private ProbeException Unwritable(Exception inner) =>
        new("NRST1186", $"The files of the virtual board '{name}' in '{path}' cannot be written: {inner.Message}", inner)
        {
            LikelyCause = "The folder belongs to somebody else, or the disk is full or read-only.",
            Remedies = [new Remedy("Point NRST_BENCH_DIR at a folder of your own.")],
        };

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static bool IsSharingViolation(IOException failed) => failed.HResult is 11 or 35 or unchecked((int)0x8007_0020);

    private string OwnerPath => Path.Combine(path, OwnerFile);

    private string? Owner()
    {
        try
        {
            return File.ReadAllText(OwnerPath).Trim() is { Length: > 0 } owner ? owner : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void WriteWhole(string to, byte[] content)
    {
        var temporary = to + ".new";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, to, overwrite: true);
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
