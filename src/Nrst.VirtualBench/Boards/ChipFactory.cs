using System.Security.Cryptography;
using System.Text;
using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Stm32F4;

namespace Nrst.VirtualBench.Boards;

/// <summary>The models of silicon this bench has, by the flash controller they are built around.</summary>
internal static class ChipFactory
{
    private const int UniqueIdLength = 12;

    public static IBoardChip Make(Device device, Part part, BoardState board)
    {
        var options = new ChipOptions
        {
            SupplyVolts = board.Volts,
            UniqueId = SHA256.HashData(Encoding.ASCII.GetBytes(board.Serial))[..UniqueIdLength],
            Faults = [.. board.Faults.Select(ChipFaultOf).OfType<ChipFault>()],
        };
        return device.Flash.Driver switch
        {
            "stm32f4" => new Stm32F4OnBoard(new Stm32F4Chip(device, part, options)),
            _ => throw new UsageException("NRST0187", $"The bench has no model of an {part.Name}.")
            {
                LikelyCause = $"Its flash controller, {device.Flash.Driver}, is of another generation than the bench can play.",
                Remedies = [new Remedy("Use a chip that the bench has.", "nrst bench new NAME --chip STM32F407VG")],
            },
        };
    }

    /// <summary>Null for the faults of the wires around the chip.</summary>
    private static ChipFault? ChipFaultOf(string text) =>
        ChipFault.TryParse(FaultCatalogue.Parse(text).ToString(), out var fault) ? fault : null;
}
