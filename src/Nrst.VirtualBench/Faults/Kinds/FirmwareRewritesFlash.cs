using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FirmwareRewritesFlash : FirmwareFault
{
    public override string Name => "firmware-rewrites-flash";

    public override string Description => "The program writes into the flash beside itself: a word at each start, and one every 100 ms.";

    internal override string Needs => "A flash that a program can write by itself with a few stores.";

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
    {
        if (chip.FlashModel.SelfProgramming is not { } recipe)
        {
            return null;
        }

        var (first, bytes) = (chip.FlashStart + LogAt, (uint)(recipe.Stores * recipe.StoreBytes));
        var erased = chip.FlashModel.Cells.ErasedValue * 0x0101_0101u;
        program.Load(4, first).Load(5, erased).Load(6, first + (Entries * Math.Max(bytes, 4))).Load(7, Entry);
        foreach (var (offset, value) in recipe.Before)
        {
            program.Set(chip.FlashController + offset, value);
        }

        var look = program.Here;
        program.Emit(0x6822).Emit(0x42AA).Emit(0xD003); // LDR r2, [r4]; CMP r2, r5; BEQ write
        program.Emit(0x3400 | (int)Math.Max(bytes, 4)).Emit(0x42B4); // ADDS r4, #bytes; CMP r4, r6
        program.BranchIf(1, look).Emit(0xE7FE); // BNE look; B .
        // The branch above skips ADDS, CMP, BNE and B.
        for (var store = 0; store < recipe.Stores; store++)
        {
            program.Emit(recipe.StoreBytes == 2 ? 0x8027 | store << 6 : 0x6027 | store << 6); // STRH or STR r7, [r4, #offset]
        }

        return program.Delay(chip.Turns(100)).Branch(look);
    }

    private const uint LogAt = 0x400, Entries = 64, Entry = 0x2026_1128;
}
