using System.Security.Cryptography;
using System.Text;
using Nrst.Targets;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Boards;

/// <summary>Silicon for the boards: whatever has a series and a flash model.</summary>
internal static class ChipFactory
{
    private const int UniqueIdLength = 12;

    public static IBoardChip Make(Device device, Part part, BoardState board) => Make(device, part, board, FlashTimeColumn.Typical);

    public static IBoardChip Make(Device device, Part part, BoardState board, FlashTimeColumn times)
    {
        var options = new ChipOptions
        {
            FlashTimes = times,
            SupplyVolts = board.Volts,
            UniqueId = SHA256.HashData(Encoding.ASCII.GetBytes(board.Serial))[..UniqueIdLength],
            Rom = LoaderFaults.Of(board.Faults.Select(FaultCatalogue.Parse)),
            Faults = [.. board.Faults.Select(ChipFaultOf).OfType<ChipFault>()],
        };
        return Stm32Chip.CanBe(device)
            ? new ChipOnBoard(new Stm32Chip(device, part, options))
            : throw new UsageException("NRST0187", $"The bench has no model of an {part.Name}.")
            {
                LikelyCause = $"Its flash controller, {device.Flash.Driver}, is of another generation than the bench can play.",
                Remedies = [new Remedy("Use a chip that the bench has.", "nrst bench new NAME --chip STM32F407VG")],
            };
    }

    /// <summary>Null for the faults of the wires around the chip.</summary>
    private static ChipFault? ChipFaultOf(string text) =>
        ChipFault.TryParse(FaultCatalogue.Parse(text).ToString(), out var fault) ? fault : null;
}
