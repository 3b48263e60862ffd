namespace Nrst.VirtualBench.Boards;

/// <summary>What can be changed on a board that exists: its jumpers and wires.</summary>
internal static class BoardSetting
{
    private const string Boot0 = "boot0", Wiring = "boot-wiring", Hub = "hub";

    /// <summary>The board after <c>name=value</c>.</summary>
    public static BoardState Apply(BoardState board, string setting) => setting.Split('=', 2) switch
    {
        [Boot0, "0"] => board with { Boot0 = false },
        [Boot0, "1"] => board with { Boot0 = true },
        [Wiring, "none"] => board with { BootWiring = null },
        [Hub, "none"] => board with { Hub = null },
        [Hub, var name] when BoardStore.IsName(name) => board with { Hub = name },
        [Wiring, var wires] when BootWiring.TryParse(wires) is not null => board with { BootWiring = wires },
        _ => throw new UsageException("NRST0189", $"'{setting}' cannot be set on a board.")
        {
            LikelyCause = $"These can: {Boot0}=0, {Boot0}=1, {Wiring}=WIRES, {Wiring}=none, {Hub}=NAME, {Hub}=none. WIRES are {BootWiring.Notation}. NAME has letters, digits, '-', '_' and '.'.",
            Remedies = [new Remedy("Pull BOOT0 high, for the ROM bootloader.", "nrst bench set NAME boot0=1")],
        },
    };
}
