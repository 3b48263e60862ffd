using System.Security.Cryptography;
using System.Text;
using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Faults;

namespace Nrst.VirtualBench.Boards;

/// <summary>Silicon for the boards: whatever has a series and a flash model.</summary>
internal static class ChipFactory
{
    private const int UniqueIdLength = 12;

    public static IBoardChip Make(Device device, Part part, BoardState board) => Make(device, part, board, FlashTimeColumn.Typical);

    public static IBoardChip Make(Device device, Part part, BoardState board, FlashTimeColumn times)
    {
        var options = BoardPhysics.With(board.Faults.Select(FaultCatalogue.Parse), board.Volts).Chip with
        {
            FlashTimes = times,
            UniqueId = SHA256.HashData(Encoding.ASCII.GetBytes(board.Serial))[..UniqueIdLength],
        };
        return Stm32Chip.CanBe(device)
            ? new ChipOnBoard(new Stm32Chip(device, part, options))
            : throw new UsageException("NRST0187", $"The bench has no model of an {part.Name}.")
            {
                LikelyCause = $"Its flash controller, {device.Flash.Driver}, is of another generation than the bench can play.",
                Remedies = [new Remedy("Use a chip that the bench has.", "nrst bench new NAME --chip STM32F407VG")],
            };
    }
}
