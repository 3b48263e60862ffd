using Nrst.Targets;
using Nrst.VirtualBench.Chips;

namespace Nrst.Specs;

/// <summary>
/// Finds option bytes under which a register of the manual reads what a test wants, by trying: a bit of the cells is turned (with its
/// complement, where the silicon keeps one) and the register is looked at. So no test needs to know how a model stores them.
/// </summary>
internal static class OptionCells
{
    /// <param name="wanted">Offsets of option registers from the base of the controller, the bits that matter, and what they shall read.</param>
    public static ChipState Find(Device device, Part part, params (uint Offset, uint Mask, uint Value)[] wanted)
    {
        var chip = new Stm32Chip(device, part, new ChipOptions());
        var state = chip.Save();
        foreach (var (offset, mask, value) in wanted)
        {
            for (var differs = (Read(chip, state, offset) ^ value) & mask; differs != 0; differs &= differs - 1)
            {
                state = Turn(chip, state, offset, differs & ~(differs - 1));
            }

            Assert.Equal(value & mask, Read(chip, state, offset) & mask);
        }

        return state;
    }

    /// <summary>The option bytes that choose this sector map.</summary>
    public static ChipState Find(Device device, Part part, BankedLayout layout) => Find(
        device,
        part,
        [
            .. layout.When.Select(option => (
                option.Field.At.Value - device.Flash.Controller.Value,
                (uint)((1UL << option.Field.Width) - 1) << option.Field.LowestBit,
                option.Value << option.Field.LowestBit)),
        ]);

    private static ChipState Turn(Stm32Chip chip, ChipState state, uint offset, uint bit)
    {
        var before = Read(chip, state, offset);
        foreach (var pattern in (uint[])[1, 0x101, 0x1_0001])
        {
            for (var at = 0; at < state.OptionBytes.Length * 32; at++)
            {
                var options = state.OptionBytes.ToArray();
                options[at / 32] ^= pattern << at % 32;
                var next = state with { OptionBytes = options };
                if ((Read(chip, next, offset) ^ before) == bit)
                {
                    return next;
                }
            }
        }

        throw new InvalidOperationException($"No option byte of the {chip.Part.Name} turns 0x{bit:X} of the register at 0x{offset:X2}.");
    }

    private static uint Read(Stm32Chip chip, ChipState state, uint offset)
    {
        chip.Load(state);
        chip.FlashModel.PowerOn(0);
        var now = 0L;
        chip.FlashModel.ReadRegister(chip.FlashModel.RegisterBlocks[0], offset, out var value, BusMaster.CoreData, ref now);
        return value;
    }
}
