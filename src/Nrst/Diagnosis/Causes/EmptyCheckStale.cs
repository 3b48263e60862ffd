namespace Nrst.Diagnosis.Causes;

/// <summary>The chip still takes its flash for empty.</summary>
internal sealed class EmptyCheckStale : Cause
{
    public override string Code => "NRST7085";

    public override string Why =>
        "Whether the flash is empty is looked at only when power comes: a chip that was programmed since starts its bootloader at every reset, and not the program.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Switch the board off and on once."),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        if (seen.Core is not { Pcs: { Count: > 0 } pcs } || seen.Flash is not { IsBlank: false } || !pcs.All(pc => InRom(pc)))
        {
            return null;
        }

        const uint Empty = 1 << 16; // RM0444, FLASH_ACR.EMPTY; WB and WL and L4 have it in the same place, or none
        return new Verdict(
            (seen.Chip?.AccessControl & Empty) != 0 ? Sureness.Certain : Sureness.Likely,
            "The chip runs its ROM bootloader although there is a program in the flash: it still takes the flash for empty.",
            $"program counter {pcs[^1]}, in the system memory", $"the flash begins with 0x{(seen.Flash.Vectors.Count > 0 ? seen.Flash.Vectors[0] : 0):X8}")
        {
            Against = (seen.Chip?.AccessControl & Empty) != 0 ? [] : ["BOOT0 may be high, which does the same"],
        };
    }


    private static bool InRom(Address pc) => pc.Value is >= 0x1FF0_0000 and < 0x2000_0000 or >= 0x0BF8_0000 and < 0x0C00_0000;
}
